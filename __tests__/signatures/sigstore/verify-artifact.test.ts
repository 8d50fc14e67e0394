import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { digestOf } from '../../../src/references/digest.js';
import { readPublicKey } from '../../../src/signatures/key.js';
import type { TrustedRoot } from '../../../src/signatures/sigstore/trusted-root.js';
import { type ArtifactVerification, verifyArtifact } from '../../../src/signatures/sigstore/verify-artifact.js';
import { rootOf } from '../../support/process/root-of.js';
import { keylessSigner, keySigner, RELEASE_WORKFLOW, type TestSigner } from '../../support/signing/signer-identity.js';
import { envelopeBundle, inTotoStatement } from '../../support/signing/sigstore-forms.js';
import { messageBundle } from '../../support/signing/sigstore-message-bundle.js';
import { makeSigstore, type TestSigstore } from '../../support/signing/sigstore-trust.js';

const FILE = Buffer.from('the artifact');
const OTHER = Buffer.from('another artifact');
const DIGEST = digestOf(FILE);
const STATEMENT = inTotoStatement(DIGEST, 'https://example.com/predicate');
const { subject, issuer } = RELEASE_WORKFLOW;
const RELEASE = { kind: 'keyless', subject, issuer } as const;

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const mine = keySigner(pair);
const another = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
let sigstore: TestSigstore;
let untrusted: TestSigstore;
let root: TrustedRoot;
let signer: TestSigner;

beforeAll(async () => {
  [sigstore, untrusted] = [await makeSigstore(), await makeSigstore()];
  root = await rootOf(sigstore);
  signer = await keylessSigner(sigstore);
});

function byKey({ publicKeyPem }: TestSigner): ArtifactVerification['expected'] {
  const key = readPublicKey(publicKeyPem);
  if (!key.ok) throw new Error(key.error);
  return { kind: 'key', name: 'release.pub', key: key.value };
}

/** The verdict on a bundle, for the file's digest unless a test says otherwise. */
function verdict(bundle: unknown, changes: Partial<ArtifactVerification> = {}) {
  return verifyArtifact({
    bundle: Buffer.from(JSON.stringify(bundle)),
    artifact: { digest: DIGEST },
    expected: RELEASE,
    root,
    now: new Date(sigstore.now.getTime() + 60_000),
    ...changes,
  });
}

const refused = (code: string) => ({ ok: false, error: expect.objectContaining({ code }) });
const withBytes = (bytes: Buffer) => ({ artifact: { digest: digestOf(bytes), bytes } });

describe('a signature over a file', () => {
  test('by the identity that is expected passes, for the file and for its digest, and shows who signed', async () => {
    const bundle = await messageBundle(signer, FILE, sigstore);
    const facts = {
      ok: true,
      value: { signer: { kind: 'keyless', subject, issuer }, signedAt: sigstore.now.toISOString() },
    };
    expect(await verdict(bundle, withBytes(FILE))).toMatchObject(facts);
    expect(await verdict(bundle)).toMatchObject(facts);
  });

  test('passes for no other file, and no other digest', async () => {
    const bundle = await messageBundle(signer, FILE, sigstore);
    expect(await verdict(bundle, withBytes(OTHER))).toEqual(refused('wrong-subject'));
    expect(await verdict(bundle, { artifact: { digest: digestOf(OTHER) } })).toEqual(refused('wrong-subject'));
  });

  test('passes for no other file either where the bundle shows its digest', async () => {
    const bundle = await messageBundle(signer, FILE, sigstore);
    bundle.messageSignature.messageDigest.digest = (
      await messageBundle(signer, OTHER, sigstore)
    ).messageSignature.messageDigest.digest;
    expect(await verdict(bundle, withBytes(OTHER))).toEqual(refused('other-log-entry'));
    expect(await verdict(bundle, { artifact: { digest: digestOf(OTHER) } })).toEqual(refused('other-log-entry'));
  });

  test.each([
    ['P-384', 'sha384'],
    ['P-521', 'sha512'],
  ] as const)('by a key on %s is over the %s of the file, which the file is needed for', async (namedCurve, hash) => {
    const own = keySigner(generateKeyPairSync('ec', { namedCurve }), { hash });
    const bundle = await messageBundle(own, FILE, sigstore, hash);
    expect(await verdict(bundle, { ...withBytes(FILE), expected: byKey(own) })).toMatchObject({
      ok: true,
      value: { signer: { kind: 'key', name: 'release.pub' } },
    });
    expect(await verdict(bundle, { ...withBytes(OTHER), expected: byKey(own) })).toEqual(refused('wrong-subject'));
    expect(await verdict(bundle, { expected: byKey(own) })).toEqual(refused('malformed'));
  });
});

