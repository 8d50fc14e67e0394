import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readPublicKey } from '../../../src/signatures/key.js';
import { readBundle } from '../../../src/signatures/sigstore/sigstore-bundle.js';
import type { TrustedRoot } from '../../../src/signatures/sigstore/trusted-root.js';
import { verifyKeyed, verifyKeyless } from '../../../src/signatures/sigstore/verify-material.js';
import { rootOf } from '../../support/process/root-of.js';
import { keylessSigner, keySigner, type TestSigner } from '../../support/signing/signer-identity.js';
import { envelopeBundle, inTotoStatement, type TestBundle } from '../../support/signing/sigstore-forms.js';
import { makeSigstore, type TestSigstore } from '../../support/signing/sigstore-trust.js';

const STATEMENT = inTotoStatement(`sha256:${'ab'.repeat(32)}`, 'https://example.com/predicate');
const SKEW = 5 * 60 * 1000;

let sigstore: TestSigstore;
let root: TrustedRoot;
let signer: TestSigner;
/** With a log entry, its promise and proof, and a timestamp, all of the same second. */
let signed: TestBundle;

beforeAll(async () => {
  sigstore = await makeSigstore();
  root = await rootOf(sigstore);
  signer = await keylessSigner(sigstore);
  signed = await envelopeBundle(signer, STATEMENT, { sigstore, timestamp: true });
});

const at = (milliseconds: number, of = sigstore) => new Date(of.now.getTime() + milliseconds);

async function materialOf(bundle: unknown) {
  const material = await readBundle(Buffer.from(JSON.stringify(bundle)));
  if (!material.ok) throw new Error(material.error.reason);
  return material.value;
}
const verdict = async (bundle: unknown, trusted = root, now = at(60_000)) =>
  verifyKeyless(await materialOf(bundle), trusted, now);

const refused = (code: string, reason = '') => ({
  ok: false,
  error: { code, reason: expect.stringContaining(reason) },
});

/** The bundle with other fields in each of its log entries; one that is undefined is left out of the JSON. */
function withEntry(bundle: TestBundle, changes: object): unknown {
  const { verificationMaterial } = bundle;
  const tlogEntries = verificationMaterial.tlogEntries.map((entry) => ({ ...entry, ...changes }));
  return { ...bundle, verificationMaterial: { ...verificationMaterial, tlogEntries } };
}

describe('a timestamp of an authority that the root does not know', () => {
  test('spoils nothing where a known log proves the time', async () => {
    expect(await verdict(signed, await rootOf(sigstore, { timestampAuthorities: [] }))).toMatchObject({
      ok: true,
      value: { timeFrom: 'transparency log' },
    });
  });

  test('proves no time, and is not a bad one', async () => {
    const bundle = withEntry(signed, { inclusionPromise: undefined });
    expect(await verdict(bundle, await rootOf(sigstore, { timestampAuthorities: [] }))).toEqual(
      refused('unknown-authority', 'timestamp authority'),
    );
    expect(await verdict(bundle)).toMatchObject({ ok: true, value: { timeFrom: 'timestamp authority' } });
  });
});

describe('the time of a signature', () => {
  test.each([
    ['transparency log', { timestampTime: 180_000, logTime: 120_000 }, 120_000],
    ['timestamp authority', { timestampTime: 60_000, logTime: 120_000 }, 60_000],
  ])('is the earliest, and shows that it is from the %s', async (timeFrom, times, earliest) => {
    const start = await makeSigstore();
    const other = await makeSigstore({
      timestampTime: at(times.timestampTime, start),
      logTime: at(times.logTime, start),
    });
    const bundle = await envelopeBundle(await keylessSigner(other), STATEMENT, { sigstore: other, timestamp: true });
    expect(await verdict(bundle, await rootOf(other))).toMatchObject({
      ok: true,
      value: { signedAt: at(earliest, start).toISOString(), timeFrom },
    });
  });

  test('lies no more than a clock may be wrong ahead of us', async () => {
    expect(await verdict(signed, root, at(-SKEW))).toMatchObject({ ok: true });
    expect(await verdict(signed, root, at(-SKEW - 1))).toEqual(refused('bad-timestamp', 'future'));
  });

  test('in the future is refused, whichever of the times it is', async () => {
    const other = await makeSigstore({ timestampTime: at(3_600_000) });
    const bundle = await envelopeBundle(await keylessSigner(other), STATEMENT, { sigstore: other, timestamp: true });
    expect(await verdict(bundle, await rootOf(other))).toEqual(refused('bad-timestamp', 'future'));
  });

  test('that no calendar has is none', async () => {
    const integratedTime = '9'.repeat(18);
    expect(await verdict(withEntry(signed, { integratedTime }))).toEqual(refused('bad-timestamp', 'future'));
  });

  test('is what a keyless signature needs: a proof without a promise and a timestamp has none', async () => {
    const bundle = await envelopeBundle(signer, STATEMENT, { sigstore });
    expect(await verdict(withEntry(bundle, { inclusionPromise: undefined }))).toEqual(refused('bad-timestamp'));
  });

  describe('is not what a key needs, and is left out', () => {
    const mine = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
    const key = readPublicKey(mine.publicKeyPem);
    if (!key.ok) throw new Error(key.error);
    const trusted = { name: 'base.pub', key: key.value, log: 'required' } as const;
    async function expectUntimed(bundle: unknown, of: TrustedRoot) {
      const verified = await verifyKeyed(await materialOf(bundle), trusted, of, at(60_000));
      expect(verified).toMatchObject({ ok: true, value: { logged: [{ log: expect.stringContaining('rekor') }] } });
      expect(verified).not.toHaveProperty('value.signedAt');
      expect(verified).not.toHaveProperty('value.timeFrom');
    }

    test('where nobody shows it', async () => {
      const bundle = await envelopeBundle(mine, STATEMENT, { sigstore });
      await expectUntimed(withEntry(bundle, { inclusionPromise: undefined }), root);
    });

    test('where the log promises the time zero', async () => {
      const timeless = await makeSigstore({ logTime: new Date(0) });
      // The test root's own list.
      const [log] = timeless.trustedRoot()['tlogs'] as readonly { publicKey: object }[];
      const publicKey = { ...log?.publicKey, validFor: { start: '1970-01-01T00:00:00Z' } };
      const bundle = await envelopeBundle(mine, STATEMENT, { sigstore: timeless });
      await expectUntimed(bundle, await rootOf(timeless, { tlogs: [{ ...log, publicKey }] }));
    });
  });
});

