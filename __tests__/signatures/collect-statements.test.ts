import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { AllowEntry } from '../../src/policy/policy.js';
import { collectSignatures } from '../../src/signatures/collect-signatures.js';
import { collectStatements } from '../../src/signatures/collect-statements.js';
import { fallbackTag, type MadeContent, makeArtifact, makeIndex } from '../support/image/image-maker.js';
import {
  failingSource,
  NAME,
  type SignatureSearch,
  startSignatureSearch,
  writeTrustedRoot,
} from '../support/signing/signature-search.js';
import { allowEntry, layoutSource, reference, resolvedImage } from '../support/signing/signer-context.js';
import { forge, forgeLayer, PREDICATE, type Pushed, RELEASE } from '../support/signing/signer-forgery.js';
import { keySigner, RELEASE_WORKFLOW, type TestSigner } from '../support/signing/signer-identity.js';
import { bundleManifest, cosignManifest, inTotoStatement } from '../support/signing/sigstore-forms.js';

const untrusted = keySigner(generateKeyPairSync('ed25519'));
let search: SignatureSearch;

beforeAll(async () => {
  search = await startSignatureSearch();
});

describe('statements about an image', () => {
  test('are reported by their signed type, wherever they lie', async () => {
    const source = await search.source([
      await forge(search.scene, 'classic attestation', search.scene.index),
      await forge(search.scene, 'bundle attestation', search.scene.platform, {
        predicateType: 'https://slsa.dev/provenance/v1',
      }),
      await forge(search.scene, 'bundle signature', search.scene.platform),
    ]);
    const evidence = await collectStatements(search.context(source));
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
          content: inTotoStatement(search.scene.platform.descriptor.digest, PREDICATE, { spdxVersion: 'SPDX-2.3' }),
        },
      ],
    });
    const index = makeIndex([search.scene.platform, document], {
      entries: [
        search.scene.platform.descriptor,
        {
          ...document.descriptor,
          annotations: {
            'vnd.docker.reference.type': 'attestation-manifest',
            'vnd.docker.reference.digest': search.scene.platform.descriptor.digest,
          },
        },
      ],
    });
    const unsigned = await layoutSource([
      { content: index, name: NAME },
      { content: search.scene.platform },
      { content: document },
    ]);
    const image = resolvedImage(reference(NAME), search.scene.platform, index);
    expect(await collectStatements(search.context(unsigned, { image }))).toMatchObject({
      status: 'present',
      value: { verified: [], unsigned: [{ predicateType: PREDICATE, predicate: { spdxVersion: 'SPDX-2.3' } }] },
    });
    const { content, tag } = await forge(search.scene, 'classic signature', document);
    const signed = await layoutSource([
      { content: index, name: NAME },
      { content: document },
      { content, name: `registry.example/base:${tag}` },
    ]);
    expect(await collectStatements(search.context(signed, { image }))).toMatchObject({
      status: 'present',
      value: { verified: [{ predicateType: PREDICATE, form: 'signed manifest' }], unsigned: [] },
    });
    const silent = failingSource(signed, (question) => question === tag);
    expect(await collectStatements(search.context(silent, { image }))).toMatchObject({
      status: 'present',
      value: { verified: [], unsigned: [{}], incomplete: { cause: 'network' } },
    });
  });

  test('none of them is an absence', async () => {
    expect(await collectStatements(search.context(await search.source([])))).toMatchObject({ status: 'absent' });
  });

  test('are unsigned documents where they are written next to the image by themselves', async () => {
    const evidence = await collectStatements(search.context(await search.source([{ content: unsignedReferrer() }])));
    expect(evidence).toMatchObject({
      status: 'present',
      value: {
        verified: [],
        unsigned: [
          {
            predicateType: PREDICATE,
            on: 'platform',
            digest: search.scene.platform.descriptor.digest,
            place: `registry.example/base@${unsignedReferrer().descriptor.digest}`,
          },
        ],
      },
    });
  });

  test('are distinguished by who signed them, each with its place, and nothing is said that is not known', async () => {
    const good = await forge(search.scene, 'classic attestation', search.scene.platform);
    const unsigned = unsignedReferrer();
    const evidence = await collectStatements(search.context(await search.source([good, { content: unsigned }])));
    const place = `registry.example/base:${good.tag}`;
    const elsewhere = `registry.example/base@${unsigned.descriptor.digest}`;
    expect(evidence).toStrictEqual({
      status: 'present',
      value: {
        verified: [expect.objectContaining({ place, signer: expect.objectContaining({ kind: 'keyless' }) })],
        unsigned: [expect.objectContaining({ place: elsewhere })],
        rejected: [],
        unsupported: [],
        roots: [{ name: search.trustedRootFile }],
      },
      from: `${place}, ${elsewhere}`,
      lookedIn: expect.any(Array),
    });
  });

  test('that lie in one place name it once', async () => {
    const layers = [{}, { signer: untrusted }].map((recipe) =>
      forgeLayer(search.scene, 'classic attestation', search.scene.index, recipe),
    );
    const source = await search.source([{ content: cosignManifest(await Promise.all(layers)), tag: attTag() }]);
    expect(await collectStatements(search.context(source))).toMatchObject({
      value: { verified: [{}], rejected: [{ code: 'wrong-signer' }] },
      from: `registry.example/base:${attTag()}`,
    });
  });

  test('count once for each authority that signed', async () => {
    const anyWorkflow = { ...RELEASE, subject: 'https://github.com/acme/**' };
    const source = await search.source([await forge(search.scene, 'bundle attestation', search.scene.index)]);
    const evidence = await collectStatements(search.context(source, { entry: allowEntry([RELEASE, anyWorkflow]) }));
    expect(evidence).toMatchObject({ value: { verified: [{ authorityIndex: 0 }, { authorityIndex: 1 }] } });
  });

  describe('where two authorities must have signed', () => {
    const [one, other] = [keySigner(generateKeyPairSync('ed25519')), keySigner(generateKeyPairSync('ed25519'))];
    const authorities = [one, other].map(({ publicKeyPem: pem }, index) => ({
      kind: 'key' as const,
      name: `${index}.pub`,
      pem,
      log: 'ignored' as const,
    }));
    const statement = (signer: TestSigner, version = 'SPDX-2.3') => {
      const payload = inTotoStatement(search.scene.platform.descriptor.digest, PREDICATE, { spdxVersion: version });
      return forge(search.scene, 'bundle attestation', search.scene.platform, { signer, entry: 'none', payload });
    };
    const collected = async (pushed: readonly Promise<Pushed>[], changes: Partial<AllowEntry> = {}) => {
      const source = await search.source(await Promise.all(pushed));
      const entry = allowEntry(authorities, { require: 2, ...changes });
      const evidence = await collectStatements(search.context(source, { entry }));
      if (evidence.status !== 'present') throw new Error(evidence.status);
      return evidence.value;
    };

    test('what both state counts', async () => {
      const { verified, rejected } = await collected([statement(one), statement(other)]);
      expect([verified.length, rejected.length]).toEqual([2, 0]);
    });

    test.each<[string, () => readonly Promise<Pushed>[]]>([
      ['one states alone', () => [statement(one)]],
      ['one states twice', () => [statement(one), statement(one)]],
      ['the other states otherwise', () => [statement(one), statement(other, 'SPDX-2.2')]],
    ])('what %s does not count', async (_name, pushed) => {
      const { verified, rejected } = await collected(pushed());
      expect(verified).toEqual([]);
      expect(rejected[0]).toMatchObject({ code: 'too-few-signers', reason: expect.stringContaining('statements: 1') });
    });

    test('what one states counts where the policy says so in so many words', async () => {
      const { verified } = await collected([statement(one)], { requireStatements: 1 });
      expect(verified).toHaveLength(1);
    });
  });

  test('are not absent while a place, the trusted root or a document can’t be read', async () => {
    const nothing = await search.source([]);
    for (const broken of ['.att', 'referrers']) {
      const silent = failingSource(nothing, (question) => question.includes(broken));
      expect(await collectStatements(search.context(silent))).toMatchObject({
        status: 'unavailable',
        cause: 'network',
        lookedIn: expect.any(Array),
      });
    }
    const trustedRootFile = writeTrustedRoot('{}');
    expect(await collectStatements(search.context(nothing, { trustedRootFile }))).toMatchObject({
      status: 'unavailable',
      cause: 'trust-root',
    });
    const document = unsignedReferrer();
    const source = await search.source([{ content: document }]);
    const silent = failingSource(source, (question) => question === document.descriptor.digest);
    expect(await collectStatements(search.context(silent))).toMatchObject({ status: 'unavailable', cause: 'network' });
  });

  test('by a key that no log is asked about need no trusted root', async () => {
    const key = keySigner(generateKeyPairSync('ed25519'));
    const source = await search.source([
      await forge(search.scene, 'classic attestation', search.scene.index, { signer: key, entry: 'none' }),
    ]);
    const entry = allowEntry([{ kind: 'key', name: 'base.pub', pem: key.publicKeyPem, log: 'ignored' }]);
    const evidence = await collectStatements(
      search.context(source, { entry, trustedRootFile: writeTrustedRoot('{}') }),
    );
    expect(evidence).toMatchObject({ value: { verified: [{ signer: { kind: 'key' } }], roots: [] } });
    expect(evidence.status === 'present' && Object.keys(evidence.value)).not.toContain('trustedRoot');
  });

  test('name the keys that are out of reach', async () => {
    const source = await search.source([await forge(search.scene, 'bundle attestation', search.scene.index)]);
    const entry = allowEntry([RELEASE, { kind: 'kms', uri: 'awskms:///alias/base' }]);
    expect(await collectStatements(search.context(source, { entry }))).toMatchObject({
      value: { verified: [{}], unsupported: [expect.stringContaining('awskms:///alias/base')] },
    });
  });

  test('about an image that is not there are not looked for', async () => {
    const source = await search.source([await forge(search.scene, 'bundle attestation', search.scene.index)]);
    const unresolved = { status: 'unavailable', cause: 'network', message: 'No answer.', fix: 'Wait.' } as const;
    expect(await collectStatements(search.context(source, { unresolved }))).toBe(unresolved);
  });
});

