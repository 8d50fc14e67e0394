import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { digestOf } from '../../../src/references/digest.js';
import { openActionsCache } from '../../../src/registry/cache/actions-cache.js';
import type { ActionsCacheService } from '../../../src/registry/cache/actions-cache-service.js';
import { MAX_PACKED_ENTRIES, packContent, unpackContent } from '../../../src/registry/cache/cache-pack.js';
import { DirectoryCache } from '../../../src/registry/cache/directory-cache.js';
import { localCache } from '../../../src/registry/cache/local-cache.js';
import { BlobStreamError } from '../../../src/registry/registry-error.js';
import { resolveImage } from '../../../src/registry/resolve.js';
import { makeImage, makeIndex } from '../../support/image/image-maker.js';
import { closeRegistries, openFor } from '../../support/registry/registry-open.js';
import { type RegistryServer, startRegistry } from '../../support/registry/registry-server.js';

const AMD64 = { os: 'linux', architecture: 'amd64' };
let directory: string;
let server: RegistryServer;

const open = (changes: { maxBytes?: number; maxEntryBytes?: number } = {}) =>
  new DirectoryCache({ directory, maxBytes: 1e6, maxEntryBytes: 1e6, ...changes });
const blobs = () => readdir(join(directory, 'blobs/sha256')).catch(() => []);
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

describe('a digest that is pinned', () => {
  const pinned = (repository: string, digest: string) => ({ registry: server.host, repository, digest });

  test('is not there because the cache has it of another repository', async () => {
    const index = makeIndex([await makeImage()]);
    const { digest } = index.descriptor;
    server.push('base/app', index, '1');
    server.push('other/app', makeIndex([await makeImage({ config: { User: '1' } })]), '1');
    const cache = open();
    const first = await openFor(server.host, { cache });
    expect(await resolveImage(first, pinned('base/app', digest), AMD64)).toMatchObject({ ok: true });
    const source = await openFor(server.host, { cache });
    expect(await resolveImage(source, pinned('other/app', digest), AMD64)).toMatchObject({
      ok: false,
      error: { code: 'not-found' },
    });
  });

  test('is asked for by HEAD, and its content is not fetched again', async () => {
    const index = makeIndex([await makeImage()]);
    server.push('base/app', index, '1');
    const cache = open();
    const reference = pinned('base/app', index.descriptor.digest);
    const before = await resolveImage(await openFor(server.host, { cache }), reference, AMD64);
    server.forgetRequests();
    expect(await resolveImage(await openFor(server.host, { cache }), reference, AMD64)).toEqual(before);
    expect(server.requests.map(({ method }) => method)).toEqual(['HEAD']);
  });
});

