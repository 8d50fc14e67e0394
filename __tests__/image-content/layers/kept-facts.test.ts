import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type KeptFacts, openKeptFacts } from '../../../src/image-content/layers/kept-facts.js';
import type { LayerFacts } from '../../../src/image-content/layers/layer-facts.js';
import { readImageLayers } from '../../../src/image-content/layers/read-image-layers.js';
import { layerFactsSetting } from '../../../src/lib/cache-directory.js';
import { sourceOf } from '../../support/image/contents-of.js';
import { type MadeImage, makeImage } from '../../support/image/image-maker.js';

const base = mkdtempSync(join(tmpdir(), 'gate-facts-'));
afterAll(() => rmSync(base, { recursive: true }));
let count = 0;

async function opened(directory = join(base, String(count++))): Promise<{ directory: string; kept: KeptFacts }> {
  const kept = await openKeptFacts(directory);
  if (kept === undefined) throw new Error('it is not private');
  return { directory, kept };
}

const key = 'ghp_012345678901234567890123456789012345';
const repository = { registry: 'registry.test', repository: 'made' };
const once = <T>(_key: string, work: () => Promise<T>) => work();
let made: MadeImage;
let facts: LayerFacts;
beforeAll(async () => {
  made = await makeImage({
    layers: [
      [
        { path: 'etc/os-release', content: 'ID=debian\n' },
        { path: 'usr/bin/tool', content: '#!/bin/sh\n', mode: 0o4755 },
        { path: 'usr/bin/other', link: 'usr/bin/tool', type: 'link' },
        { path: 'root/.netrc', content: `password ${key}\n` },
        { path: 'opt/.wh.gone', content: '' },
        { path: 'usr/share/large', content: 'text\n'.repeat(300_000) },
      ],
    ],
  });
  const read = await readImageLayers(sourceOf(made), repository, made.layers, made.diffIds, once);
  if (!read.ok || read.value[0] === undefined) throw new Error('the layer is not read');
  facts = read.value[0].facts;
});
const digest = () => made.layers[0]?.digest ?? '';
const fileIn = (directory: string) => join(directory, readdirSync(directory)[0] ?? '');

describe('facts about layers', () => {
  test('are the same in a later run, and the layer is not read again', async () => {
    const { directory, kept } = await opened();
    expect(await kept.get(digest(), facts.diffId)).toBeUndefined();
    await readImageLayers(sourceOf(made), repository, made.layers, made.diffIds, once, kept);
    const later = await opened(directory);
    const source = { ...sourceOf(made), blobStream: () => Promise.reject(new Error('the layer was read')) };
    const read = await readImageLayers(source, repository, made.layers, made.diffIds, once, later.kept);
    expect(read).toEqual({ ok: true, value: [{ descriptor: made.layers[0], facts }] });
  });

  test('are not those of another layer or of another archive', async () => {
    const { directory, kept: before } = await opened();
    await before.put(digest(), facts);
    const { kept } = await opened(directory);
    expect(await kept.get(digest(), facts.diffId)).toEqual(facts);
    expect(await kept.get(`sha256:${'0'.repeat(64)}`, facts.diffId)).toBeUndefined();
    expect(await kept.get(digest(), `sha256:${'0'.repeat(64)}`)).toBeUndefined();
  });

  test.each<readonly [string, (bytes: Buffer) => Uint8Array]>([
    ['cut short', (bytes) => bytes.subarray(0, -1)],
    ['changed', (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])])],
    ['empty', () => Buffer.alloc(0)],
  ])('are not believed where a file is %s', async (_what, change) => {
    const { directory, kept: before } = await opened();
    await before.put(digest(), facts);
    const file = fileIn(directory);
    writeFileSync(file, change(readFileSync(file)));
    const { kept } = await opened(directory);
    expect(await kept.get(digest(), facts.diffId)).toBeUndefined();
  });

  test('are not kept of a layer that is read as fast', async () => {
    const { directory, kept } = await opened();
    await kept.put(digest(), { ...facts, uncompressedBytes: 100_000 });
    expect(readdirSync(directory)).toEqual([]);
  });

  test('are not kept where others can change them', async () => {
    const { directory } = await opened();
    chmodSync(directory, 0o770);
    expect(await openKeptFacts(directory)).toBeUndefined();
    expect(await openKeptFacts('/dev/null/layers')).toBeUndefined();
  });

  test('are kept on the command line, and not on CI', () => {
    expect(layerFactsSetting({ HOME: '/home/me' })).toEqual({
      layerFactsDirectory: '/home/me/.cache/base-image-gate/layers',
    });
    expect(layerFactsSetting({ HOME: '/home/me', CI: 'true' })).toEqual({});
  });
});