describe('what is no statement about the image', () => {
  test('a signature of it, whoever made it', async () => {
    for (const signer of [search.scene.signer, untrusted]) {
      const classic = await forgeLayer(search.scene, 'classic signature', search.scene.index, { signer });
      const source = await search.source([
        await forge(search.scene, 'bundle signature', search.scene.index, { signer }),
        { content: cosignManifest([classic, { ...classic, annotations: {} }]), tag: attTag() },
      ]);
      expect(await collectStatements(search.context(source))).toMatchObject({ status: 'absent' });
    }
  });

  test.each([
    ['about another image', { payload: inTotoStatement(`sha256:${'9'.repeat(64)}`, PREDICATE) }, 'wrong-subject'],
    ['that is signed as another document', { payloadType: 'application/json' }, 'wrong-type'],
  ])('one %s is reported with the authority that made it', async (_name, recipe, code) => {
    const made = await forge(search.scene, 'classic attestation', search.scene.index, recipe);
    expect(await collectStatements(search.context(await search.source([made])))).toMatchObject({
      status: 'present',
      value: {
        verified: [],
        rejected: [
          { place: `registry.example/base:${made.tag}`, code, signedBy: { subject: RELEASE_WORKFLOW.subject } },
        ],
      },
    });
  });

  test('but an untrusted party’s is reported as rejected in every form, and so is what can’t be read', async () => {
    const attestation = await forgeLayer(search.scene, 'classic attestation', search.scene.index, {
      signer: untrusted,
    });
    const source = await search.source([
      { content: cosignManifest([attestation, { ...attestation, content: Buffer.from('none') }]), tag: attTag() },
      await forge(search.scene, 'bundle attestation', search.scene.platform, { signer: untrusted }),
      { content: bundleManifest('no bundle', search.scene.index.descriptor) },
    ]);
    const evidence = await collectStatements(search.context(source));
    const rejected = evidence.status === 'present' ? evidence.value.rejected : [];
    expect(rejected.map(({ code }) => code).toSorted()).toEqual([
      'malformed',
      'malformed',
      'wrong-signer',
      'wrong-signer',
    ]);
  });
});

