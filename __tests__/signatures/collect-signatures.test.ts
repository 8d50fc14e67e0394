import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { ok } from '../../src/lib/result.js';
import type { Authority } from '../../src/policy/policy.js';
import type { ImageSource } from '../../src/registry/image-source.js';
import { registryLimits } from '../../src/registry/limits.js';
import { collectSignatures } from '../../src/signatures/collect-signatures.js';
import { fallbackTag, type MadeContent, makeArtifact, makeIndex } from '../support/image/image-maker.js';
import {
  failingSource,
  NAME,
  type SignatureSearch,
  startSignatureSearch,
  writeTrustedRoot,
} from '../support/signing/signature-search.js';
import { allowEntry, layoutSource, reference, resolvedImage } from '../support/signing/signer-context.js';
import { type Form, forge, forgeLayer, type Pushed, RELEASE } from '../support/signing/signer-forgery.js';
import { keylessSigner, keySigner, RELEASE_WORKFLOW } from '../support/signing/signer-identity.js';
import {
  bundleManifest,
  cosignManifest,
  envelopeBundle,
  inTotoStatement,
  SIGN_PREDICATE,
} from '../support/signing/sigstore-forms.js';

const CREATED = 'org.opencontainers.image.created';
const untrusted = keySigner(generateKeyPairSync('ed25519'));
let search: SignatureSearch;

beforeAll(async () => {
  search = await startSignatureSearch();
});

