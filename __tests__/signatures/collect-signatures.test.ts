import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Authority } from '../../src/policy/policy.js';
import type { ImageSource, RegistryError } from '../../src/registry/image-source.js';
import { err } from '../../src/result.js';
import { collectSignatures } from '../../src/signatures/collect-signatures.js';
import { collectStatements } from '../../src/signatures/collect-statements.js';
import { fallbackTag, makeArtifact, makeImage, makeIndex } from '../support/image-maker.js';
import { allowEntry, collectContext, layoutSource, reference, resolvedImage } from '../support/signer-context.js';
import {
  forge,
  forgeLayer,
  makeScene,
  PREDICATE,
  type Pushed,
  RELEASE,
  type Scene,
} from '../support/signer-forgery.js';
import { keylessSigner, keySigner, RELEASE_WORKFLOW } from '../support/signer-identity.js';
import { cosignManifest, inTotoStatement } from '../support/sigstore-forms.js';

const NAME = 'registry.example/base:latest';
let scene: Scene;
let trustedRootFile: string;

beforeAll(async () => {
  scene = await makeScene();
  trustedRootFile = join(mkdtempSync(join(tmpdir(), 'signatures-root-')), 'trusted_root.json');
  writeFileSync(trustedRootFile, JSON.stringify(scene.sigstore.trustedRoot()));
});

function sourceOf(pushed: readonly Pushed[], repository = 'registry.example/base', name = NAME) {
  return layoutSource([
    { content: scene.index, name },
    { content: scene.platform },
    ...pushed.map(({ content, tag }) => ({ content, ...(tag === undefined ? {} : { name: `${repository}:${tag}` }) })),
  ]);
}

function context(source: ImageSource, changes: Partial<Parameters<typeof collectContext>[0]> = {}) {
  return collectContext({
    entry: allowEntry([RELEASE]),
    trustedRootFile,
    source,
    image: resolvedImage(reference(NAME), scene.platform, scene.index),
    ...changes,
  });
}

/** A source of which some questions fail. */
function failing(source: ImageSource, fails: (question: string) => boolean, code: RegistryError['code'] = 'network') {
  const refuse = (request: string) =>
    err<RegistryError>({
      code,
      registry: 'registry.example',
      request,
      message: `${request} failed`,
      remedy: 'Try again.',
    });
  const wrapped: ImageSource = {
    resolveTag: async (repository, tag) => (fails(tag) ? refuse(tag) : source.resolveTag(repository, tag)),
    manifest: (repository, digest) => source.manifest(repository, digest),
    tags: (repository) => source.tags(repository),
    blob: (repository, descriptor, kind) => source.blob(repository, descriptor, kind),
    blobStream: (repository, descriptor, kind) => source.blobStream(repository, descriptor, kind),
    referrers: async (repository, digest) =>
      fails('referrers') ? refuse('referrers') : source.referrers(repository, digest),
  };
  return wrapped;
}

