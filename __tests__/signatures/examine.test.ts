import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { CollectContext } from '../../src/evidence/collector.js';
import type { AllowEntry, Authority } from '../../src/policy/policy.js';
import type { ImageSource } from '../../src/registry/image-source.js';
import { collectSignatures } from '../../src/signatures/collect-signatures.js';
import {
  failingSource,
  NAME,
  type SignatureSearch,
  startSignatureSearch,
  writeTrustedRoot,
} from '../support/signing/signature-search.js';
import { allowEntry, type ContextOptions, reference, resolvedImage } from '../support/signing/signer-context.js';
import { forge, RELEASE } from '../support/signing/signer-forgery.js';
import { keySigner, RELEASE_WORKFLOW } from '../support/signing/signer-identity.js';

const key = keySigner(generateKeyPairSync('ed25519'));
const otherKey = keySigner(generateKeyPairSync('ed25519'));
const byKey = (log: 'required' | 'ignored', { publicKeyPem } = key): Authority => ({
  kind: 'key',
  name: 'base.pub',
  pem: publicKeyPem,
  log,
});

let search: SignatureSearch;
/** The release workflow signed the index. */
let released: ImageSource;
/** A key signed the index, and reported a log. */
let keyed: ImageSource;

beforeAll(async () => {
  search = await startSignatureSearch();
  released = await search.source([await forge(search.scene, 'classic signature', search.scene.index)]);
  keyed = await search.source([await forge(search.scene, 'classic signature', search.scene.index, { signer: key })]);
});

function collect(source: ImageSource, changes: Partial<ContextOptions> = {}) {
  return collectSignatures(search.context(source, changes));
}

describe('a signature is evaluated by the authorities of the entry that governs the image', () => {
  test('and where no entry does, it is reported by its signer and counts for nobody', async () => {
    for (const entry of [null, allowEntry([])]) {
      expect(await collect(released, { entry })).toMatchObject({
        status: 'present',
        value: {
          verified: [],
          rejected: [{ code: 'wrong-signer', signedBy: { subject: RELEASE_WORKFLOW.subject } }],
          roots: [{ name: search.trustedRootFile }],
        },
      });
    }
  });

  test('and not by those of another entry, that the same run asked before', async () => {
    const entries: readonly (readonly [AllowEntry | null, number])[] = [
      [allowEntry([RELEASE], { name: 'allow[0]', pattern: 'registry.example/base' }), 1],
      [allowEntry([byKey('ignored')], { name: 'allow[1]', pattern: 'registry.example/base' }), 0],
      [allowEntry([byKey('ignored')], { name: 'allow[0]', pattern: 'registry.example/**' }), 0],
      [null, 0],
    ];
    for (const order of [entries, entries.toReversed()]) {
      const { once } = search.context(released);
      for (const [entry, count] of order) {
        const evidence = await collectSignatures({ ...search.context(released, { entry }), once });
        expect(evidence).toMatchObject({ value: { verified: Array.from({ length: count }, () => ({})) } });
      }
    }
  });
});

describe('the trusted root', () => {
  const broken = () => ({ trustedRootFile: writeTrustedRoot('{}') });

  test('is not needed for keys that no log is asked about', async () => {
    const evidence = await collect(keyed, { entry: allowEntry([byKey('ignored')]), ...broken() });
    expect(evidence).toMatchObject({ value: { verified: [{ signer: { kind: 'key' } }], roots: [] } });
  });

  test.each([
    ['a key whose signatures must be logged', [byKey('required')]],
    ['one such key among others', [byKey('ignored', otherKey), byKey('required')]],
    ['an identity beside a key', [byKey('ignored'), RELEASE]],
  ])('is needed for %s', async (_name, authorities) => {
    const entry = allowEntry(authorities);
    expect(await collect(keyed, { entry, ...broken() })).toMatchObject({ status: 'unavailable', cause: 'trust-root' });
    expect(await collect(keyed, { entry })).toMatchObject({
      value: { verified: [{ signer: { kind: 'key' } }], roots: [{ name: search.trustedRootFile }] },
    });
  });

  test('is the policy’s, where the command line names none', async () => {
    const policy = { trustedRoot: JSON.stringify(search.scene.sigstore.trustedRoot()) };
    expect(await collectSignatures(withoutFile(search.context(released, { policy })))).toMatchObject({
      value: {
        verified: [{ signer: { subject: RELEASE_WORKFLOW.subject } }],
        roots: [{ name: expect.stringContaining('policy') }],
      },
    });
    expect(await collectSignatures(withoutFile(search.context(released)))).toMatchObject({
      value: { verified: [], roots: [{ name: expect.stringContaining('public-good') }] },
    });
  });

  test('of the command line stands before the policy’s', async () => {
    const policy = { trustedRoot: JSON.stringify(search.scene.untrusted.trustedRoot()) };
    expect(await collect(released, { policy })).toMatchObject({
      value: { verified: [{}], roots: [{ name: search.trustedRootFile }] },
    });
  });

  test('may still be on its way while the upstream of an empty mirror is asked', async () => {
    const pullFrom = reference('mirror.example/registry/base:latest');
    let arrive = () => {};
    const arrival = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const source: ImageSource = {
      ...failingSource(released, () => false),
      resolveTag: (repository, tag) => {
        if (repository.registry === 'registry.example') arrive();
        return released.resolveTag(repository, tag);
      },
    };
    const context = search.context(source, { pullFrom });
    const once: CollectContext['once'] = (name, work) =>
      context.once(name, async () => {
        if (name === 'trusted root') await arrival;
        return work();
      });
    expect(await collectSignatures({ ...context, once })).toMatchObject({ value: { verified: [{}] } });
  });

  function withoutFile(context: CollectContext): CollectContext {
    const { trustedRootFile: _, ...settings } = context.settings;
    return { ...context, settings };
  }
});

describe('where signatures are looked for', () => {
  const places = (evidence: Awaited<ReturnType<typeof collect>>) => (evidence.lookedIn ?? []).map(({ place }) => place);

  test('an image of one platform has no index that could be signed', async () => {
    const { platform } = search.scene;
    const source = await search.source([await forge(search.scene, 'classic signature', platform)]);
    const evidence = await collect(source, { image: resolvedImage(reference(NAME), platform) });
    expect(evidence).toMatchObject({ value: { verified: [{ on: 'platform', digest: platform.descriptor.digest }] } });
    expect(places(evidence)).toHaveLength(2);
  });

  test('a signature over one platform is none over the index, nor over another platform', async () => {
    const { index, platform, otherImage } = search.scene;
    const source = await search.source([await forge(search.scene, 'bundle signature', platform)]);
    expect(await collect(source, { image: resolvedImage(reference(NAME), otherImage, index) })).toMatchObject({
      status: 'absent',
    });
  });

  test('a repository that several authorities name is asked once, and one that is no repository not at all', async () => {
    const named = (signatureRepository: string) => ({ ...RELEASE, signatureRepository });
    const once = places(await collect(released));
    const entry = allowEntry([named('registry.example/base'), named('registry.example/base'), named('no repository')]);
    expect(places(await collect(released, { entry }))).toEqual(once);
    const separate = allowEntry([named('registry.example/signatures'), named('registry.example/signatures')]);
    expect(places(await collect(released, { entry: separate }))).toHaveLength(2 * once.length);
  });
});