describe('a directory cache', () => {
  test.each([
    ['of a document', 1],
    ['of a layer', 50_000],
  ])('keeps a stream only if it came whole: one %s', async (_what, times) => {
    const cache = open();
    const [one, two] = ['one', 'two'].map((text) => text.repeat(times));
    const whole = `${one}${two}`;
    const digest = digestOf(Buffer.from(whole));
    const chunks = () => chunksOf(one ?? '', two ?? '');
    const error = { code: 'malformed', registry: 'x', request: 'y', message: 'z', fix: 'w' } as const;
    const broken = (async function* () {
      yield Buffer.from(one ?? '');
      throw new BlobStreamError(error);
    })();
    await expect(drain(cache.keeping(digest, whole.length, broken))).rejects.toBeInstanceOf(BlobStreamError);
    for await (const _ of cache.keeping(digest, whole.length, chunks())) break;
    expect(await blobs()).toEqual([]);
    expect(await drain(cache.keeping(digest, whole.length, chunks()))).toBe(whole);
    expect(await drain(await cache.stream(digest))).toBe(whole);
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

describe("the command line's cache", () => {
  test('lies where XDG_CACHE_HOME says', async () => {
    const cache = localCache({ XDG_CACHE_HOME: directory });
    await cache.put(digestOf(Buffer.from('x')), Buffer.from('x'), false);
    expect(await readdir(join(directory, 'base-image-gate/registry/blobs/sha256'))).toHaveLength(1);
  });
});

const X = Buffer.from('x');

describe("a runner's cache", () => {
  /** As much of the service as is used, in memory. */
  function service(entries = new Map<string, Uint8Array>()): ActionsCacheService & { entries: typeof entries } {
    return {
      entries,
      restore: async () => {
        const [key, bytes] = [...entries].at(-1) ?? [];
        return key === undefined || bytes === undefined ? undefined : { key, bytes };
      },
      save: async (key, bytes) => void entries.set(key, bytes),
    };
  }
  const open = (job: string, from: ActionsCacheService | undefined, notices: string[] = []) =>
    openActionsCache({
      directory: join(directory, job),
      service: from,
      notice: (message) => notices.push(message),
    });

  test('is brought along to a job with an empty directory, and saved again only if there is more', async () => {
    const shared = service();
    const first = await open('one', shared);
    await first.put(digestOf(X), X, false);
    await first.noteDigest('registry/base:1', digestOf(X), false);
    await first.close();
    expect(shared.entries.size).toBe(1);
    const second = await open('two', shared);
    expect(await second.get(digestOf(X), 10)).toEqual(X);
    expect(await second.lastDigest('registry/base:1')).toBe(digestOf(X));
    await second.close();
    expect(shared.entries.size).toBe(1);
    const third = await open('three', shared);
    await third.put(digestOf(Buffer.from('y')), Buffer.from('y'), false);
    await third.close();
    expect(shared.entries.size).toBe(2);
  });

  test('of a run that cached nothing is not saved, and nothing is reported', async () => {
    const shared = service();
    const notices: string[] = [];
    await (await open('one', shared, notices)).close();
    expect([shared.entries.size, notices]).toEqual([0, []]);
  });

  test('keeps what is private for the steps of the job, and shares nothing of it', async () => {
    const shared = service();
    const first = await open('one', shared);
    await first.put(digestOf(X), X, true);
    await first.noteDigest('registry/base:1', digestOf(X), true);
    const streamed = Buffer.from('streamed');
    await drain(first.keeping(digestOf(streamed), streamed.length, chunksOf('streamed'), true));
    await first.close();
    const second = await open('one', shared);
    expect(await second.get(digestOf(X), 10)).toEqual(X);
    expect(await second.lastDigest('registry/base:1')).toBe(digestOf(X));
    expect(await drain(await second.stream(digestOf(streamed)))).toBe('streamed');
    const other = Buffer.from('y');
    await second.put(digestOf(other), other, false);
    await second.close();
    const [entry] = [...shared.entries.values()];
    const { blobs: travelled, tags } = await unpackContent(entry ?? X, 1e6);
    expect([travelled.map((bytes) => Buffer.from(bytes).toString()), tags]).toEqual([['y'], {}]);
  });

  const LOGIN = { username: 'user', password: 'hunter22' };
  test.each<[string, { login?: boolean; listed?: boolean }, boolean]>([
    ['a registry that anybody may read', {}, true],
    ['a registry that was logged in to', { login: true }, false],
    ['a registry that the policy lists as one of a private network', { listed: true }, false],
  ])('holds content of %s: shared %j %s', async (_name, { login, listed }, isShared) => {
    await server.close();
    server = await startRegistry(login ? { auth: { kind: 'basic', ...LOGIN } } : {});
    server.push('base/app', await makeImage(), '1');
    const shared = service();
    const cache = await open('one', shared);
    const registries = { [server.host]: { privateNetwork: listed === true, insecure: true, tokenHosts: [] } };
    const source = await openFor(server.host, {
      cache,
      registries,
      // A stand-in that is named on the command line is reached wherever it is.
      routes: [`registry.example=${server.host}`],
      credentials: new Map(login ? [[server.host, { kind: 'password', ...LOGIN } as const]] : []),
    });
    const resolved = await resolveImage(
      source,
      { registry: 'registry.example', repository: 'base/app', tag: '1' },
      AMD64,
    );
    expect(resolved).toMatchObject({ ok: true });
    await cache.close();
    expect(shared.entries.size).toBe(isShared ? 1 : 0);
  });

  test('that fails is reported and changes nothing', async () => {
    const notices: string[] = [];
    const fails = () => Promise.reject(new Error('no service'));
    const cache = await open('one', { restore: fails, save: fails }, notices);
    await cache.put(digestOf(X), X, false);
    expect(await cache.get(digestOf(X), 10)).toEqual(X);
    await cache.close();
    expect(notices).toEqual([
      expect.stringContaining('could not be restored: no service'),
      expect.stringContaining('could not be saved: no service'),
    ]);
  });

  test('is refused by name of the limit where it unpacks to more than may be kept', async () => {
    const notices: string[] = [];
    const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024));
    await open('one', service(new Map([['k', bomb]])), notices);
    expect(notices).toEqual([expect.stringContaining('could not be restored')]);
  });
});

describe('a pack', () => {
  test('gives back what was put in', async () => {
    const bytes = fc.uint8Array({ maxLength: 50 });
    const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
    const tags = fc.dictionary(
      hex,
      hex.map((text) => `sha256:${text}`),
      { maxKeys: 3 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { maxLength: 5 }), tags, async (blobs, known) => {
        const unpacked = await unpackContent(await packContent({ blobs, tags: known }), 100_000);
        expect(unpacked.blobs.map((blob) => [...blob])).toEqual(blobs.map((blob) => [...blob]));
        expect({ ...unpacked.tags }).toEqual({ ...known });
      }),
    );
  });

  test.each([
    ['a tag that is a path', '{"tags":{"../../evil":"sha256:x"},"sizes":[]}\n'],
    ['a digest that is none', `{"tags":{"${'a'.repeat(64)}":"/etc/passwd"},"sizes":[]}\n`],
    ['a blob that is longer than the pack', '{"tags":{},"sizes":[5]}\nabc'],
    ['a negative size', '{"tags":{},"sizes":[-1]}\nabc'],
    ['no header', 'abc'],
  ])('with %s is refused', async (_what, text) => {
    await expect(unpackContent(gzipSync(text), 1_000)).rejects.toThrow();
  });

  test('of more than may be unpacked leaves the rest out, and is refused where somebody else made it', async () => {
    const blobs = Array.from({ length: MAX_PACKED_ENTRIES + 1 }, () => X);
    const unpacked = await unpackContent(await packContent({ blobs, tags: {} }), 1e6);
    expect(unpacked.blobs).toHaveLength(MAX_PACKED_ENTRIES);
    const many = JSON.stringify({ tags: {}, sizes: blobs.map(() => 0) });
    await expect(unpackContent(gzipSync(`${many}\n`), 1e6)).rejects.toThrow();
  });

  test('is read or refused, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (bytes, compressed) => {
        const read = unpackContent(compressed ? gzipSync(bytes) : bytes, 1_000);
        expect(await read.then(Boolean, () => 'refused')).toBeDefined();
      }),
    );
  });
});
