import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { digestOf } from '../../src/references/digest.js';
import { OCI_INDEX } from '../../src/registry/manifest/media-types.js';
import { BlobStreamError } from '../../src/registry/registry-error.js';
import {
  type MadeContent,
  type MadeImage,
  makeArtifact,
  makeImage,
  makeIndex,
  subjectOf,
} from '../support/image/image-maker.js';
import { jumpingClock } from '../support/registry/jumping-clock.js';
import { closeRegistries, openFor } from '../support/registry/registry-open.js';
import { type RegistryServer, type RegistryServerOptions, startRegistry } from '../support/registry/registry-server.js';

let image: MadeImage;
let index: MadeContent;
const servers: RegistryServer[] = [];

async function start(options: RegistryServerOptions = {}): Promise<RegistryServer> {
  const server = await startRegistry(options);
  servers.push(server);
  server.push('base/app', index, '1.0');
  return server;
}

function at(server: RegistryServer) {
  return { registry: server.host, repository: 'base/app' };
}

/** Answers the first requests whose path fits with `answers`, one after the other. */
function faults(path: RegExp, ...answers: ((request: IncomingMessage, response: ServerResponse) => void)[]) {
  return (request: IncomingMessage, response: ServerResponse) => {
    const answer = path.test(request.url ?? '') ? answers.shift() : undefined;
    answer?.(request, response);
    return answer !== undefined;
  };
}

const status =
  (code: number, headers: Record<string, string> = {}, body = '') =>
  (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(code, headers);
    response.end(body);
  };

beforeEach(async () => {
  image = await makeImage({ layers: [[{ path: 'a', content: 'x'.repeat(300_000) }]], compression: 'none' });
  index = makeIndex([image, await makeImage({ platform: 'linux/arm64' })]);
});

