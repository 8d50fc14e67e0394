import { beforeAll, describe, expect, test } from '@jest/globals';
import { ok } from '../../../src/lib/result.js';
import type { Authority } from '../../../src/policy/policy.js';
import { evaluateSignature } from '../../../src/signatures/sigstore/evaluate-signature.js';
import { readBundle } from '../../../src/signatures/sigstore/sigstore-bundle.js';
import { rootOfInstance, type TrustedRoot } from '../../../src/signatures/sigstore/trusted-root.js';
import { verifyKeyless } from '../../../src/signatures/sigstore/verify-material.js';
import { rootOf } from '../../support/process/root-of.js';
import { keylessSigner, RELEASE_WORKFLOW } from '../../support/signing/signer-identity.js';
import { envelopeBundle, inTotoStatement, type TestBundle } from '../../support/signing/sigstore-forms.js';
import { makeSigstore, type TestSigstore } from '../../support/signing/sigstore-trust.js';

const STATEMENT = inTotoStatement(`sha256:${'ab'.repeat(32)}`, 'https://slsa.dev/provenance/v1');
const { subject, issuer } = RELEASE_WORKFLOW;
const KEYLESS = { kind: 'keyless', subject, issuer } as const satisfies Authority;

let github: TestSigstore;
let publicGood: TestSigstore;
let githubRoot: TrustedRoot;
let publicRoot: TrustedRoot;

/** The root of a test's sigstore, as GitHub's: its authorities are GitHub's, and there is no log. */
function asGitHub(of: TestSigstore) {
  const authorities = of.trustedRoot()['certificateAuthorities'] as readonly object[];
  const subject = { organization: 'GitHub, Inc.', commonName: 'Internal Services Root' };
  return { tlogs: [], ctlogs: [], certificateAuthorities: authorities.map((one) => ({ ...one, subject })) };
}

beforeAll(async () => {
  github = await makeSigstore({ withoutCertificateLog: true });
  publicGood = await makeSigstore();
  githubRoot = await rootOf(github, asGitHub(github));
  publicRoot = await rootOf(publicGood);
});

const later = () => new Date(publicGood.now.getTime() + 60_000);

/** A bundle with a timestamp, from which the log entry was taken. */
async function stripped(of: TestSigstore) {
  const bundle: TestBundle = await envelopeBundle(await keylessSigner(of), STATEMENT, {
    sigstore: of,
    timestamp: true,
  });
  bundle.verificationMaterial.tlogEntries = [];
  const material = await readBundle(Buffer.from(JSON.stringify(bundle)));
  if (!material.ok) throw new Error(material.error.reason);
  return material.value;
}

describe("GitHub's own Sigstore instance", () => {
  test('proves by a timestamp alone, and the public one never does', async () => {
    expect(githubRoot.instance).toBe('github');
    expect(await verifyKeyless(await stripped(github), githubRoot, later())).toMatchObject({ ok: true });
    expect(await verifyKeyless(await stripped(publicGood), publicRoot, later())).toMatchObject({
      error: { code: 'not-logged' },
    });
    expect(await verifyKeyless(await stripped(publicGood), githubRoot, later())).toMatchObject({
      error: { code: 'unknown-authority' },
    });
  });

  test('a timestamp alone counts with any root that lists no log, and with no other', async () => {
    const own = await rootOf(github, { tlogs: [], ctlogs: [] });
    expect(own).toMatchObject({ instance: 'public-good', withoutLogs: true });
    expect(await verifyKeyless(await stripped(github), own, later())).toMatchObject({ ok: true });
    for (const log of ['tlogs', 'ctlogs']) {
      const root = await rootOf(publicGood, { [log]: [] });
      expect(await verifyKeyless(await stripped(publicGood), root, later())).toMatchObject({ ok: false });
    }
  });

  test('a root that mixes both instances asks for logs', async () => {
    const [own, other] = [asGitHub(github), publicGood.trustedRoot()].map(
      (root) => root['certificateAuthorities'] as readonly object[],
    );
    const mixed = await rootOf(publicGood, { certificateAuthorities: [...(own ?? []), ...(other ?? [])] });
    expect(mixed.instance).toBe('public-good');
    expect(await verifyKeyless(await stripped(publicGood), mixed, later())).toMatchObject({ ok: false });
  });

  test('counts for an authority that names a repository of GitHub, and for no other', async () => {
    const found = { kind: 'bundle', place: 'a@b', material: ok(await stripped(github)) } as const;
    expect(await evaluateSignature(found, [{ ...KEYLESS, github: true }], githubRoot, later())).toMatchObject({
      approvals: [{ authorityIndex: 0 }],
    });
    expect(await evaluateSignature(found, [KEYLESS], githubRoot, later())).toMatchObject({
      rejected: { code: 'wrong-signer' },
    });
  });

  test('is named without regard to the case of owner and repository, and with regard to that of the ref', async () => {
    const found = { kind: 'bundle', place: 'a@b', material: ok(await stripped(github)) } as const;
    const named = (subject: string) => [{ ...KEYLESS, subject, github: true as const }];
    const other = KEYLESS.subject.replace(/github\.com\/[^/]+\/[^/]+/, (name) =>
      name.toUpperCase().replace('GITHUB.COM', 'github.com'),
    );
    expect(other).not.toBe(subject);
    expect(await evaluateSignature(found, named(other), githubRoot, later())).toHaveProperty('approvals');
    const refs = named(KEYLESS.subject.toUpperCase().replace('HTTPS://GITHUB.COM', 'https://github.com'));
    expect(await evaluateSignature(found, refs, githubRoot, later())).toHaveProperty('rejected');
    expect(await evaluateSignature(found, [{ ...KEYLESS, subject: other }], githubRoot, later())).toHaveProperty(
      'rejected',
    );
  });

  test('leaves open what a root that may be too old does not know', async () => {
    const found = { kind: 'bundle', place: 'a@b', material: ok(await stripped(publicGood)) } as const;
    const old = { ...githubRoot, mayBeOutdated: true };
    expect(await evaluateSignature(found, [{ ...KEYLESS, github: true }], old, later())).toMatchObject({
      rejected: { code: 'unknown-authority', incomplete: { cause: 'trust-root' } },
    });
    const evaluated = await evaluateSignature(found, [{ ...KEYLESS, github: true }], githubRoot, later());
    expect(evaluated).not.toHaveProperty('rejected.incomplete');
  });

  test('is found among roots that are printed a line each', () => {
    const [own, other] = [github.trustedRoot(asGitHub(github)), publicGood.trustedRoot()].map((root) =>
      JSON.stringify(root),
    );
    const lines = Buffer.from(`${other}\n${own}`);
    expect(rootOfInstance(lines, 'github')?.toString()).toBe(own);
    expect(rootOfInstance(lines, 'public-good')?.toString()).toBe(other);
    expect(rootOfInstance(Buffer.from(`${other}`), 'github')).toBeUndefined();
  });
});
