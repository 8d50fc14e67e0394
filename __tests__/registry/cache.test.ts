import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ActionsCache, openActionsCache } from '../../src/registry/actions-cache.js';
import { deskCache } from '../../src/registry/desk-cache.js';
import { digestOf } from '../../src/registry/digest.js';
import { DirectoryCache } from '../../src/registry/directory-cache.js';
import { BlobStreamError } from '../../src/registry/registry-error.js';
import { resolveImage } from '../../src/registry/resolve.js';
import { makeImage, makeIndex } from '../support/image-maker.js';
import { closeRegistries, openFor } from '../support/registry-open.js';
import { type RegistryServer, startRegistry } from '../support/registry-server.js';

const AMD64 = { os: 'linux', architecture: 'amd64' };
let directory: string;
let server: RegistryServer;

const open = (changes: { maxBytes?: number; maxEntryBytes?: number } = {}) =>
  new DirectoryCache({ directory, maxBytes: 1e6, maxEntryBytes: 1e6, ...changes });
const blobs = () => readdir(join(directory, 'blobs/sha256'));
const fileOf = (digest: string) => join(directory, 'blobs/sha256', digest.slice('sha256:'.length));

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cache-'));
  server = await startRegistry();
});
afterEach(async () => {
  await closeRegistries();
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

async function* chunksOf(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

async function drain(chunks: AsyncIterable<Uint8Array> | undefined): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks ?? []) parts.push(chunk);
  return Buffer.concat(parts).toString('utf8');
}

describe('a second run', () => {
  async function run(cache = open()) {
    const source = await openFor(server.host, { cache });
    const resolved = await resolveImage(source, { registry: server.host, repository: 'base/app', tag: '1' }, AMD64);
    const layer = resolved.ok ? resolved.value.manifest.layers[0] : undefined;
    const repository = { registry: server.host, repository: 'base/app' };
    const stream = layer === undefined ? undefined : await source.blobStream(repository, layer, 'layer');
    return { resolved, layer: await drain(stream?.ok ? stream.value : undefined) };
  }

  test('asks for the digest of the tag and for nothing else', async () => {
    server.push('base/app', makeIndex([await makeImage()]), '1');
    const first = await run();
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'GET']);
    server.forgetRequests();
    expect(await run()).toEqual(first);
    expect(server.requests.map(({ method }) => method)).toEqual(['HEAD']);
  });

  test('follows a tag that has moved', async () => {
    server.push('base/app', makeIndex([await makeImage()]), '1');
    await run();
    const moved = makeIndex([await makeImage({ config: { User: '1' } })]);
    server.push('base/app', moved, '1');
    expect((await run()).resolved).toMatchObject({
      value: { digest: moved.descriptor.digest, configuration: { user: '1' } },
    });
  });

  test('believes nothing that was changed meanwhile', async () => {
    server.push('base/app', makeIndex([await makeImage()]), '1');
    const first = await run();
    for (const file of await blobs()) await writeFile(join(directory, 'blobs/sha256', file), 'something else');
    for (const file of await readdir(join(directory, 'tags')))
      await writeFile(join(directory, 'tags', file), '../../evil');
    expect(await run()).toEqual(first);
  });

  test('does without a cache that cannot be written', async () => {
    server.push('base/app', makeIndex([await makeImage()]), '1');
    await writeFile(join(directory, 'file'), '');
    const cache = new DirectoryCache({ directory: join(directory, 'file/x'), maxBytes: 1e6, maxEntryBytes: 1e6 });
    expect((await run(cache)).resolved.ok).toBe(true);
    await cache.close();
  });

  test('is offline if it only needs what is kept', async () => {
    const index = makeIndex([await makeImage()]);
    server.push('base/app', index, '1');
    await run();
    const source = await openFor(server.host, { cache: open(), offline: true });
    const pinned = { registry: server.host, repository: 'base/app', digest: index.descriptor.digest };
    expect(await resolveImage(source, pinned, AMD64)).toMatchObject({ ok: true });
    const tagged = { registry: server.host, repository: 'base/app', tag: '1' };
    expect(await resolveImage(source, tagged, AMD64)).toMatchObject({ ok: false, error: { code: 'offline' } });
  });
});