afterEach(async () => {
  await closeRegistries();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe('reading from a registry', () => {
  test('a tag, the manifest it names and its config take three requests, and the same again none', async () => {
    const server = await start();
    const source = await openFor(server.host);
    for (let round = 0; round < 2; round++) {
      const tag = await source.resolveTag(at(server), '1.0');
      expect(tag).toEqual({ ok: true, value: subjectOf(index) });
      expect(await source.manifest(at(server), index.descriptor.digest)).toMatchObject({ ok: true });
      expect(await source.manifest(at(server), image.descriptor.digest)).toMatchObject({ ok: true });
      expect(await source.blob(at(server), image.config, 'config')).toMatchObject({ ok: true });
    }
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
  });

  test('only the digest of a tag costs a HEAD', async () => {
    const server = await start();
    const source = await openFor(server.host);
    expect(await source.resolveTag(at(server), '1.0', 'digest')).toMatchObject({
      ok: true,
      value: { digest: index.descriptor.digest },
    });
    expect(server.requests.map(({ method }) => method)).toEqual(['HEAD']);
  });

  test('a HEAD that is refused or says too little is followed by a GET', async () => {
    for (const answer of [status(200), status(405), status(404), status(403), status(401), status(400)]) {
      const server = await start({ intercept: faults(/manifests/, answer) });
      const source = await openFor(server.host);
      expect(await source.resolveTag(at(server), '1.0', 'digest')).toMatchObject({
        value: { digest: index.descriptor.digest },
      });
      expect(server.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
    }
  });

  test('a HEAD and a GET that are both refused are an error', async () => {
    const server = await start({ intercept: faults(/manifests/, status(403), status(403)) });
    const source = await openFor(server.host);
    expect(await source.resolveTag(at(server), '1.0', 'digest')).toMatchObject({ error: { code: 'forbidden' } });
  });

  test('a list of referrers that is null is empty', async () => {
    const body = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: null });
    const server = await start({ intercept: faults(/referrers/, status(200, { 'content-type': OCI_INDEX }, body)) });
    const source = await openFor(server.host);
    expect(await source.referrers(at(server), index.descriptor.digest)).toEqual({
      ok: true,
      value: { via: 'referrers-api', descriptors: [], unreadable: [] },
    });
  });

  test('an odd entry among referrers hides none of the others, and is reported', async () => {
    const entry = subjectOf(index);
    const manifests = [{ ...entry, digest: 'blake3:00' }, entry];
    const body = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests });
    const server = await start({ intercept: faults(/referrers/, status(200, { 'content-type': OCI_INDEX }, body)) });
    const source = await openFor(server.host);
    expect(await source.referrers(at(server), index.descriptor.digest)).toMatchObject({
      value: { descriptors: [entry], unreadable: [expect.stringContaining('manifests.0.digest')] },
    });
  });

  test('a missing tag is not found, with the code that the registry gives', async () => {
    const server = await start();
    const source = await openFor(server.host);
    expect(await source.resolveTag(at(server), 'none')).toMatchObject({
      ok: false,
      error: { code: 'not-found', status: 404, message: expect.stringContaining('MANIFEST_UNKNOWN') },
    });
  });

  test("a 404 that is not a registry's is no absence", async () => {
    const server = await start({
      intercept: faults(/./, status(404, { 'content-type': 'text/html' }, '<h1>Not here</h1>')),
    });
    const source = await openFor(server.host);
    expect(await source.resolveTag(at(server), '1.0')).toMatchObject({
      ok: false,
      error: { code: 'malformed', status: 404 },
    });
  });

  test.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [429, 'rate-limited'],
    [500, 'server-error'],
    [503, 'server-error'],
    [418, 'malformed'],
  ])('status %d stays %s to the end', async (code, expected) => {
    const server = await start({ intercept: faults(/./, ...Array.from({ length: 4 }, () => status(code))) });
    const source = await openFor(server.host, { clock: jumpingClock() });
    expect(await source.manifest(at(server), index.descriptor.digest)).toMatchObject({
      ok: false,
      error: { code: expected, status: code, registry: server.host },
    });
  });

  test('bytes that do not hash to what was asked for are refused, by digest and by tag', async () => {
    const server = await start();
    server.corrupt('base/app', index.descriptor.digest, Buffer.from('{"schemaVersion":2,"manifests":[]}'));
    server.corrupt('base/app', image.config.digest, Buffer.alloc(image.config.size, 32));
    const source = await openFor(server.host);
    const malformed = { ok: false, error: { code: 'malformed' } };
    expect(await source.manifest(at(server), index.descriptor.digest)).toMatchObject(malformed);
    expect(await source.resolveTag(at(server), '1.0')).toMatchObject(malformed);
    expect(await source.blob(at(server), image.config, 'config')).toMatchObject(malformed);
    expect(await source.blob(at(server), { ...image.config, size: 3 }, 'config')).toMatchObject(malformed);
  });

  test('what is larger than its limit is refused by the name of the limit', async () => {
    const server = await start();
    const limits = { 'manifest-bytes': 10, 'config-bytes': 10, 'layer-bytes': 10 };
    const source = await openFor(server.host, { limits });
    expect(await source.resolveTag(at(server), '1.0')).toMatchObject({
      error: { code: 'limit', limit: 'manifest-bytes' },
    });
    expect(await source.blob(at(server), image.config, 'config')).toMatchObject({ error: { limit: 'config-bytes' } });
    expect(await source.blobStream(at(server), image.layers[0] ?? image.config, 'layer')).toMatchObject({
      error: { limit: 'layer-bytes' },
    });
  });

  test('a run downloads no more than its budget', async () => {
    const server = await start();
    const source = await openFor(server.host, { limits: { 'run-bytes': 100_000 } });
    const stream = await source.blobStream(at(server), image.layers[0] ?? image.config, 'layer');
    const read = drain(stream.ok ? stream.value : []);
    await expect(read).rejects.toMatchObject({ error: { code: 'limit', limit: 'run-bytes' } });
  });

  test('an answer in a compression that was not asked for is refused', async () => {
    const server = await start({
      intercept: faults(/./, status(200, { 'content-encoding': 'gzip', 'content-type': OCI_INDEX }, 'x')),
    });
    const source = await openFor(server.host);
    expect(await source.resolveTag(at(server), '1.0')).toMatchObject({ ok: false, error: { code: 'malformed' } });
  });
});