describe('signatures of an image', () => {
  test('one over the index counts for the platform, and every place that was looked in is told', async () => {
    const evidence = await collectSignatures(
      context(await sourceOf([await forge(scene, 'classic signature', scene.index)])),
    );
    expect(evidence).toMatchObject({
      status: 'present',
      value: {
        verified: [{ on: 'index', digest: scene.index.descriptor.digest, authorityIndex: 0, form: 'cosign signature' }],
        rejected: [],
        trustedRoot: trustedRootFile,
      },
    });
    expect(evidence.status === 'present' ? evidence.lookedIn?.length : 0).toBe(4);
  });

  test('one over the platform counts, as a bundle', async () => {
    const evidence = await collectSignatures(
      context(await sourceOf([await forge(scene, 'bundle signature', scene.platform)])),
    );
    expect(evidence).toMatchObject({
      status: 'present',
      value: { verified: [{ on: 'platform', form: 'Sigstore bundle' }] },
    });
  });

  test('none is an absence only if every place answered', async () => {
    const source = await sourceOf([]);
    expect(await collectSignatures(context(source))).toMatchObject({ status: 'absent', lookedIn: expect.any(Array) });
    for (const broken of ['.sig', 'referrers']) {
      const evidence = await collectSignatures(context(failing(source, (question) => question.includes(broken))));
      expect(evidence).toMatchObject({ status: 'unavailable', cause: 'network' });
    }
  });

  test('a good one counts though another place could not be read', async () => {
    const source = failing(
      await sourceOf([await forge(scene, 'classic signature', scene.index)]),
      (one) => one === 'referrers',
    );
    expect(await collectSignatures(context(source))).toMatchObject({
      status: 'present',
      value: { verified: [{}], incomplete: { cause: 'network' } },
    });
  });

  test("a stranger's is told by name, and the authority that was asked for", async () => {
    const signer = await keylessSigner(scene.sigstore, {
      ...RELEASE_WORKFLOW,
      subject: 'https://github.com/mallory/x',
    });
    const evidence = await collectSignatures(
      context(await sourceOf([await forge(scene, 'classic signature', scene.index, { signer })])),
    );
    expect(evidence).toMatchObject({
      status: 'present',
      value: {
        verified: [],
        rejected: [
          {
            code: 'wrong-signer',
            signedBy: { subject: 'https://github.com/mallory/x' },
            reason: expect.stringContaining(RELEASE_WORKFLOW.subject),
          },
        ],
      },
    });
  });

  test('several authorities are counted apart, and a bad signature among good ones is reported', async () => {
    const key = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
    const asKey: Authority = { kind: 'key', name: 'base.pub', pem: key.publicKeyPem, log: 'ignored' };
    const layers = await Promise.all([
      forgeLayer(scene, 'classic signature', scene.index, {}),
      forgeLayer(scene, 'classic signature', scene.index, { signer: key, entry: 'none' }),
      forgeLayer(scene, 'classic signature', scene.index, {
        bend: (made) => void Object.assign(made, { signature: 'AAAA' }),
      }),
    ]);
    const source = await sourceOf([
      { content: cosignManifest(layers), tag: fallbackTag(scene.index.descriptor.digest, '.sig') },
    ]);
    const evidence = await collectSignatures(context(source, { entry: allowEntry([RELEASE, asKey], { require: 2 }) }));
    expect(evidence).toMatchObject({ status: 'present', value: { rejected: [{ code: 'other-log-entry' }] } });
    const indexes =
      evidence.status === 'present' ? evidence.value.verified.map(({ authorityIndex }) => authorityIndex) : [];
    expect(indexes.toSorted()).toEqual([0, 1]);
  });

  test('a separate signature repository is looked in', async () => {
    const pushed = await forge(scene, 'classic signature', scene.index);
    const entry = allowEntry([{ ...RELEASE, signatureRepository: 'registry.example/signatures' }]);
    const source = await sourceOf([pushed], 'registry.example/signatures');
    expect(await collectSignatures(context(source, { entry }))).toMatchObject({
      status: 'present',
      value: { verified: [{ place: expect.stringContaining('registry.example/signatures:') }] },
    });
  });

  test('the upstream is looked in where a mirror does not carry them', async () => {
    const pushed = await forge(scene, 'classic signature', scene.index);
    const source = await sourceOf([pushed]);
    const pullFrom = reference('mirror.example/registry/base:latest');
    expect(await collectSignatures(context(source, { pullFrom }))).toMatchObject({
      status: 'present',
      value: { verified: [{ place: expect.stringContaining('registry.example/base') }] },
    });
  });

  test('the upstream is looked in where a mirror carries fewer than are required', async () => {
    const key = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
    const asKey: Authority = { kind: 'key', name: 'base.pub', pem: key.publicKeyPem, log: 'ignored' };
    const carried = await forge(scene, 'classic signature', scene.index, { signer: key, entry: 'none' });
    const upstream = await forge(scene, 'classic signature', scene.index);
    const source = await layoutSource(
      [['mirror.example/registry/base', carried] as const, ['registry.example/base', upstream] as const].map(
        ([repository, { content, tag }]) => ({ content, name: `${repository}:${tag}` }),
      ),
    );
    const pullFrom = reference('mirror.example/registry/base:latest');
    const both = [RELEASE, asKey];
    const evidence = await collectSignatures(context(source, { pullFrom, entry: allowEntry(both, { require: 2 }) }));
    expect(evidence.status === 'present' ? evidence.value.verified.map(({ place }) => place) : []).toEqual([
      expect.stringContaining('mirror.example'),
      expect.stringContaining('registry.example/base'),
    ]);
    const enough = await collectSignatures(context(source, { pullFrom, entry: allowEntry(both) }));
    expect(enough.lookedIn?.map(({ place }) => place)).not.toContainEqual(expect.stringContaining('registry.example'));
  });

  describe('statements of a mirror do not stop the search upstream', () => {
    const PROVENANCE = 'https://slsa.dev/provenance/v1';
    const pullFrom = reference('mirror.example/registry/base:latest');
    const bends: readonly (readonly [string, Parameters<typeof forge>[3]])[] = [
      ['of another type', {}],
      ['that a stranger signed', { predicateType: PROVENANCE, signer: keySigner(generateKeyPairSync('ed25519')) }],
      [
        'about another image',
        { predicateType: PROVENANCE, payload: inTotoStatement(`sha256:${'9'.repeat(64)}`, PROVENANCE) },
      ],
      [
        'whose signature is broken',
        {
          predicateType: PROVENANCE,
          bend: (made) => {
            made.signature = 'AAAA';
          },
        },
      ],
    ];

    test.each(bends)('%s', async (_, recipe) => {
      const [mirror, upstream] = await Promise.all([
        forge(scene, 'classic attestation', scene.platform, recipe),
        forge(scene, 'classic attestation', scene.platform, { predicateType: PROVENANCE }),
      ]);
      const source = await layoutSource([
        { content: mirror.content, name: `mirror.example/registry/base:${mirror.tag}` },
        { content: upstream.content, name: `registry.example/base:${upstream.tag}` },
      ]);
      const evidence = await collectStatements(context(source, { pullFrom }));
      const verified = evidence.status === 'present' ? evidence.value.verified : [];
      expect(verified.filter(({ predicateType }) => predicateType === PROVENANCE)).toEqual([
        expect.objectContaining({ place: expect.stringContaining('registry.example/base') }),
      ]);
    });

    test('that carries both an SBOM and provenance is enough', async () => {
      const layers = await Promise.all([
        forgeLayer(scene, 'classic attestation', scene.platform, {}),
        forgeLayer(scene, 'classic attestation', scene.platform, { predicateType: PROVENANCE }),
      ]);
      const tag = fallbackTag(scene.platform.descriptor.digest, '.att');
      const source = await layoutSource([
        { content: cosignManifest(layers), name: `mirror.example/registry/base:${tag}` },
      ]);
      const evidence = await collectStatements(context(source, { pullFrom }));
      expect(evidence.status === 'present' ? evidence.value.verified.length : 0).toBe(2);
      expect(evidence.lookedIn?.map(({ place }) => place)).not.toContainEqual(
        expect.stringContaining('registry.example'),
      );
    });
  });

  test('a pin to a platform hides the signed index, which the tag tells', async () => {
    const pinned = reference(`${NAME}@${scene.platform.descriptor.digest}`);
    const source = await sourceOf([await forge(scene, 'classic signature', scene.index)]);
    const evidence = await collectSignatures(
      context(source, { image: resolvedImage(pinned, scene.platform), reference: pinned }),
    );
    expect(evidence).toMatchObject({
      status: 'present',
      value: { verified: [], signedIndex: scene.index.descriptor.digest },
    });
  });

  test('a Notary Project signature is named, and does not count', async () => {
    const notary = makeArtifact({
      artifactType: 'application/vnd.cncf.notary.signature',
      subject: scene.index.descriptor,
      layers: [{ mediaType: 'application/cose', content: 'sealed' }],
    });
    expect(await collectSignatures(context(await sourceOf([{ content: notary }])))).toMatchObject({
      status: 'unsupported',
      form: 'Notary Project signature',
    });
  });

  test('a log that an outdated root does not know leaves it open, and a root of the user’s own settles it', async () => {
    const signer = await keylessSigner(scene.stranger);
    const source = await sourceOf([
      await forge(scene, 'classic signature', scene.index, { signer, sigstore: scene.stranger }),
    ]);
    const { trustedRootFile: _, ...settings } = context(source).settings;
    const embedded = { ...context(source), settings };
    expect(await collectSignatures(embedded)).toMatchObject({
      status: 'present',
      value: {
        incomplete: { cause: 'trust-root' },
        rejected: [{ code: 'unknown-log' }],
        notes: [expect.stringContaining('the run is offline')],
      },
    });
    const own = await collectSignatures(context(source));
    expect(own.status === 'present' && own.value.incomplete).toBeFalsy();
  });

  test('a trusted root that can’t be read is no reason to use another', async () => {
    const broken = join(mkdtempSync(join(tmpdir(), 'signatures-root-')), 'trusted_root.json');
    writeFileSync(broken, '{"mediaType":"application/json"}');
    const source = await sourceOf([await forge(scene, 'classic signature', scene.index)]);
    expect(await collectSignatures(context(source, { trustedRootFile: broken }))).toMatchObject({
      status: 'unavailable',
      cause: 'trust-root',
    });
  });

  test('more than is read makes the search incomplete', async () => {
    const layer = await forgeLayer(scene, 'classic signature', scene.otherImage, {});
    const source = await sourceOf([
      {
        content: cosignManifest(Array.from({ length: 70 }, () => layer)),
        tag: fallbackTag(scene.index.descriptor.digest, '.sig'),
      },
    ]);
    expect(await collectSignatures(context(source))).toMatchObject({
      status: 'present',
      value: { verified: [], incomplete: { cause: 'limit', limit: 'signature-layers' } },
    });
  });

  test('more bytes than are held at once make the search incomplete, and are not fetched', async () => {
    const { content } = await forge(scene, 'bundle signature', scene.index);
    const source = await sourceOf([{ content }]);
    const swollen: ImageSource = {
      ...failing(source, () => false),
      manifest: async (repository, digest) => {
        const fetched = await source.manifest(repository, digest);
        if (!fetched.ok || fetched.value.manifest.kind !== 'manifest') return fetched;
        const layers = fetched.value.manifest.layers.map((layer) => ({ ...layer, size: 200 * 1024 * 1024 }));
        return { ok: true, value: { ...fetched.value, manifest: { ...fetched.value.manifest, layers } } };
      },
    };
    expect(await collectSignatures(context(swollen))).toMatchObject({
      status: 'unavailable',
      cause: 'limit',
      limit: 'signature-bytes',
      message: expect.stringContaining('signature-bytes'),
    });
  });
});