describe('a directory cache', () => {
  test('keeps a stream only if it came whole', async () => {
    const cache = open();
    const digest = digestOf(Buffer.from('onetwo'));
    const error = { code: 'malformed', registry: 'x', request: 'y', message: 'z', remedy: 'w' } as const;
    const broken = (async function* () {
      yield Buffer.from('one');
      throw new BlobStreamError(error);
    })();
    await expect(drain(cache.keeping(digest, 6, broken))).rejects.toBeInstanceOf(BlobStreamError);
    for await (const _ of cache.keeping(digest, 6, chunksOf('one', 'two'))) break;
    expect(await blobs()).toEqual([]);
    expect(await drain(cache.keeping(digest, 6, chunksOf('one', 'two')))).toBe('onetwo');
    expect(await drain(await cache.stream(digest))).toBe('onetwo');
    expect((await stat(fileOf(digest))).mode & 0o077).toBe(0);
  });

  test('gives nothing that is larger than asked for, changed, or larger than what it keeps', async () => {
    const cache = open({ maxEntryBytes: 5 });
    const small = Buffer.from('small');
    await cache.put(digestOf(small), small);
    await cache.put(digestOf(Buffer.from('larger')), Buffer.from('larger'));
    expect(await blobs()).toHaveLength(1);
    expect(await cache.get(digestOf(small), 4)).toBe(undefined);
    expect(await cache.get(digestOf(small), 5)).toEqual(small);
    expect(await drain(cache.keeping(digestOf(Buffer.from('larger')), 6, chunksOf('larger')))).toBe('larger');
    await writeFile(fileOf(digestOf(small)), 'SMALL');
    expect(await cache.stream(digestOf(small))).toBe(undefined);
    expect(await blobs()).toEqual([]);
  });

  test('drops what was used longest ago when a run ends', async () => {
    const cache = open({ maxBytes: 8 });
    const contents = ['aaaa', 'bbbb', 'cccc'].map((text) => Buffer.from(text));
    for (const [age, bytes] of contents.entries()) {
      await cache.put(digestOf(bytes), bytes);
      await utimes(fileOf(digestOf(bytes)), 1000 + age, 1000 + age);
    }
    await cache.get(digestOf(contents[0] ?? Buffer.alloc(0)), 10);
    await cache.close();
    const kept = contents.filter((bytes) => bytes.toString() !== 'bbbb').map((bytes) => digestOf(bytes).slice(7));
    expect((await blobs()).sort()).toEqual(kept.sort());
  });
});

describe("a desk's cache", () => {
  test('lies where XDG_CACHE_HOME says', async () => {
    const cache = deskCache({ XDG_CACHE_HOME: directory });
    await cache.put(digestOf(Buffer.from('x')), Buffer.from('x'));
    expect(await readdir(join(directory, 'base-image-gate/registry/blobs/sha256'))).toHaveLength(1);
  });
});

describe("a runner's cache", () => {
  /** As much of the service as is used; it keeps the names of what it holds. */
  function service(keys: string[], restored?: string): ActionsCache {
    return {
      isFeatureAvailable: () => true,
      restoreCache: async () => restored,
      saveCache: async (_, key) => keys.push(key),
    };
  }
  const options = () => ({ directory, notice: () => undefined });

  test('is saved under a key of its content, and not again while that stays', async () => {
    const keys: string[] = [];
    const cache = await openActionsCache({ ...options(), load: async () => service(keys) });
    await cache.put(digestOf(Buffer.from('x')), Buffer.from('x'));
    await cache.close();
    expect(keys).toHaveLength(1);
    const again = await openActionsCache({ ...options(), load: async () => service(keys, keys[0]) });
    await again.close();
    expect(keys).toHaveLength(1);
  });

  test('of a run that cached nothing is not saved, and nothing is told', async () => {
    const keys: string[] = [];
    const notices: string[] = [];
    const some = { ...options(), notice: (message: string) => notices.push(message), load: async () => service(keys) };
    await (await openActionsCache(some)).close();
    expect([keys, notices]).toEqual([[], []]);
  });

  test('that fails is told and changes nothing', async () => {
    const notices: string[] = [];
    const cache = await openActionsCache({
      ...options(),
      notice: (message) => notices.push(message),
      load: () => Promise.reject(new Error('no service')),
    });
    await cache.put(digestOf(Buffer.from('x')), Buffer.from('x'));
    expect(await cache.get(digestOf(Buffer.from('x')), 10)).toEqual(Buffer.from('x'));
    await cache.close();
    expect(notices).toEqual([expect.stringContaining('no service')]);
  });
});