async function drain(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

describe('a layer in a stream', () => {
  const cut = (request: IncomingMessage, response: ServerResponse) => {
    const layer = image.blobs.get(image.layers[0]?.digest ?? '') ?? new Uint8Array();
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from === 0 ? 200 : 206, {
      'content-length': layer.length - from,
      ...(from === 0 ? {} : { 'content-range': `bytes ${from}-${layer.length - 1}/${layer.length}` }),
    });
    response.write(layer.subarray(from, from + 70_000), () => response.destroy());
  };

  test('that breaks off is resumed where it broke, and is whole in the end', async () => {
    const server = await start({ intercept: faults(/blobs/, cut, cut) });
    const source = await openFor(server.host, { clock: jumpingClock() });
    const layer = image.layers[0] ?? image.config;
    const stream = await source.blobStream(at(server), layer, 'layer');
    expect(digestOf(await drain(stream.ok ? stream.value : []))).toBe(layer.digest);
    expect(server.requests.map(({ headers }) => headers['range'] !== undefined)).toEqual([false, true, true]);
  });

  test('is resumed from a registry that knows no ranges', async () => {
    const whole = (_: IncomingMessage, response: ServerResponse) => {
      response.end(image.blobs.get(image.layers[0]?.digest ?? ''));
    };
    const server = await start({ intercept: faults(/blobs/, cut, whole) });
    const source = await openFor(server.host, { clock: jumpingClock() });
    const layer = image.layers[0] ?? image.config;
    const stream = await source.blobStream(at(server), layer, 'layer');
    expect(digestOf(await drain(stream.ok ? stream.value : []))).toBe(layer.digest);
  });

  test('that keeps breaking off ends in an error of its kind', async () => {
    const server = await start({ intercept: faults(/blobs/, cut, cut, cut, cut, cut, cut) });
    const source = await openFor(server.host, { clock: jumpingClock(), limits: { attempts: 3 } });
    const stream = await source.blobStream(at(server), image.layers[0] ?? image.config, 'layer');
    await expect(drain(stream.ok ? stream.value : [])).rejects.toMatchObject({ error: { code: 'network' } });
  });

  test('that breaks off before anybody reads it is an error to whoever reads it then', async () => {
    let broken: () => void = () => undefined;
    const breaking = new Promise<void>((resolve) => {
      broken = resolve;
    });
    const breakLater = (_: IncomingMessage, response: ServerResponse) => {
      response.writeHead(200, { 'content-length': 300_000 });
      response.flushHeaders();
      setImmediate(() => response.destroy());
      response.on('close', broken);
    };
    const server = await start({ intercept: faults(/blobs/, breakLater) });
    const source = await openFor(server.host, { clock: jumpingClock(), limits: { attempts: 1 } });
    const stream = await source.blobStream(at(server), image.layers[0] ?? image.config, 'layer');
    await breaking;
    await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(drain(stream.ok ? stream.value : [])).rejects.toMatchObject({ error: { code: 'network' } });
  });

  test('that runs over its size, or is another, is thrown away', async () => {
    const server = await start();
    const layer = image.layers[0] ?? image.config;
    const bytes = Buffer.from(image.blobs.get(layer.digest) ?? '');
    for (const wrong of [Buffer.concat([bytes, bytes]), Buffer.alloc(bytes.length, 1), bytes.subarray(1)]) {
      server.corrupt('base/app', layer.digest, wrong);
      const source = await openFor(server.host);
      const stream = await source.blobStream(at(server), layer, 'layer');
      const failure = await drain(stream.ok ? stream.value : []).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(BlobStreamError);
      expect(failure).toMatchObject({ error: { code: 'malformed' } });
    }
  });
});

