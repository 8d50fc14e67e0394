import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { optionalField } from '../../src/lib/collections.js';
import { type Platform, parsePlatform } from '../../src/references/platform.js';
import { parseReference } from '../../src/references/reference.js';
import { choosePlatform, compatiblePlatforms } from '../../src/registry/manifest/choose-platform.js';
import type { Descriptor } from '../../src/registry/manifest/manifest.js';
import { OCI_INDEX, OCI_MANIFEST } from '../../src/registry/manifest/media-types.js';
import { resolveImage } from '../../src/registry/resolve.js';
import {
  contentOf,
  type MadeContent,
  type MadeImage,
  makeArtifact,
  makeImage,
  makeIndex,
} from '../support/image/image-maker.js';
import { closeRegistries, openFor } from '../support/registry/registry-open.js';
import { type RegistryServer, startRegistry } from '../support/registry/registry-server.js';

function platform(text: string): Platform {
  const parsed = parsePlatform(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

const servers: RegistryServer[] = [];
afterEach(async () => {
  await closeRegistries();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function resolve(content: MadeContent, wanted = 'linux/amd64', suffix = ':1') {
  const server = await startRegistry();
  servers.push(server);
  server.push('base/app', content, '1');
  const reference = parseReference(`${server.host}/base/app${suffix}`);
  if (!reference.ok) throw new Error(reference.error.reason);
  const source = await openFor(server.host);
  return {
    result: await resolveImage(source, reference.value, platform(wanted)),
    source,
    reference: reference.value,
    server,
  };
}

/** An attestation as BuildKit puts it into an index. */
async function attestation(): Promise<MadeContent> {
  const made = makeArtifact({ layers: [{ mediaType: 'application/vnd.in-toto+json', content: '{}' }] });
  return { ...made, descriptor: { ...made.descriptor, platform: { os: 'unknown', architecture: 'unknown' } } };
}

let amd64: MadeImage;
let arm64: MadeImage;
beforeAll(async () => {
  amd64 = await makeImage({ config: { User: '65532' } });
  arm64 = await makeImage({ platform: 'linux/arm64' });
});

describe('resolveImage', () => {
  test('pins a tag to index, manifest and configuration', async () => {
    const index = makeIndex([await attestation(), arm64, amd64]);
    const { result, server } = await resolve(index);
    expect(result).toMatchObject({
      ok: true,
      value: {
        digest: index.descriptor.digest,
        kind: 'index',
        platform: 'linux/amd64',
        manifestDigest: amd64.descriptor.digest,
        configDigest: amd64.config.digest,
        configuration: { user: '65532' },
      },
    });
    expect(result.ok && result.value.index?.manifests).toHaveLength(3);
    expect(server.requests).toHaveLength(3);
  });

  test('reads a digest without asking for the tag beside it', async () => {
    const { result, server } = await resolve(
      makeIndex([amd64]),
      'linux/amd64',
      `:1@${makeIndex([amd64]).descriptor.digest}`,
    );
    expect(result).toMatchObject({ ok: true, value: { manifestDigest: amd64.descriptor.digest } });
    expect(server.requests.some(({ url }) => url.endsWith('/1'))).toBe(false);
  });

  test('takes a single manifest as it is, and says what it is for', async () => {
    const { result } = await resolve(arm64);
    expect(result).toMatchObject({ ok: true, value: { kind: 'manifest', platform: 'linux/arm64' } });
    expect(result.ok && result.value.index).toBe(undefined);
  });

  test("reads Docker's manifests", async () => {
    const docker = await makeImage({ docker: true });
    const { result } = await resolve(makeIndex([docker], { docker: true }));
    expect(result).toMatchObject({ ok: true, value: { manifestDigest: docker.descriptor.digest } });
  });

  test('goes into an index within an index, and no deeper than the limit', async () => {
    const inner = makeIndex([amd64]);
    expect((await resolve(makeIndex([inner]))).result).toMatchObject({
      ok: true,
      value: { configDigest: amd64.config.digest },
    });
    const deep = [1, 2, 3, 4].reduce((content) => makeIndex([content]), inner);
    expect((await resolve(deep)).result).toMatchObject({ ok: false, error: { code: 'limit', limit: 'index-depth' } });
  });

  test('says which platforms there are when the one wanted is not', async () => {
    const { result } = await resolve(makeIndex([arm64, await attestation()]), 'linux/s390x');
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'not-found', message: expect.stringContaining('it has linux/arm64.') },
    });
  });

  test('an index that calls an image what it is not is refused', async () => {
    const lying = (change: Partial<Descriptor>) =>
      makeIndex([arm64], {
        entries: [{ ...arm64.descriptor, platform: { os: 'linux', architecture: 'amd64' }, ...change }],
      });
    for (const change of [{}, { size: 1 }, { mediaType: 'application/vnd.oci.image.index.v1+json' }])
      expect((await resolve(lying(change))).result).toMatchObject({ ok: false, error: { code: 'malformed' } });
  });

  test('an image that an index gives no platform is taken where it is for the one wanted, and refused where not', async () => {
    const bare = ({ descriptor: { platform: _, ...rest } }: MadeImage) => rest;
    const index = (...images: readonly MadeImage[]) => makeIndex(images, { entries: images.map(bare) });
    expect((await resolve(index(amd64, arm64))).result).toMatchObject({
      value: { manifestDigest: amd64.descriptor.digest },
    });
    // A runtime passes over the first and takes the second, which must not be evaluated by the first.
    expect((await resolve(index(arm64, amd64))).result).toMatchObject({
      error: {
        code: 'malformed',
        message: expect.stringContaining('is for linux/arm64, which the index does not say'),
      },
    });
  });

  test('a configuration without the variant of the index is believed', async () => {
    const arm = await makeImage({ platform: 'linux/arm' });
    const entries = [{ ...arm.descriptor, platform: { os: 'linux', architecture: 'arm', variant: 'v6' } }];
    expect((await resolve(makeIndex([arm], { entries }), 'linux/arm/v6')).result).toMatchObject({ ok: true });
  });

  test('an artifact that is no image is unsupported, by its type', async () => {
    const chart = makeArtifact({
      layers: [],
      config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', content: '{}' },
    });
    expect((await resolve(chart)).result).toMatchObject({
      ok: false,
      error: { unsupported: expect.stringContaining('helm') },
    });
  });

  test('a configuration that knows another number of layers is refused', async () => {
    const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST, config: amd64.config, layers: [] };
    const bare = contentOf(OCI_MANIFEST, Buffer.from(JSON.stringify(manifest)));
    const { result } = await resolve({ ...bare, blobs: amd64.blobs });
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'malformed', message: expect.stringContaining('it lists 1 layer') },
    });
  });
});