describe('signatures of an image', () => {
  test('one over the index counts for the platform, and every place that was looked in is reported', async () => {
    const evidence = await collectSignatures(
      search.context(await search.source([await forge(search.scene, 'classic signature', search.scene.index)])),
    );
    expect(evidence).toMatchObject({
      status: 'present',
      value: {
        verified: [
          { on: 'index', digest: search.scene.index.descriptor.digest, authorityIndex: 0, form: 'cosign signature' },
        ],
        rejected: [],
        roots: [{ name: search.trustedRootFile }],
      },
    });
    expect(evidence.status === 'present' ? evidence.lookedIn?.length : 0).toBe(4);
  });

  test('one over a pinned digest is looked for while the image is resolved, and once', async () => {
    const { index } = search.scene;
    const given = await search.source([await forge(search.scene, 'bundle signature', index)]);
    const asked: string[] = [];
    let wasAsked = () => {};
    const searched = new Promise<void>((resolve) => {
      wasAsked = resolve;
    });
    const source = new Proxy(given, {
      get: (target, name) =>
        name === 'referrers'
          ? (...[repository, digest]: Parameters<ImageSource['referrers']>) => {
              asked.push(digest);
              wasAsked();
              return target.referrers(repository, digest);
            }
          : Reflect.get(target, name).bind(target),
    });
    const { subject, get, ...context } = search.context(source);
    const evidence = await collectSignatures({
      ...context,
      subject: { ...subject, pullFrom: { ...subject.pullFrom, digest: index.descriptor.digest } },
      // Resolving is not done before the search has begun.
      get: (kind) => searched.then(() => get(kind)),
    });
    expect(evidence).toMatchObject({ status: 'present', value: { verified: [{ on: 'index' }] } });
    expect(asked.filter((digest) => digest === index.descriptor.digest)).toHaveLength(1);
  });

  test('one over the platform counts, as a bundle', async () => {
    const evidence = await collectSignatures(
      search.context(await search.source([await forge(search.scene, 'bundle signature', search.scene.platform)])),
    );
    expect(evidence).toMatchObject({
      status: 'present',
      value: { verified: [{ on: 'platform', form: 'Sigstore bundle' }] },
    });
  });

  test('none is an absence only if every place answered', async () => {
    const source = await search.source([]);
    expect(await collectSignatures(search.context(source))).toMatchObject({
      status: 'absent',
      lookedIn: expect.any(Array),
    });
    for (const broken of ['.sig', 'referrers']) {
      const evidence = await collectSignatures(
        search.context(failingSource(source, (question) => question.includes(broken))),
      );
      expect(evidence).toMatchObject({ status: 'unavailable', cause: 'network' });
    }
  });

  test('a good one counts though another place could not be read', async () => {
    const source = failingSource(
      await search.source([await forge(search.scene, 'classic signature', search.scene.index)]),
      (one) => one === 'referrers',
    );
    expect(await collectSignatures(search.context(source))).toMatchObject({
      status: 'present',
      value: { verified: [{}], incomplete: { cause: 'network' } },
    });
  });

  test('an untrusted is reported by name, and the authority that was asked for', async () => {
    const signer = await keylessSigner(search.scene.sigstore, {
      ...RELEASE_WORKFLOW,
      subject: 'https://github.com/mallory/x',
    });
    const evidence = await collectSignatures(
      search.context(
        await search.source([await forge(search.scene, 'classic signature', search.scene.index, { signer })]),
      ),
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
      forgeLayer(search.scene, 'classic signature', search.scene.index, {}),
      forgeLayer(search.scene, 'classic signature', search.scene.index, { signer: key, entry: 'none' }),
      forgeLayer(search.scene, 'classic signature', search.scene.index, {
        bend: (made) => void Object.assign(made, { signature: 'AAAA' }),
      }),
    ]);
    const source = await search.source([
      { content: cosignManifest(layers), tag: fallbackTag(search.scene.index.descriptor.digest, '.sig') },
    ]);
    const evidence = await collectSignatures(
      search.context(source, { entry: allowEntry([RELEASE, asKey], { require: 2 }) }),
    );
    expect(evidence).toMatchObject({ status: 'present', value: { rejected: [{ code: 'other-log-entry' }] } });
    const indexes =
      evidence.status === 'present' ? evidence.value.verified.map(({ authorityIndex }) => authorityIndex) : [];
    expect(indexes.toSorted()).toEqual([0, 1]);
  });

  test('a separate signature repository is looked in', async () => {
    const pushed = await forge(search.scene, 'classic signature', search.scene.index);
    const entry = allowEntry([{ ...RELEASE, signatureRepository: 'registry.example/signatures' }]);
    const source = await search.source([pushed], 'registry.example/signatures');
    expect(await collectSignatures(search.context(source, { entry }))).toMatchObject({
      status: 'present',
      value: { verified: [{ place: expect.stringContaining('registry.example/signatures:') }] },
    });
  });

  test('the upstream is looked in where a mirror does not carry them', async () => {
    const pushed = await forge(search.scene, 'classic signature', search.scene.index);
    const source = await search.source([pushed]);
    const pullFrom = reference('mirror.example/registry/base:latest');
    expect(await collectSignatures(search.context(source, { pullFrom }))).toMatchObject({
      status: 'present',
      value: { verified: [{ place: expect.stringContaining('registry.example/base') }] },
    });
  });

  test('the upstream is looked in where a mirror carries fewer than are required', async () => {
    const key = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
    const asKey: Authority = { kind: 'key', name: 'base.pub', pem: key.publicKeyPem, log: 'ignored' };
    const carried = await forge(search.scene, 'classic signature', search.scene.index, { signer: key, entry: 'none' });
    const upstream = await forge(search.scene, 'classic signature', search.scene.index);
    const source = await layoutSource(
      [['mirror.example/registry/base', carried] as const, ['registry.example/base', upstream] as const].map(
        ([repository, { content, tag }]) => ({ content, name: `${repository}:${tag}` }),
      ),
    );
    const pullFrom = reference('mirror.example/registry/base:latest');
    const both = [RELEASE, asKey];
    const evidence = await collectSignatures(
      search.context(source, { pullFrom, entry: allowEntry(both, { require: 2 }) }),
    );
    expect(evidence.status === 'present' ? evidence.value.verified.map(({ place }) => place) : []).toEqual([
      expect.stringContaining('mirror.example'),
      expect.stringContaining('registry.example/base'),
    ]);
    const enough = await collectSignatures(search.context(source, { pullFrom, entry: allowEntry(both) }));
    expect(enough.lookedIn?.map(({ place }) => place)).not.toContainEqual(expect.stringContaining('registry.example'));
  });

  test('a broken Notary Project signature is rejected by its reason', async () => {
    const notary = makeArtifact({
      artifactType: 'application/vnd.cncf.notary.signature',
      subject: search.scene.index.descriptor,
      layers: [{ mediaType: 'application/cose', content: 'sealed' }],
    });
    expect(await collectSignatures(search.context(await search.source([{ content: notary }])))).toMatchObject({
      status: 'present',
      value: { verified: [], rejected: [{ code: 'malformed', reason: expect.stringContaining('COSE') }] },
    });
  });

  test('a log that an outdated root does not know leaves it open, and a root of the user’s own settles it', async () => {
    const signer = await keylessSigner(search.scene.untrusted);
    const source = await search.source([
      await forge(search.scene, 'classic signature', search.scene.index, { signer, sigstore: search.scene.untrusted }),
    ]);
    const { trustedRootFile: _, ...settings } = search.context(source).settings;
    const embedded = { ...search.context(source), settings };
    expect(await collectSignatures(embedded)).toMatchObject({
      status: 'present',
      value: {
        incomplete: { cause: 'trust-root' },
        rejected: [{ code: 'unknown-log' }],
        roots: [{ note: expect.stringContaining('the run is offline') }],
      },
    });
    const own = await collectSignatures(search.context(source));
    expect(own.status === 'present' && own.value.incomplete).toBeFalsy();
  });

  test('a trusted root that can’t be read is no reason to use another', async () => {
    const broken = writeTrustedRoot('{"mediaType":"application/json"}');
    const source = await search.source([await forge(search.scene, 'classic signature', search.scene.index)]);
    expect(await collectSignatures(search.context(source, { trustedRootFile: broken }))).toMatchObject({
      status: 'unavailable',
      cause: 'trust-root',
    });
  });

  test('more than is read makes the search incomplete', async () => {
    const layer = await forgeLayer(search.scene, 'classic signature', search.scene.otherImage, {});
    const source = await search.source([
      {
        content: cosignManifest(Array.from({ length: 70 }, () => layer)),
        tag: fallbackTag(search.scene.index.descriptor.digest, '.sig'),
      },
    ]);
    const context = search.context(source);
    const limits = registryLimits({ 'signature-layers': 64 });
    expect(await collectSignatures({ ...context, settings: { ...context.settings, limits } })).toMatchObject({
      status: 'present',
      value: { verified: [], incomplete: { cause: 'limit', limit: 'signature-layers' } },
    });
  });

  test('the newest of many in a tag are read, and one more than the limit hides none of them', async () => {
    const { scene } = search;
    const old = await forgeLayer(scene, 'classic signature', scene.otherImage, {});
    const newest = await forgeLayer(scene, 'classic signature', scene.index, {});
    const layers = [...Array.from({ length: 71 }, () => old), newest];
    const source = await search.source([
      { content: cosignManifest(layers), tag: fallbackTag(scene.index.descriptor.digest, '.sig') },
    ]);
    const context = search.context(source);
    const limits = registryLimits({ 'signature-layers': 2 });
    for (const settings of [context.settings, { ...context.settings, limits }])
      expect(await collectSignatures({ ...context, settings })).toMatchObject({
        value: { verified: [{ digest: scene.index.descriptor.digest }] },
      });
  });

  test('provenance counts as a signature where the policy accepts it and the certificate confirms the builder', async () => {
    const { scene } = search;
    const attested = async (builder: string) => {
      const predicate = { runDetails: { builder: { id: builder } } };
      const statement = inTotoStatement(scene.index.descriptor.digest, 'https://slsa.dev/provenance/v1', predicate);
      const bundle = await envelopeBundle(await keylessSigner(scene.sigstore), statement, { sigstore: scene.sigstore });
      return search.source([{ content: bundleManifest(bundle, scene.index.descriptor) }]);
    };
    const { subject, issuer } = RELEASE_WORKFLOW;
    const release = { kind: 'keyless', subject, issuer } as const;
    const accepting = { entry: allowEntry([{ ...release, acceptsProvenance: true }]) };
    const own = await attested(subject);
    expect(await collectSignatures(search.context(own, accepting))).toMatchObject({
      value: { verified: [{ form: 'SLSA provenance', on: 'index' }] },
    });
    const unaccepted = { value: { verified: [], provenanceBy: [expect.stringContaining(subject)] } };
    expect(await collectSignatures(search.context(own, { entry: allowEntry([release]) }))).toMatchObject(unaccepted);
    const other = await attested('https://builder.example/other');
    expect(await collectSignatures(search.context(other, accepting))).toMatchObject(unaccepted);
  });

  test('a signature is read before any number of scans, and of several the newest', async () => {
    const { scene } = search;
    const dated = async (form: Form, predicateType: string, day: number): Promise<Pushed> => {
      const { content } = await forge(scene, form, scene.index);
      const created = new Date(Date.UTC(2026, 0, day)).toISOString();
      const annotations = { 'dev.sigstore.bundle.predicateType': predicateType, [CREATED]: created };
      return { content: { ...content, descriptor: { ...content.descriptor, annotations } } };
    };
    const scans = await Promise.all(
      [3, 4, 5, 6].map((day) => dated('bundle attestation', 'https://cosign.sigstore.dev/attestation/vuln/v1', day)),
    );
    const signature = await dated('bundle signature', SIGN_PREDICATE, 1);
    const descriptors = [...scans, signature].map(({ content }) => content.descriptor);
    const stored = await search.source([...scans, signature]);
    const source: ImageSource = {
      ...failingSource(stored, () => false),
      referrers: async (_, digest) => {
        const there = digest === scene.index.descriptor.digest ? descriptors : [];
        return ok({ via: 'referrers-api', descriptors: there, unreadable: [] });
      },
    };
    const context = search.context(source);
    const limits = registryLimits({ 'signature-referrers': 1 });
    expect(await collectSignatures({ ...context, settings: { ...context.settings, limits } })).toMatchObject({
      value: { verified: [{ form: 'Sigstore bundle' }], incomplete: { limit: 'signature-referrers' } },
    });
  });

  test('more bytes than are held at once make the search incomplete, and are not fetched', async () => {
    const { content } = await forge(search.scene, 'bundle signature', search.scene.index);
    const source = await search.source([{ content }]);
    const swollen: ImageSource = {
      ...failingSource(source, () => false),
      manifest: async (repository, digest) => {
        const fetched = await source.manifest(repository, digest);
        if (!fetched.ok || fetched.value.manifest.kind !== 'manifest') return fetched;
        const layers = fetched.value.manifest.layers.map((layer) => ({ ...layer, size: 200 * 1024 * 1024 }));
        return { ok: true, value: { ...fetched.value, manifest: { ...fetched.value.manifest, layers } } };
      },
    };
    expect(await collectSignatures(search.context(swollen))).toMatchObject({
      status: 'unavailable',
      cause: 'limit',
      limit: 'signature-bytes',
      message: expect.stringContaining('signature-bytes'),
    });
  });

  test('one over the platform and an untrusted party’s beside it are both reported, and nothing is said that is not known', async () => {
    const [good, bad] = await Promise.all([
      forge(search.scene, 'classic signature', search.scene.platform),
      forge(search.scene, 'bundle signature', search.scene.platform, { signer: untrusted }),
    ]);
    const evidence = await collectSignatures(search.context(await search.source([good, bad])));
    const place = `registry.example/base:${good.tag}`;
    const elsewhere = `referrers of ${search.scene.platform.descriptor.digest} in registry.example/base`;
    expect(evidence).toStrictEqual({
      status: 'present',
      value: {
        verified: [expect.objectContaining({ on: 'platform', place })],
        rejected: [expect.objectContaining({ code: 'wrong-signer', place: elsewhere })],
        unsupported: [],
        roots: [{ name: search.trustedRootFile }],
      },
      from: `${place}, ${elsewhere}`,
      lookedIn: expect.any(Array),
    });
  });

  test('a place is named once, however many signatures it holds', async () => {
    const layers = [{}, { signer: untrusted }].map((recipe) =>
      forgeLayer(search.scene, 'classic signature', search.scene.index, recipe),
    );
    const tag = fallbackTag(search.scene.index.descriptor.digest, '.sig');
    const source = await search.source([{ content: cosignManifest(await Promise.all(layers)), tag }]);
    expect(await collectSignatures(search.context(source))).toMatchObject({
      value: { verified: [{}], rejected: [{}] },
      from: `registry.example/base:${tag}`,
    });
  });

  test('one over another image, in this one’s place, is reported with the authority that made it', async () => {
    const { content } = await forge(search.scene, 'classic signature', search.scene.otherImage);
    const tag = fallbackTag(search.scene.platform.descriptor.digest, '.sig');
    expect(await collectSignatures(search.context(await search.source([{ content, tag }])))).toMatchObject({
      status: 'present',
      value: {
        verified: [],
        rejected: [
          {
            place: `registry.example/base:${tag}`,
            code: 'wrong-subject',
            signedBy: { subject: RELEASE_WORKFLOW.subject },
          },
        ],
      },
    });
  });

  test('what can’t be evaluated is named beside what can', async () => {
    const notary = makeArtifact({
      artifactType: 'application/vnd.cncf.notary.signature',
      subject: search.scene.index.descriptor,
      layers: [{ mediaType: 'application/cose', content: 'sealed' }],
    });
    const source = await search.source([
      { content: notary },
      await forge(search.scene, 'classic signature', search.scene.index),
    ]);
    const entry = allowEntry([RELEASE, { kind: 'kms', uri: 'awskms:///alias/base' }]);
    expect(await collectSignatures(search.context(source, { entry }))).toMatchObject({
      value: {
        verified: [{}],
        rejected: [{ code: 'malformed' }],
        unsupported: [expect.stringContaining('awskms:///alias/base')],
      },
    });
  });

  test('of an image that is not there, none are looked for', async () => {
    const source = await search.source([await forge(search.scene, 'classic signature', search.scene.index)]);
    const unresolved = { status: 'unavailable', cause: 'network', message: 'No answer.', fix: 'Wait.' } as const;
    expect(await collectSignatures(search.context(source, { unresolved }))).toBe(unresolved);
  });
});