describe('what is attached in a form that can’t be read is reported, not passed over', () => {
  const reported = (reason: string) => ({
    status: 'present',
    value: { verified: [], rejected: [{ code: 'malformed', reason: expect.stringContaining(reason) }] },
  });

  test.each([
    ['.sig', collectSignatures],
    ['.att', collectStatements],
  ] as const)('an index under the tag %s', async (suffix, collect) => {
    const tag = fallbackTag(search.scene.index.descriptor.digest, suffix);
    const source = await search.source([{ content: makeIndex([search.scene.otherImage]), tag }]);
    expect(await collect(search.context(source))).toMatchObject(reported('index'));
  });

  test('a bundle that shares its manifest, whichever it holds', async () => {
    const { index } = search.scene;
    const { content } = await forge(search.scene, 'bundle attestation', index);
    const mediaType = content.descriptor.artifactType ?? '';
    const layers = [...content.blobs.values()].map((bytes) => ({ mediaType, content: bytes }));
    const shared = makeArtifact({ artifactType: mediaType, subject: index.descriptor, layers });
    const source = await search.source([{ content: shared }]);
    for (const collect of [collectSignatures, collectStatements])
      expect(await collect(search.context(source))).toMatchObject(reported('only layer'));
  });
});

/** A document of the in-toto type that refers to the platform, and that nobody signed. */
function unsignedReferrer(): MadeContent {
  const { descriptor } = search.scene.platform;
  const mediaType = 'application/vnd.in-toto+json';
  return makeArtifact({
    artifactType: mediaType,
    subject: descriptor,
    layers: [{ mediaType, content: inTotoStatement(descriptor.digest, PREDICATE) }],
  });
}