describe('an index with an odd entry', () => {
  const odd = (platform?: object) => ({
    mediaType: OCI_MANIFEST,
    digest: 'blake3:00',
    size: 1,
    ...(platform && { platform }),
  });
  const index = (...manifests: readonly object[]) =>
    withImage(contentOf(OCI_INDEX, Buffer.from(JSON.stringify({ schemaVersion: 2, manifests }))));
  const withImage = (content: MadeContent): MadeContent => ({
    ...content,
    manifests: new Map([...amd64.manifests, ...content.manifests]),
    blobs: amd64.blobs,
  });

  test.each([
    ['of another platform', { os: 'linux', architecture: 'arm64' }],
    ['of no platform, which a builder takes last', undefined],
    ['with an empty platform, which matches nothing', {}],
    ['of an attestation', { os: 'unknown', architecture: 'unknown' }],
  ])('%s resolves', async (_, other) => {
    const { result } = await resolve(index(odd(other), amd64.descriptor));
    expect(result).toMatchObject({ ok: true, value: { manifestDigest: amd64.descriptor.digest } });
  });

  test.each([
    ['of the same platform, which a builder may take', { os: 'linux', architecture: 'amd64' }],
    ['of the same platform, its operating system left out', { architecture: 'amd64' }],
  ])('%s is malformed', async (_, other) => {
    const { result } = await resolve(index(odd(other), amd64.descriptor));
    expect(result).toMatchObject({ ok: false, error: { code: 'malformed' } });
  });

  test('that alone might be the image is malformed, and not a missing platform', async () => {
    const { result } = await resolve(index(odd()));
    expect(result).toMatchObject({ ok: false, error: { code: 'malformed' } });
  });

  test('and a readable one without an operating system resolves', async () => {
    const { result } = await resolve(index({ ...amd64.descriptor, platform: { architecture: 'amd64' } }));
    expect(result).toMatchObject({ ok: true, value: { platform: 'linux/amd64' } });
  });
});

describe('choosePlatform', () => {
  const entry = (text: string | undefined, mark: string): Descriptor => {
    const [os = '', architecture = '', variant] = text?.split('/') ?? [];
    const named = { os, architecture, ...optionalField('variant', variant) };
    const digest = `sha256:${mark.repeat(64)}`;
    return { mediaType: OCI_MANIFEST, digest, size: 1, ...(text === undefined ? {} : { platform: named }) };
  };

  test.each([
    ['linux/amd64', ['linux/arm64', 'linux/amd64'], 1],
    ['linux/amd64', ['linux/386'], 0],
    ['linux/amd64', ['linux/386', 'linux/amd64'], 1],
    ['linux/amd64', ['linux/amd64/v2'], undefined],
    ['linux/amd64/v3', ['linux/amd64', 'linux/amd64/v2'], 1],
    ['linux/arm64', ['linux/arm/v7', 'linux/arm64/v8'], 1],
    ['linux/arm64', ['linux/arm/v7'], 0],
    ['linux/arm/v7', ['linux/arm/v5', 'linux/arm/v6'], 1],
    ['linux/arm', ['linux/arm'], 0],
    ['linux/arm/v6', ['linux/arm/v7'], undefined],
    ['linux/amd64', [undefined, 'linux/amd64'], 1],
    ['linux/amd64', ['unknown/unknown', undefined], 1],
    ['linux/amd64', ['windows/amd64', 'unknown/unknown'], undefined],
    ['linux/amd64', ['linux/amd64', 'linux/amd64'], 0],
  ])('for %s takes of %j number %s', (wanted, there, expected) => {
    const entries = there.map((text, at) => entry(text, 'abcdef'[at] ?? '0'));
    expect(choosePlatform(entries, platform(wanted))).toBe(expected === undefined ? undefined : entries[expected]);
  });

  test('knows what else does for a processor, best first', () => {
    expect(compatiblePlatforms(platform('linux/amd64/v3'))).toEqual([
      'linux/amd64/v3',
      'linux/amd64/v2',
      'linux/amd64',
      'linux/386',
    ]);
    expect(compatiblePlatforms(platform('linux/s390x'))).toEqual(['linux/s390x']);
  });
});
