import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { registryLimits } from '../../../src/registry/limits.js';
import { DOCKER_INDEX, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from '../../../src/registry/manifest/media-types.js';
import { readManifest } from '../../../src/registry/manifest/read-manifest.js';

const LIMITS = registryLimits();
const DIGEST = `sha256:${'a'.repeat(64)}`;
const CONFIG = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: DIGEST, size: 2 };
const IMAGE = { schemaVersion: 2, config: CONFIG, layers: [] };
const INDEX = { schemaVersion: 2, manifests: [] };

function read(document: unknown, declared?: string, limits = LIMITS) {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  return readManifest(Buffer.from(text), declared, limits);
}

describe('readManifest', () => {
  test.each([
    ['an OCI manifest', { ...IMAGE, mediaType: OCI_MANIFEST }, 'manifest'],
    ['an OCI manifest without a media type', IMAGE, 'manifest'],
    ['an OCI index', { ...INDEX, mediaType: OCI_INDEX }, 'index'],
    ['an OCI index without a media type', INDEX, 'index'],
    ['a Docker manifest', { ...IMAGE, mediaType: DOCKER_MANIFEST }, 'manifest'],
    ['a Docker manifest list', { ...INDEX, mediaType: DOCKER_INDEX }, 'index'],
    ['null where Go leaves a slice or map empty', { ...IMAGE, annotations: null, subject: null }, 'manifest'],
    ['null for the media type', { ...IMAGE, mediaType: null }, 'manifest'],
    ['an empty text for the media type', { ...INDEX, mediaType: '' }, 'index'],
    ['null for the layers', { ...IMAGE, layers: null }, 'manifest'],
    ['null for the manifests', { ...INDEX, manifests: null }, 'index'],
  ])('reads %s', (_, document, kind) => {
    expect(read(document)).toMatchObject({ ok: true, value: { kind, annotations: {} } });
  });

  test('reads null in place of a text as an empty one', () => {
    const config = { ...CONFIG, annotations: { a: null }, platform: { os: null, architecture: 'arm64' } };
    expect(read({ ...IMAGE, config })).toMatchObject({
      value: { config: { annotations: { a: '' }, platform: { os: '', architecture: 'arm64' } } },
    });
  });

  test('sets an odd entry of an index apart, with its platform', () => {
    const platform = { os: 'linux', architecture: 'arm64' };
    const odd = { ...CONFIG, digest: `blake3:${'a'.repeat(64)}`, platform };
    expect(read({ ...INDEX, manifests: [CONFIG, odd, null] })).toMatchObject({
      value: {
        manifests: [CONFIG],
        unreadable: [{ reason: expect.stringContaining('manifests.1.digest'), platform }, {}],
      },
    });
  });

  test('keeps what a descriptor says, and leaves out what it does not', () => {
    const child = { ...CONFIG, mediaType: OCI_MANIFEST, platform: { os: 'linux', architecture: 'arm', variant: 'v7' } };
    const result = read({ ...INDEX, manifests: [{ ...child, unknown: 1 }], subject: CONFIG, artifactType: 'a/b' });
    expect(result).toEqual({
      ok: true,
      value: {
        kind: 'index',
        mediaType: OCI_INDEX,
        manifests: [child],
        subject: CONFIG,
        artifactType: 'a/b',
        annotations: {},
      },
    });
  });

  test.each([
    ['schema 1 by its media type', IMAGE, 'application/vnd.docker.distribution.manifest.v1+prettyjws', /schema 1/],
    ['schema 1 by its version', { schemaVersion: 1, fsLayers: [] }, undefined, /schema 1/],
    ['another media type', { ...IMAGE, mediaType: 'application/vnd.cncf.helm' }, undefined, /neither/],
    ['an announced HTML page', '<html>', 'text/html', /not JSON/],
  ])('%s is named as unsupported or malformed', (_, document, declared, reason) => {
    const result = read(document, declared);
    expect(result.ok ? '' : result.error.reason).toMatch(reason);
  });

  test.each([
    [
      'a media type that differs from the announced one',
      { ...IMAGE, mediaType: OCI_MANIFEST },
      OCI_INDEX,
      /announced as/,
    ],
    ['an index that is also a manifest', { ...IMAGE, ...INDEX }, undefined, /both an index and a manifest/],
    ['a doubled key', '{"schemaVersion":2,"schemaVersion":2,"manifests":[]}', undefined, /twice/],
    ['a key that is doubled in other letters', { ...INDEX, Manifests: [] }, undefined, /only in case/],
    [
      'a descriptor with a misspelt digest',
      { ...INDEX, manifests: [{ ...CONFIG, Digest: DIGEST }] },
      undefined,
      /"Digest"/,
    ],
    [
      'a misspelt platform',
      { ...INDEX, manifests: [{ ...CONFIG, platform: { os: 'l', architecture: 'a', oS: 'x' } }] },
      undefined,
      /"oS"/,
    ],
    [
      'a digest that is none',
      { ...IMAGE, config: { ...CONFIG, digest: 'sha256:../../etc' } },
      undefined,
      /config\.digest/,
    ],
    ['a negative size', { ...IMAGE, config: { ...CONFIG, size: -1 } }, undefined, /config\.size/],
    ['a size beyond what can be counted', { ...IMAGE, config: { ...CONFIG, size: 1e300 } }, undefined, /config\.size/],
    ['no schema version', { config: CONFIG, layers: [] }, undefined, /schemaVersion/],
    ['an array', [], undefined, /not a JSON object/],
    ['depth', `${'['.repeat(5000)}${']'.repeat(5000)}`, undefined, /deeper/],
    ['nothing', '', undefined, /not JSON/],
  ])('%s is malformed', (_, document, declared, reason) => {
    const result = read(document, declared);
    expect(result).toMatchObject({ ok: false, error: { code: 'malformed' } });
    expect(result.ok ? '' : result.error.reason).toMatch(reason);
  });

  test('bytes that are not UTF-8 are malformed', () => {
    expect(readManifest(Buffer.from([0x7b, 0xff, 0x7d]), undefined, LIMITS)).toMatchObject({
      ok: false,
      error: { reason: 'it is not UTF-8 text' },
    });
  });

  test('counts and sizes have limits with names', () => {
    const many = Array.from({ length: 11 }, () => CONFIG);
    expect(read({ ...INDEX, manifests: many }, undefined, registryLimits({ 'index-entries': 10 }))).toMatchObject({
      error: { code: 'limit', name: 'index-entries' },
    });
    expect(read({ ...IMAGE, layers: many }, undefined, registryLimits({ layers: 10 }))).toMatchObject({
      error: { code: 'limit', name: 'layers' },
    });
    expect(read(INDEX, undefined, registryLimits({ 'manifest-bytes': 10 }))).toMatchObject({
      error: { code: 'limit', name: 'manifest-bytes' },
    });
  });

  test('whatever bytes come, it answers, and never throws', () => {
    const nearly = fc.record(
      {
        schemaVersion: fc.oneof(fc.constant(2), fc.jsonValue()),
        mediaType: fc.oneof(fc.constantFrom(OCI_INDEX, OCI_MANIFEST), fc.jsonValue()),
        manifests: fc.oneof(fc.array(fc.oneof(fc.constant(CONFIG), fc.jsonValue())), fc.jsonValue()),
        config: fc.oneof(fc.constant(CONFIG), fc.jsonValue()),
        layers: fc.oneof(fc.array(fc.oneof(fc.constant(CONFIG), fc.jsonValue())), fc.jsonValue()),
        subject: fc.jsonValue(),
        annotations: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.json().map((text) => Buffer.from(text)),
      nearly.map((document) => Buffer.from(JSON.stringify(document))),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        const result = readManifest(input, undefined, LIMITS);
        if (!result.ok) return expect(result.error.reason).not.toBe('');
        for (const entry of result.value.kind === 'index' ? result.value.manifests : result.value.layers)
          expect(entry.digest).toMatch(/^sha(256|384|512):[0-9a-f]+$/);
      }),
      { numRuns: 3000 },
    );
  });
});