describe('a log entry that is proven and not promised', () => {
  /** The test's own log in a root, in use for this long around the time of the signature. */
  function log(start: number, end: number, changes: object = {}): object {
    // The test root's own list.
    const [own] = sigstore.trustedRoot()['tlogs'] as readonly { publicKey: object }[];
    const validFor = { start: at(start).toISOString(), end: at(end).toISOString() };
    return { ...own, publicKey: { ...own?.publicKey, validFor }, ...changes };
  }
  const proven = () => withEntry(signed, { inclusionPromise: undefined, logIndex: '4711' });
  const among = async (...tlogs: readonly object[]) => verdict(proven(), await rootOf(sigstore, { tlogs }));

  test('holds, and has the place that is proven', async () => {
    const [entry] = signed.verificationMaterial.tlogEntries;
    expect(entry?.inclusionProof.logIndex).not.toBe('4711');
    expect(await verdict(proven())).toMatchObject({
      ok: true,
      value: {
        timeFrom: 'timestamp authority',
        logged: [{ log: 'https://rekor.test-sigstore.example', index: entry?.inclusionProof.logIndex }],
      },
    });
  });

  test.each([
    ['on the first moment of its log', 0, 1000, true],
    ['on the last moment of its log', -1000, 0, true],
    ['before its log was in use', 1, 1000, false],
    ['after its log was retired', -1000, -1, false],
  ])('%s', async (_name, start, end, holds) => {
    expect(await among(log(start, end))).toMatchObject(holds ? { ok: true } : refused('bad-log-entry', 'in use'));
  });

  test.each([
    ['is of a log that is in use', -1000, 120_000, false, true],
    ['is of a log that was retired', -1000, 1000, false, false],
    ['is of a log that is not in use yet', 61_000, 120_000, false, false],
    ['is of a log that was retired, where a timestamp proves the time before', -1000, 1000, true, true],
  ])('by a key %s: %s %s %s %s', async (_name, start, end, timestamp, holds) => {
    const own = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
    const key = readPublicKey(own.publicKeyPem);
    if (!key.ok) throw new Error(key.error);
    const bundle = withEntry(await envelopeBundle(own, STATEMENT, { sigstore, timestamp }), {
      inclusionPromise: undefined,
    });
    const trusted = { key: key.value, name: 'own.pub', log: 'required' } as const;
    const among = await rootOf(sigstore, { tlogs: [log(start, end)] });
    expect(await verifyKeyed(await materialOf(bundle), trusted, among, at(60_000))).toMatchObject(
      holds ? { ok: true } : refused('bad-log-entry', 'in use'),
    );
  });

  test('may be of a log that is known for several periods, and is not saved by another log', async () => {
    expect(await among(log(-2000, -1000), log(-10, 10))).toMatchObject({ ok: true });
    const keyId = Buffer.alloc(32, 7).toString('base64');
    expect(await among(log(-2000, -1000), log(-10, 10, { logId: { keyId } }))).toEqual(
      refused('bad-log-entry', 'in use'),
    );
  });

  test('was in use at every time that is reported', async () => {
    const second = await makeSigstore({ timestampTime: at(120_000) });
    // Made of the same signature, since the signer's is a random one.
    const [signature] = signed.dsseEnvelope.signatures;
    const again = { ...signer, sign: () => Buffer.from(signature?.sig ?? '', 'base64') };
    const other = await envelopeBundle(again, STATEMENT, { sigstore: second, timestamp: true });
    const stamps = [signed, other].flatMap(
      ({ verificationMaterial }) => verificationMaterial.timestampVerificationData?.rfc3161Timestamps ?? [],
    );
    const [entry] = signed.verificationMaterial.tlogEntries;
    const bundle = {
      ...signed,
      verificationMaterial: {
        ...signed.verificationMaterial,
        tlogEntries: [{ ...entry, inclusionPromise: undefined }],
        timestampVerificationData: { rfc3161Timestamps: stamps },
      },
    };
    const authorities = [sigstore, second].flatMap((one) => one.trustedRoot()['timestampAuthorities']);
    const verdictUntil = async (end: number) =>
      verdict(
        bundle,
        await rootOf(sigstore, { tlogs: [log(-1000, end)], timestampAuthorities: authorities }),
        at(180_000),
      );
    expect(await verdictUntil(120_000)).toMatchObject({ ok: true, value: { signedAt: at(0).toISOString() } });
    expect(await verdictUntil(119_999)).toEqual(refused('bad-log-entry', 'in use'));
  });
});
