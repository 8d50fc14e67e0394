import { beforeAll, describe, expect, test } from '@jest/globals';
// The mock brings the polyfill that @peculiar/x509 needs; it has to come first.
import '@sigstore/mock';
import { CRLDistributionPointsExtension } from '@peculiar/x509';
import type { CollectContext } from '../../../src/evidence/collector.js';
import { err, ok } from '../../../src/lib/result.js';
import type { Authority } from '../../../src/policy/policy.js';
import { registryLimits } from '../../../src/registry/limits.js';
import { evaluateSignature } from '../../../src/rules/signature-verified.js';
import { collectSignatures } from '../../../src/signatures/collect-signatures.js';
import type { FetchFromService } from '../../../src/signatures/format.js';
import { toPem } from '../../../src/signatures/notation/trust-store.js';
import { type ArtifactOptions, type MadeContent, makeArtifact, subjectOf } from '../../support/image/image-maker.js';
import { asCertificates, type Chain, makeChain, makeCose, makeJws } from '../../support/signing/notation-maker.js';
import { makeCrl } from '../../support/signing/notation-revocation.js';
import { type SignatureSearch, startSignatureSearch } from '../../support/signing/signature-search.js';
import { allowEntry } from '../../support/signing/signer-context.js';
import { forge, type Pushed, RELEASE } from '../../support/signing/signer-forgery.js';

const TYPE = 'application/vnd.cncf.notary.signature';
const CRL = 'http://crl.example/list';
const SUBJECT = 'CN=Release,O=Acme,L=Redmond,ST=Washington,C=US';

let search: SignatureSearch;
let chain: Chain;
let revocable: Chain;
beforeAll(async () => {
  search = await startSignatureSearch();
  chain = await makeChain();
  revocable = await makeChain({ leaf: { extensions: [new CRLDistributionPointsExtension([CRL])] } });
});

function authorityOf(signers: Chain, changes: Partial<Extract<Authority, { kind: 'notation' }>> = {}): Authority {
  return {
    kind: 'notation',
    ca: asCertificates(signers.slice(-1)).map(toPem),
    signingAuthority: [],
    timestampRoots: [],
    identities: ['x509.subject: C=US, ST=Washington, O=Acme'],
    timestamps: 'always',
    revocation: 'required',
    timestampRevocation: 'required',
    onlyLogged: [],
    ...changes,
  };
}

async function envelope(about: MadeContent, signers = chain): Promise<ArtifactOptions['layers'][number]> {
  const content = await makeJws(signers, { target: subjectOf(about) });
  return { mediaType: 'application/jose+json', content };
}

/** A signature of the image's index, with whatever is odd about its manifest. */
async function signature(changes: Partial<ArtifactOptions> = {}, signers = chain): Promise<Pushed> {
  const { index } = search.scene;
  const layers = [await envelope(index, signers)];
  return { content: makeArtifact({ artifactType: TYPE, subject: subjectOf(index), layers, ...changes }) };
}

async function collect(
  pushed: readonly Pushed[],
  authorities: readonly Authority[] = [authorityOf(chain)],
  change: (context: CollectContext) => CollectContext = (context) => context,
) {
  return collectSignatures(change(search.context(await search.source(pushed), { entry: allowEntry(authorities) })));
}

/** The answer of the rule, for so many of the authorities. */
async function outcome(pushed: readonly Pushed[], authorities: readonly Authority[], require: number) {
  const entry = allowEntry(authorities, { require });
  const context = search.context(await search.source(pushed), { entry });
  const signatures = await collectSignatures(context);
  return evaluateSignature({ verifiedBy: entry, reference: context.subject.reference, evidence: { signatures } })
    .outcome;
}

/** Revocation services that answer so, on a run that is not offline. */
function online(fetchRevocation: FetchFromService): (context: CollectContext) => CollectContext {
  return (context) => ({
    ...context,
    settings: { ...context.settings, offline: false },
    once: <T>(key: string, work: () => Promise<T>) =>
      // The key names the work: this one is the way to the services.
      key === 'revocation service' ? Promise.resolve(fetchRevocation as T) : context.once(key, work),
  });
}