describe('trying again', () => {
  test('waits as long as Retry-After says, and then succeeds', async () => {
    const clock = jumpingClock();
    const server = await start({ intercept: faults(/./, status(429, { 'retry-after': '7' }), status(503)) });
    const source = await openFor(server.host, { clock });
    expect(await source.resolveTag(at(server), '1.0')).toMatchObject({ ok: true });
    expect(clock.waits).toEqual([7000, 500]);
  });

  test('is given up at once when the registry asks for more patience than the run has', async () => {
    const clock = jumpingClock();
    const server = await start({ intercept: faults(/./, status(429, { 'retry-after': '3600' })) });
    const source = await openFor(server.host, { clock });
    expect(await source.resolveTag(at(server), '1.0')).toMatchObject({
      ok: false,
      error: { code: 'rate-limited', retryAfterSeconds: 3600, message: expect.stringContaining('3600 s') },
    });
    expect(clock.waits).toEqual([]);
  });

  test('one wait holds back every request to the host', async () => {
    const clock = jumpingClock();
    const server = await start({ intercept: faults(/1\.0/, status(429, { 'retry-after': '9' })) });
    const source = await openFor(server.host, { clock });
    const first = source.resolveTag(at(server), '1.0');
    await first;
    expect(await source.manifest(at(server), image.descriptor.digest)).toMatchObject({ ok: true });
    expect(clock.waits).toEqual([9000]);
  });

  test('a connection that is reset is tried again, and no more than the limit', async () => {
    const reset = (request: IncomingMessage) => request.socket.destroy();
    const server = await start({ intercept: faults(/./, reset, reset) });
    const source = await openFor(server.host, { clock: jumpingClock() });
    expect(await source.resolveTag(at(server), '1.0')).toMatchObject({ ok: true });
    const dead = await start({ intercept: faults(/./, reset, reset, reset, reset, reset) });
    const other = await openFor(dead.host, { clock: jumpingClock() });
    expect(await other.resolveTag(at(dead), '1.0')).toMatchObject({
      ok: false,
      error: {
        code: 'network',
        message: expect.stringMatching(/ failed: the connection was closed by the other side \(\w+\)\.$/),
      },
    });
    expect(dead.requests).toHaveLength(4);
  });

  test('ends with the run: what is not asked any more says so', async () => {
    const clock = jumpingClock();
    const server = await start();
    const source = await openFor(server.host, { clock, limits: { 'run-ms': 5000 } });
    await clock.sleep(5000);
    expect(await source.resolveTag(at(server), '1.0')).toMatchObject({
      ok: false,
      error: { code: 'timeout', limit: 'run-ms', message: expect.stringContaining('was not made') },
    });
    expect(server.requests).toEqual([]);
  });

  test('an answer that never comes is a time-out', async () => {
    const server = await start({ intercept: () => true });
    const source = await openFor(server.host, { clock: jumpingClock(), limits: { 'document-ms': 50, attempts: 2 } });
    expect(await source.resolveTag(at(server), '1.0')).toMatchObject({ ok: false, error: { code: 'timeout' } });
    expect(server.requests).toHaveLength(2);
  });
});

describe('redirects', () => {
  test('are followed, and carry no Authorization to another origin', async () => {
    const store = await start();
    const server = await start({
      auth: { kind: 'basic', username: 'u', password: 'p' },
      intercept: (request, response) => {
        if (!request.url?.includes('/blobs/') || request.headers.authorization === undefined) return false;
        response.writeHead(307, { location: `http://${store.host}${request.url}` });
        response.end();
        return true;
      },
    });
    const credentials = new Map([[server.host, { kind: 'password', username: 'u', password: 'p' } as const]]);
    const source = await openFor([server.host, store.host], { credentials });
    expect(await source.blob(at(server), image.config, 'config')).toMatchObject({ ok: true });
    expect(store.requests.map(({ headers }) => headers['authorization'])).toEqual([undefined]);
  });

  test('to a private address that the policy does not list are refused', async () => {
    const store = await start();
    const location = `http://${store.host}/x`;
    const server = await start({
      intercept: faults(/./, status(302, { location }), status(302, { location: 'http://169.254.169.254/' })),
    });
    for (const _ of [1, 2])
      expect(await (await openFor(server.host)).resolveTag(at(server), '1.0')).toMatchObject({
        ok: false,
        error: { code: 'refused-address' },
      });
    expect(store.requests).toEqual([]);
  });

  test.each([
    ['in a circle', '/v2/base/app/manifests/1.0', 'limit'],
    ['to another scheme', 'file:///etc/passwd', 'malformed'],
    ['to an address with credentials', 'http://user:pass@example.com/', 'malformed'],
    ['to nowhere', 'http://', 'malformed'],
  ])('%s end in an error', async (_, location, code) => {
    const server = await start({
      intercept: faults(/./, ...Array.from({ length: 9 }, () => status(302, { location }))),
    });
    const source = await openFor(server.host);
    expect(await source.resolveTag(at(server), '1.0')).toMatchObject({ ok: false, error: { code } });
  });
});