describe('what is no signature of the image', () => {
  test('an attestation by the right authority', async () => {
    const source = await search.source([
      await forge(search.scene, 'bundle attestation', search.scene.index),
      { ...(await forge(search.scene, 'classic attestation', search.scene.index)), tag: sigTag() },
    ]);
    expect(await collectSignatures(search.context(source))).toMatchObject({ status: 'absent' });
  });

  test('an attestation that nobody’s authority made is not reported as a bad signature', async () => {
    const source = await search.source([
      await forge(search.scene, 'bundle attestation', search.scene.index, { signer: untrusted }),
      {
        content: cosignManifest([
          await strangersAttestation(),
          { ...(await strangersAttestation()), content: Buffer.from('none') },
        ]),
        tag: sigTag(),
      },
    ]);
    expect(await collectSignatures(search.context(source))).toMatchObject({ status: 'absent' });
  });

  test('but a bad signature is reported as one in every form, and so is what can’t be read', async () => {
    const source = await search.source([
      await forge(search.scene, 'classic signature', search.scene.index, { signer: untrusted }),
      await forge(search.scene, 'bundle signature', search.scene.platform, { signer: untrusted }),
      { content: bundleManifest('no bundle', search.scene.index.descriptor) },
    ]);
    const evidence = await collectSignatures(search.context(source));
    const rejected = evidence.status === 'present' ? evidence.value.rejected : [];
    expect(rejected.map(({ code }) => code).toSorted()).toEqual(['malformed', 'wrong-signer', 'wrong-signer']);
  });

  function sigTag(): string {
    return fallbackTag(search.scene.index.descriptor.digest, '.sig');
  }

  function strangersAttestation() {
    return forgeLayer(search.scene, 'classic attestation', search.scene.index, { signer: untrusted });
  }
});