describe('a Notary Project signature', () => {
  test('counts in both forms of its manifest, as JWS and as COSE', async () => {
    const { index } = search.scene;
    const cose = { mediaType: 'application/cose', content: await makeCose(chain, { target: subjectOf(index) }) };
    const byConfig: ArtifactOptions = {
      config: { mediaType: TYPE, content: '{}' },
      subject: subjectOf(index),
      layers: [cose],
    };
    for (const made of [await signature(), { content: makeArtifact(byConfig) }])
      expect(await collect([made])).toMatchObject({
        status: 'present',
        value: {
          verified: [
            {
              form: 'Notary Project signature',
              on: 'index',
              authorityIndex: 0,
              signer: { kind: 'certificate', subject: SUBJECT, scheme: 'notary.x509' },
            },
          ],
          rejected: [],
        },
      });
  });

  test.each<[string, () => Promise<Partial<ArtifactOptions>>, string]>([
    ['is of another subject', async () => ({ subject: subjectOf(search.scene.otherImage) }), 'absent'],
    ['has no layer', async () => ({ layers: [] }), 'malformed'],
    [
      'has two layers',
      async () => ({ layers: [await envelope(search.scene.index), await envelope(search.scene.platform)] }),
      'malformed',
    ],
    [
      'has a layer of another type',
      async () => ({ layers: [{ ...(await envelope(search.scene.index)), mediaType: 'application/json' }] }),
      'malformed',
    ],
    [
      'carries the signature of another image',
      async () => ({ layers: [await envelope(search.scene.otherImage)] }),
      'wrong-subject',
    ],
    [
      'is larger than any',
      async () => ({ layers: [{ mediaType: 'application/jose+json', content: Buffer.alloc(1024 * 1024 + 1, ' ') }] }),
      'malformed',
    ],
  ])('that %s does not count, and hides no good one', async (_what, changes, code) => {
    const bad = await signature(await changes());
    const alone = await collect([bad]);
    if (code === 'absent') expect(alone).toMatchObject({ status: 'absent' });
    else expect(alone).toMatchObject({ value: { verified: [], rejected: [{ code }] } });
    const good = await signature();
    for (const both of [
      [bad, good],
      [good, bad],
    ])
      expect(await collect(both)).toMatchObject({ value: { verified: [{ form: 'Notary Project signature' }] } });
  });

  test('by a thumbprint annotation alone is none', async () => {
    const annotations = {
      'io.cncf.notary.x509chain.thumbprint#S256': JSON.stringify(
        asCertificates(chain).map(({ fingerprint }) => fingerprint.slice('sha256:'.length)),
      ),
    };
    const other = await makeChain();
    expect(await collect([await signature({ annotations }, other)])).toMatchObject({
      value: { verified: [], rejected: [{ code: 'wrong-signer' }] },
    });
    expect(await collect([await signature({ annotations: { ...annotations, a: 'b' } })])).toMatchObject({
      value: { verified: [{}] },
    });
  });

  test('that a registry lists under a digest it does not sign is refused (CVE-2023-33959)', async () => {
    const { index, platform } = search.scene;
    const ofPlatform = await signature({ subject: subjectOf(platform), layers: [await envelope(platform)] });
    const context = search.context(await search.source([ofPlatform]), { entry: allowEntry([authorityOf(chain)]) });
    const lying = {
      ...context.source,
      resolveTag: context.source.resolveTag.bind(context.source),
      manifest: context.source.manifest.bind(context.source),
      blob: context.source.blob.bind(context.source),
      referrers: async (_: unknown, digest: string) =>
        ok({
          via: 'referrers-api' as const,
          descriptors: digest === index.descriptor.digest ? [ofPlatform.content.descriptor] : [],
          unreadable: [],
        }),
    };
    expect(await collectSignatures({ ...context, source: lying })).toMatchObject({
      value: { verified: [], rejected: [{ code: 'malformed', reason: expect.stringContaining('another subject') }] },
    });
  });

  test('that stands among more than are read leaves the answer open (GO-2023-1831)', async () => {
    const other = await makeChain();
    const many = await Promise.all(
      Array.from({ length: 4 }, (_, number) => signature({ annotations: { number: String(number) } }, other)),
    );
    const limited = (limit: number) => (context: CollectContext) => ({
      ...context,
      settings: { ...context.settings, limits: registryLimits({ 'signature-referrers': limit }) },
    });
    expect(await collect(many, undefined, limited(3))).toMatchObject({
      value: { verified: [], incomplete: { cause: 'limit', limit: 'signature-referrers' } },
    });
    const read = await collect(many, undefined, limited(4));
    expect(read.status === 'present' ? read.value.incomplete : 'none').toBeUndefined();
  });

  test('is named with its plugin where it asks for one', async () => {
    const content = await makeJws(chain, {
      target: subjectOf(search.scene.index),
      header: { 'io.cncf.notary.verificationPlugin': 'com.example.plugin' },
    });
    const layers = [{ mediaType: 'application/jose+json', content }];
    expect(await collect([await signature({ layers })])).toMatchObject({
      value: { rejected: [{ code: 'unsupported', reason: expect.stringContaining('com.example.plugin') }] },
    });
  });

  test('names its signer only where its chain reached a trusted certificate', async () => {
    const untrusted = await makeChain();
    const unproven = await collect([await signature({}, untrusted)]);
    expect(unproven.status === 'present' ? unproven.value.rejected[0] : {}).not.toHaveProperty('signedBy');
    const identities = ['x509.subject: C=US, ST=Washington, O=Other'];
    expect(await collect([await signature()], [authorityOf(chain, { identities })])).toMatchObject({
      value: { rejected: [{ code: 'wrong-signer', signedBy: { subject: SUBJECT } }] },
    });
  });
});

