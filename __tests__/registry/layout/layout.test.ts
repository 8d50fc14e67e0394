import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ImageSource } from '../../../src/registry/image-source.js';
import { LayoutSource } from '../../../src/registry/layout/layout.js';
import { registryLimits } from '../../../src/registry/limits.js';
import { BlobStreamError } from '../../../src/registry/registry-error.js';
import {
  fallbackTag,
  type MadeContent,
  type MadeImage,
  makeArtifact,
  makeImage,
  makeIndex,
  subjectOf,
} from '../../support/image/image-maker.js';
import { blobPath, writeLayout, writeLayoutTar } from '../../support/image/image-maker-layout.js';

async function drain(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const chunk of chunks) bytes += chunk.length;
  return bytes;
}

const APP = { registry: 'demo.example', repository: 'base/app' };
let dir: string;
let image: MadeImage;
let index: MadeContent;
let bundle: MadeContent;
let signature: MadeContent;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'layout-'));
  image = await makeImage({
    layers: [[{ path: 'etc/os-release', content: 'ID=made\n' }], [{ path: 'x', content: 'y'.repeat(200_000) }]],
  });
  index = makeIndex([image, await makeImage({ platform: 'linux/arm64' })]);
  bundle = makeArtifact({
    artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    subject: subjectOf(index),
    layers: [{ mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', content: '{}' }],
  });
  signature = makeArtifact({ layers: [{ mediaType: 'text/plain', content: 'old' }], artifactType: 'example/old' });
  await writeLayout(join(dir, 'dir'), [
    { content: index, name: 'demo.example/base/app:1.0' },
    { content: image, name: 'edge' },
    { content: bundle },
    { content: makeIndex([signature]), name: fallbackTag(index.descriptor.digest) },
    { content: signature, name: 'twice' },
    { content: bundle, name: 'twice' },
  ]);
  await writeLayoutTar(join(dir, 'dir'), join(dir, 'layout.tar'));
  await writeLayout(join(dir, 'many/base/app'), [{ content: image, name: '1.0' }]);
});

afterAll(() => rm(dir, { recursive: true, force: true }));

describe.each([
  ['a directory', 'dir'],
  ['a tar', 'layout.tar'],
])('%s with an image layout', (_, name) => {
  let source: ImageSource;
  beforeAll(() => {
    source = new LayoutSource(join(dir, name));
  });

  test('finds a full name, a bare tag, and says when there is neither', async () => {
    expect(await source.resolveTag(APP, '1.0')).toMatchObject({ ok: true, value: { digest: index.descriptor.digest } });
    expect(await source.resolveTag(APP, 'edge')).toMatchObject({
      ok: true,
      value: { digest: image.descriptor.digest },
    });
    expect(await source.resolveTag(APP, '2.0')).toMatchObject({ ok: false, error: { code: 'not-found' } });
    expect(await source.resolveTag({ ...APP, repository: 'base/other' }, '1.0')).toMatchObject({
      ok: false,
      error: { code: 'not-found' },
    });
  });

  test('a name that two images bear is an error', async () => {
    expect(await source.resolveTag(APP, 'twice')).toMatchObject({ ok: false, error: { code: 'malformed' } });
  });

  test('reads manifests and blobs by digest', async () => {
    const manifest = await source.manifest(APP, image.descriptor.digest);
    expect(manifest).toMatchObject({ ok: true, value: { manifest: { kind: 'manifest', layers: image.layers } } });
    const config = await source.blob(APP, image.config, 'config');
    expect(config.ok && Buffer.from(config.value).toString('utf8')).toContain('"architecture":"amd64"');
    const stream = await source.blobStream(APP, image.layers[1] ?? image.config, 'layer');
    expect(await drain(stream.ok ? stream.value : [])).toBe(image.layers[1]?.size);
  });

  test('lists referrers by subject and by the fallback tag', async () => {
    const referrers = await source.referrers(APP, index.descriptor.digest);
    expect(referrers.ok && referrers.value.descriptors.map((entry) => [entry.digest, entry.artifactType])).toEqual([
      [bundle.descriptor.digest, 'application/vnd.dev.sigstore.bundle.v0.3+json'],
      [signature.descriptor.digest, 'example/old'],
    ]);
    expect(await source.referrers(APP, image.descriptor.digest)).toEqual({
      ok: true,
      value: { via: 'layout', descriptors: [], unreadable: [] },
    });
  });

  test('what is larger than its limit is not read', async () => {
    const narrow = new LayoutSource(join(dir, name), registryLimits({ 'config-bytes': 10 }));
    expect(await narrow.blob(APP, image.config, 'config')).toMatchObject({
      ok: false,
      error: { code: 'limit', limit: 'config-bytes' },
    });
  });
});

describe('a layout on disk', () => {
  test('may lie under the name of its repository', async () => {
    const source = new LayoutSource(join(dir, 'many'));
    expect(await source.resolveTag(APP, '1.0')).toMatchObject({ ok: true, value: { digest: image.descriptor.digest } });
    expect(await source.resolveTag({ ...APP, repository: 'base/other' }, '1.0')).toMatchObject({
      ok: false,
      error: { code: 'not-found' },
    });
  });

  test('content that was changed, cut or padded is refused, whole or in a stream', async () => {
    const directory = join(dir, 'changed');
    await writeLayout(directory, [{ content: image, name: 'edge' }]);
    const source = new LayoutSource(directory);
    const original = image.blobs.get(image.config.digest) ?? new Uint8Array();
    const changed = Buffer.from(original);
    changed[5] = 0x21;
    for (const bytes of [changed, original.subarray(1), Buffer.concat([original, original])]) {
      await writeFile(blobPath(directory, image.config.digest), bytes);
      expect(await source.blob(APP, image.config, 'config')).toMatchObject({ ok: false, error: { code: 'malformed' } });
      const stream = await source.blobStream(APP, image.config, 'config');
      await expect(drain(stream.ok ? stream.value : [])).rejects.toBeInstanceOf(BlobStreamError);
    }
    await writeFile(blobPath(directory, image.descriptor.digest), '{"schemaVersion":2}');
    expect(await source.manifest(APP, image.descriptor.digest)).toMatchObject({
      ok: false,
      error: { code: 'malformed' },
    });
  });

  test('what is no layout, or not there, is an error that says so', async () => {
    await writeFile(join(dir, 'noise.tar'), Buffer.alloc(2048, 7));
    expect(await new LayoutSource(join(dir, 'noise.tar')).resolveTag(APP, '1.0')).toMatchObject({
      ok: false,
      error: { code: 'malformed', message: expect.stringContaining('tar header') },
    });
    expect(await new LayoutSource(join(dir, 'nowhere')).resolveTag(APP, '1.0')).toMatchObject({
      ok: false,
      error: { code: 'not-found' },
    });
    expect(await new LayoutSource(dir).resolveTag(APP, '1.0')).toMatchObject({ ok: false });
  });
});