/** Where cosign keeps the attestations of the index. */
function attTag(): string {
  return fallbackTag(search.scene.index.descriptor.digest, '.att');
}

describe('statements of a mirror do not stop the search upstream', () => {
  const PROVENANCE = 'https://slsa.dev/provenance/v1';
  const pullFrom = reference('mirror.example/registry/base:latest');
  const bends: readonly (readonly [string, Parameters<typeof forge>[3]])[] = [
    ['of another type', {}],
    [
      'that an untrusted party signed',
      { predicateType: PROVENANCE, signer: keySigner(generateKeyPairSync('ed25519')) },
    ],
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

  test.each(bends)('%s does not hide the one under the original name', async (_, recipe) => {
    const [mirror, upstream] = await Promise.all([
      forge(search.scene, 'classic attestation', search.scene.platform, recipe),
      forge(search.scene, 'classic attestation', search.scene.platform, { predicateType: PROVENANCE }),
    ]);
    const source = await layoutSource([
      { content: mirror.content, name: `mirror.example/registry/base:${mirror.tag}` },
      { content: upstream.content, name: `registry.example/base:${upstream.tag}` },
    ]);
    const evidence = await collectStatements(search.context(source, { pullFrom }));
    const verified = evidence.status === 'present' ? evidence.value.verified : [];
    expect(verified.filter(({ predicateType }) => predicateType === PROVENANCE)).toEqual([
      expect.objectContaining({ place: expect.stringContaining('registry.example/base') }),
    ]);
  });

  test('that carries provenance alone leaves the SBOM to be found', async () => {
    const [mirror, upstream] = await Promise.all([
      forge(search.scene, 'classic attestation', search.scene.platform, { predicateType: PROVENANCE }),
      forge(search.scene, 'classic attestation', search.scene.platform),
    ]);
    const source = await layoutSource([
      { content: mirror.content, name: `mirror.example/registry/base:${mirror.tag}` },
      { content: upstream.content, name: `registry.example/base:${upstream.tag}` },
    ]);
    const evidence = await collectStatements(search.context(source, { pullFrom }));
    const verified = evidence.status === 'present' ? evidence.value.verified : [];
    expect(verified.map(({ predicateType }) => predicateType)).toEqual([PROVENANCE, PREDICATE]);
  });

  test('that carries both an SBOM and provenance is enough', async () => {
    const layers = await Promise.all([
      forgeLayer(search.scene, 'classic attestation', search.scene.platform, {}),
      forgeLayer(search.scene, 'classic attestation', search.scene.platform, { predicateType: PROVENANCE }),
    ]);
    const tag = fallbackTag(search.scene.platform.descriptor.digest, '.att');
    const source = await layoutSource([
      { content: cosignManifest(layers), name: `mirror.example/registry/base:${tag}` },
    ]);
    const evidence = await collectStatements(search.context(source, { pullFrom }));
    expect(evidence.status === 'present' ? evidence.value.verified.length : 0).toBe(2);
    expect(evidence.lookedIn?.map(({ place }) => place)).not.toContainEqual(
      expect.stringContaining('registry.example'),
    );
  });
});