describe('a Notary Project signature beside a Sigstore one', () => {
  const both = async () => [await signature(), await forge(search.scene, 'bundle signature', search.scene.index)];

  test('makes two of two authorities', async () => {
    const authorities = [RELEASE, authorityOf(chain)];
    expect(await outcome(await both(), authorities, 2)).toBe('pass');
    expect(await outcome([await signature()], authorities, 2)).toBe('fail');
    expect(await outcome((await both()).slice(1), authorities, 2)).toBe('fail');
    expect(await outcome([await signature()], authorities, 1)).toBe('pass');
  });

  test('is one of two where one signer satisfies two authorities', async () => {
    const wide = authorityOf(chain, { identities: ['*'] });
    expect(await outcome(await both(), [authorityOf(chain), wide], 2)).toBe('fail');
    expect(await outcome(await both(), [authorityOf(chain), wide, RELEASE], 2)).toBe('pass');
    expect(await outcome(await both(), [authorityOf(chain), wide, RELEASE], 3)).toBe('fail');
  });

  test('leaves the answer open where its revocation is unknown, and the other alone is too few', async () => {
    const pushed = [await signature({}, revocable), await forge(search.scene, 'bundle signature', search.scene.index)];
    const authorities = [RELEASE, authorityOf(revocable)];
    expect(await outcome(pushed, authorities, 2)).toBe('indeterminate');
    expect(await outcome(pushed, authorities, 1)).toBe('pass');
  });
});

describe('the revocation of a Notary Project signature', () => {
  const answers = (answer: () => Buffer | undefined): FetchFromService => {
    return async (address) => {
      const bytes = answer();
      return bytes === undefined || address !== CRL ? err('does not answer') : ok(bytes);
    };
  };
  const collected = async (change?: (context: CollectContext) => CollectContext, authority = authorityOf(revocable)) =>
    collect([await signature({}, revocable)], [authority], change);

  test('is unknown offline, which is said to be the cause', async () => {
    expect(await collected()).toMatchObject({
      value: {
        verified: [],
        rejected: [{ code: 'revocation-unknown' }],
        incomplete: { cause: 'offline', fix: expect.stringContaining('--offline') },
      },
    });
  });

  test('is unknown where the service does not answer, which is a matter of the network', async () => {
    expect(await collected(online(answers(() => undefined)))).toMatchObject({
      value: { verified: [], rejected: [{ code: 'revocation-unknown' }], incomplete: { cause: 'network' } },
    });
  });

  test('is what the issuer’s list says', async () => {
    const [leaf, issuer] = revocable;
    if (issuer === undefined) throw new Error('no issuer');
    expect(await collected(online(answers(() => makeCrl(issuer))))).toMatchObject({ value: { verified: [{}] } });
    const revoked = await collected(online(answers(() => makeCrl(issuer, { listed: [leaf] }))));
    expect(revoked).toMatchObject({ value: { verified: [], rejected: [{ code: 'revoked' }] } });
    expect(revoked.status === 'present' ? revoked.value.incomplete : 'none').toBeUndefined();
  });

  test('is not asked for where the policy says so', async () => {
    expect(await collected(undefined, authorityOf(revocable, { revocation: 'skip' }))).toMatchObject({
      value: { verified: [{}], rejected: [] },
    });
  });
});