describe('referrers', () => {
  function referrers(count: number): MadeContent[] {
    return Array.from({ length: count }, (_, number) =>
      makeArtifact({
        artifactType: 'example/thing',
        subject: subjectOf(index),
        layers: [{ mediaType: 'text/plain', content: `${number}` }],
      }),
    );
  }

  test.each(['api', 'tag'] as const)('are listed whole by the %s', async (via) => {
    const server = await start({ referrers: via, pageSize: 2 });
    const made = referrers(5);
    for (const one of made) server.push('base/app', one);
    const source = await openFor(server.host);
    const found = await source.referrers(at(server), index.descriptor.digest);
    expect(found).toMatchObject({ ok: true, value: { via: via === 'api' ? 'referrers-api' : 'referrers-tag' } });
    expect(found.ok && found.value.descriptors.map(({ digest }) => digest)).toEqual(
      made.map((one) => one.descriptor.digest),
    );
    expect(server.requests).toHaveLength(via === 'api' ? 3 : 2);
  });

  test.each(['api', 'tag'] as const)('of a digest that has none are none, by the %s', async (via) => {
    const server = await start({ referrers: via });
    const source = await openFor(server.host);
    const found = await source.referrers(at(server), index.descriptor.digest);
    expect(found).toMatchObject({ ok: true, value: { descriptors: [] } });
  });

  test.each([
    ['forbidden', status(403), 'forbidden'],
    ['not there because of a proxy', status(404, {}, 'nothing'), 'malformed'],
    ['a login page', status(200, { 'content-type': 'text/html' }, '<form>'), 'malformed'],
    ['no index', status(200, { 'content-type': OCI_INDEX }, '{"schemaVersion":2}'), 'malformed'],
    [
      'paged in a circle',
      status(200, { 'content-type': OCI_INDEX, link: '<?>; rel="next"' }, '{"schemaVersion":2,"manifests":[]}'),
      'malformed',
    ],
    [
      'paged on another host',
      status(
        200,
        { 'content-type': OCI_INDEX, link: '<http://example.com/>; rel=next' },
        '{"schemaVersion":2,"manifests":[]}',
      ),
      'malformed',
    ],
  ])('that are %s are an error, and never none', async (_, answer, code) => {
    const server = await start({
      intercept: (request, response) => {
        answer(request, response);
        return true;
      },
    });
    const source = await openFor(server.host);
    expect(await source.referrers(at(server), index.descriptor.digest)).toMatchObject({ ok: false, error: { code } });
  });

  test('that are too many are refused by the name of the limit', async () => {
    const server = await start({ pageSize: 1 });
    for (const one of referrers(4)) server.push('base/app', one);
    const few = await openFor(server.host, { limits: { referrers: 2 } });
    expect(await few.referrers(at(server), index.descriptor.digest)).toMatchObject({ error: { limit: 'referrers' } });
    const short = await openFor(server.host, { limits: { 'referrer-pages': 2 } });
    expect(await short.referrers(at(server), index.descriptor.digest)).toMatchObject({
      error: { limit: 'referrer-pages' },
    });
  });
});

test('tags are listed over all pages', async () => {
  const server = await start({ pageSize: 2 });
  for (const tag of ['a', 'b', 'c']) server.push('base/app', index, tag);
  const source = await openFor(server.host);
  expect(await source.tags(at(server))).toEqual({ ok: true, value: ['1.0', 'a', 'b', 'c'] });
});

describe('a registry that nobody listed', () => {
  test('is not contacted', async () => {
    const server = await start();
    const source = await openFor(server.host, { isListed: () => false });
    expect(await source.resolveTag(at(server), '1.0')).toMatchObject({ ok: false, error: { code: 'unlisted-host' } });
    expect(server.requests).toEqual([]);
  });

  test('and is on a private network is refused', async () => {
    const server = await start();
    const source = await openFor([], { registries: {} });
    expect(await source.resolveTag(at(server), '1.0')).toMatchObject({ ok: false, error: { code: 'refused-address' } });
    expect(server.requests).toEqual([]);
  });
});

test('an offline run asks nobody', async () => {
  const server = await start();
  const source = await openFor(server.host, { offline: true });
  expect(await source.resolveTag(at(server), '1.0')).toMatchObject({ ok: false, error: { code: 'offline' } });
  expect(server.requests).toEqual([]);
});