describe('a pin to a platform hides the index that was signed', () => {
  let signedIndex: Pushed;
  beforeAll(async () => {
    signedIndex = await forge(search.scene, 'classic signature', search.scene.index);
  });

  /** The evidence about the platform under a reference, where its registry holds what is given. */
  function collect(source: ImageSource, name = pinned(NAME), index?: MadeContent) {
    const image = resolvedImage(reference(name), search.scene.platform, index);
    return collectSignatures(search.context(source, { image }));
  }

  const pinned = (name: string) => `${name}@${search.scene.platform.descriptor.digest}`;

  test('the tag beside the pin shows it', async () => {
    expect(await collect(await search.source([signedIndex]))).toMatchObject({
      status: 'present',
      value: { verified: [], signedIndex: search.scene.index.descriptor.digest },
    });
  });

  test('it is not looked for where the platform is signed itself', async () => {
    const own = await forge(search.scene, 'classic signature', search.scene.platform);
    const evidence = await collect(await search.source([signedIndex, own]));
    expect(evidence).toMatchObject({ status: 'present', value: { verified: [{ on: 'platform' }] } });
    expect(evidence.status === 'present' && Object.keys(evidence.value)).not.toContain('signedIndex');
  });

  test.each([
    ['no tag stands beside the pin', () => pinned('registry.example/base')],
    ['it is no pin', () => NAME],
    ['the tag is gone', () => pinned('registry.example/base:gone')],
  ])('it stays hidden where %s', async (_name, name) => {
    expect(await collect(await search.source([signedIndex]), name())).toMatchObject({ status: 'absent' });
  });

  test('a tag is asked for only where there is one', async () => {
    const asked: unknown[] = [];
    const source = failingSource(await search.source([signedIndex]), (question) => {
      asked.push(question);
      return false;
    });
    await collect(source, pinned('registry.example/base'));
    const { digest } = search.scene.platform.descriptor;
    expect(asked).toEqual(['referrers', fallbackTag(digest, '.sig'), digest]);
  });

  test('it is nobody’s word if nobody signed it', async () => {
    expect(await collect(await search.source([]))).toMatchObject({ status: 'absent' });
  });

  test('it stays hidden where it can’t be read', async () => {
    const { digest } = search.scene.index.descriptor;
    const source = failingSource(await search.source([signedIndex]), (question) => question === digest);
    expect(await collect(source)).toMatchObject({ status: 'absent' });
  });

  test.each([
    ['another image alone', () => search.scene.otherImage],
    ['an index without this platform', () => makeIndex([search.scene.otherImage])],
  ])('it is not what the tag names if that is %s', async (_name, make) => {
    const moved = make();
    const { content, tag } = await forge(search.scene, 'classic signature', moved);
    const source = await layoutSource([
      { content: moved, name: NAME },
      { content, name: `registry.example/base:${tag}` },
    ]);
    expect(await collect(source)).toMatchObject({ status: 'absent' });
  });

  test('a pin to an index is taken at its word, whichever index the tag names now', async () => {
    const older = makeIndex([search.scene.platform]);
    const source = await search.source([signedIndex]);
    const name = `${NAME}@${older.descriptor.digest}`;
    expect(await collect(source, name, older)).toMatchObject({ status: 'absent' });
  });
});