describe('an envelope', () => {
  test('of a statement over the artifact passes, for the file and for its digest', async () => {
    const bundle = await envelopeBundle(signer, STATEMENT, { sigstore });
    expect(await verdict(bundle)).toMatchObject({ ok: true, value: { signer: { subject } } });
    expect(await verdict(bundle, withBytes(FILE))).toMatchObject({ ok: true, value: { signer: { subject } } });
  });

  test('of a statement over something else is not over the artifact', async () => {
    const bundle = await envelopeBundle(signer, STATEMENT, { sigstore });
    expect(await verdict(bundle, withBytes(OTHER))).toEqual(refused('wrong-subject'));
    expect(await verdict(bundle, { artifact: { digest: digestOf(OTHER) } })).toEqual(refused('wrong-subject'));
  });

  test('of another type is no statement, whatever its payload looks like', async () => {
    const bundle = await envelopeBundle(signer, STATEMENT, { sigstore, payloadType: 'text/plain' });
    expect(await verdict(bundle)).toEqual(refused('wrong-type'));
  });

  test('of something that is no statement says nothing about the artifact', async () => {
    const bundle = await envelopeBundle(signer, Buffer.from(`{"digest":"${DIGEST}"}`), { sigstore });
    expect(await verdict(bundle)).toEqual(refused('malformed'));
  });

  test('by somebody else is called that, whatever it is over', async () => {
    const bundle = await envelopeBundle(another, inTotoStatement(digestOf(OTHER), 'x'), { sigstore });
    expect(await verdict(bundle, { expected: byKey(mine) })).toEqual(refused('wrong-signer'));
  });
});

describe('who must have signed', () => {
  test.each([
    ['another subject', { subject: 'https://github.com/mallory/images/.github/workflows/release.yml@refs/heads/main' }],
    ['another issuer', { issuer: 'https://accounts.example' }],
    ['a glob, which an identity is not', { subject: 'https://**' }],
    ['the beginning of the subject', { subject: subject.slice(0, -1) }],
    ['the subject in capitals', { subject: subject.toUpperCase() }],
  ])('is reported exactly: %s is somebody else', async (_name, changes) => {
    const expected = { ...RELEASE, ...changes };
    expect(await verdict(await envelopeBundle(signer, STATEMENT, { sigstore }), { expected })).toEqual(
      refused('wrong-signer'),
    );
    expect(await verdict(await messageBundle(signer, FILE, sigstore), { expected })).toEqual(refused('wrong-signer'));
  });

  test('is an identity of an authority that the root knows', async () => {
    const imitated = await keylessSigner(untrusted);
    expect(await verdict(await messageBundle(imitated, FILE, sigstore))).toEqual(refused('unknown-authority'));
    expect(await verdict(await messageBundle(imitated, FILE, untrusted))).toEqual(refused('unknown-log'));
  });

  test('is that key, for a file and for an envelope', async () => {
    for (const bundle of [
      await messageBundle(mine, FILE, sigstore),
      await envelopeBundle(mine, STATEMENT, { sigstore }),
    ]) {
      expect(await verdict(bundle, { expected: byKey(mine) })).toMatchObject({
        ok: true,
        value: { signer: { kind: 'key', name: 'release.pub' } },
      });
      expect(await verdict(bundle, { expected: byKey(another) })).toEqual(refused('wrong-signer'));
    }
  });

  test('is a key where a key is expected, and an identity where an identity is', async () => {
    expect(await verdict(await messageBundle(signer, FILE, sigstore), { expected: byKey(mine) })).toEqual(
      refused('wrong-signer'),
    );
    expect(await verdict(await messageBundle(mine, FILE, sigstore))).toEqual(refused('wrong-signer'));
  });

  test('is in the log, a key too', async () => {
    for (const [own, expected] of [[signer, RELEASE] as const, [mine, byKey(mine)] as const]) {
      expect(await verdict(await envelopeBundle(own, STATEMENT), { expected })).toEqual(refused('not-logged'));
    }
  });
});

test('bytes that are no bundle are refused as such', async () => {
  expect(await verdict('no bundle')).toEqual(refused('malformed'));
});