describe('statements about an image', () => {
  test('are told by their signed type, wherever they lie', async () => {
    const source = await sourceOf([
      await forge(scene, 'classic attestation', scene.index),
      await forge(scene, 'bundle attestation', scene.platform, { predicateType: 'https://slsa.dev/provenance/v1' }),
      await forge(scene, 'bundle signature', scene.platform),
    ]);
    const evidence = await collectStatements(context(source));
    if (evidence.status !== 'present') throw new Error(evidence.status);
    expect(evidence.value.verified.map(({ predicateType, on, form }) => [predicateType, on, form])).toEqual([
      [PREDICATE, 'index', 'cosign attestation'],
      ['https://slsa.dev/provenance/v1', 'platform', 'Sigstore bundle'],
    ]);
    expect(evidence.value.verified[0]?.predicate).toEqual({ spdxVersion: 'SPDX-2.3' });
  });

  test('without a signature are documents, not statements', async () => {
    const document = makeArtifact({
      layers: [
        {
          mediaType: 'application/vnd.in-toto+json',
          content: inTotoStatement(scene.platform.descriptor.digest, PREDICATE, { spdxVersion: 'SPDX-2.3' }),
        },
      ],
    });
    const index = makeIndex([scene.platform, document], {
      entries: [
        scene.platform.descriptor,
        {
          ...document.descriptor,
          annotations: {
            'vnd.docker.reference.type': 'attestation-manifest',
            'vnd.docker.reference.digest': scene.platform.descriptor.digest,
          },
        },
      ],
    });
    const unsigned = await layoutSource([
      { content: index, name: NAME },
      { content: scene.platform },
      { content: document },
    ]);
    const image = resolvedImage(reference(NAME), scene.platform, index);
    expect(await collectStatements(context(unsigned, { image }))).toMatchObject({
      status: 'present',
      value: { verified: [], unsigned: [{ predicateType: PREDICATE, predicate: { spdxVersion: 'SPDX-2.3' } }] },
    });
    const { content, tag } = await forge(scene, 'classic signature', document);
    const signed = await layoutSource([
      { content: index, name: NAME },
      { content: document },
      { content, name: `registry.example/base:${tag}` },
    ]);
    expect(await collectStatements(context(signed, { image }))).toMatchObject({
      status: 'present',
      value: { verified: [{ predicateType: PREDICATE, form: 'signed manifest' }], unsigned: [] },
    });
    const silent = failing(signed, (question) => question === tag);
    expect(await collectStatements(context(silent, { image }))).toMatchObject({
      status: 'present',
      value: { verified: [], unsigned: [{}], incomplete: { cause: 'network' } },
    });
  });

  test('none of them is an absence', async () => {
    expect(await collectStatements(context(await sourceOf([])))).toMatchObject({ status: 'absent' });
    const image = await makeImage();
    expect(image.descriptor.digest).not.toBe(scene.platform.descriptor.digest);
  });
});
