import { beforeAll, describe, expect, test } from '@jest/globals';
import { err } from '../../../src/lib/result.js';
import { verifyTimestamp } from '../../../src/signatures/notation/timestamp.js';
import { checkTrust, type NotationTrust, proveEnvelope } from '../../../src/signatures/notation/verify.js';
import {
  asCertificates,
  type Chain,
  type IssueOptions,
  issue,
  makeChain,
  makeCose,
  makeJws,
  TARGET,
  trustIn,
} from '../../support/signing/notation-maker.js';
import { makeAuthority, makeToken, type TokenOptions } from '../../support/signing/notation-timestamp.js';

const SIGNATURE = Buffer.from('a signature');
let authority: Chain;
beforeAll(async () => {
  authority = await makeAuthority();
});

const verified = (options: TokenOptions = {}, by: Chain = authority) =>
  verifyTimestamp(makeToken(by, SIGNATURE, options), SIGNATURE, asCertificates(by.slice(-1)));

describe('a timestamp', () => {
  test('says when the signature existed, by an authority of the store', () => {
    const at = new Date('2024-06-01T00:00:00Z');
    expect(verified()).toMatchObject({
      ok: true,
      value: { at, from: at, to: at, chain: [{ subject: 'CN=TSA' }, { subject: 'CN=TSA Root' }] },
    });
  });

  test.each<[string, TokenOptions, number]>([
    ['of its own', { accuracy: { seconds: 2, millis: 500 } }, 2500],
    ['of a second under the baseline policy', { policy: '0.4.0.2023.1.1' }, 1000],
    ['of its own under the baseline policy', { policy: '0.4.0.2023.1.1', accuracy: { seconds: 3 } }, 3000],
    ['of none under another', {}, 0],
    ['rounded up to a millisecond', { accuracy: { seconds: 1, micros: 1 } }, 1001],
  ])('has an accuracy %s', (_what, options, milliseconds) => {
    const at = Date.parse('2024-06-01T00:00:00Z');
    expect(verified(options)).toMatchObject({
      ok: true,
      value: { from: new Date(at - milliseconds), to: new Date(at + milliseconds) },
    });
  });

  test.each<[string, TokenOptions]>([
    ['it is for another signature', { over: Buffer.from('another') }],
    ['its imprint is made with SHA-1', { imprintHash: 'sha1' }],
    ['its version is another', { version: 2 }],
    ['the version of its signed data is another', { signedDataVersion: 1 }],
    ['it has a critical extension', { critical: true }],
    ['its content is of another type', { contentType: '1.2.840.113549.1.7.1' }],
    ['its signed attributes are for other content', { digestOf: Buffer.from('another') }],
    ['an attribute is repeated', { repeatsDigest: true }],
    ['it has no signingCertificateV2', { names: null }],
    ['it contains no certificate', { carried: [] }],
    ['it is signed twice', { signers: 2 }],
    ['it is not signed', { signers: 0 }],
    ['its signing time is outside the authority’s validity', { signingTime: '2023-06-01T00:00:00Z' }],
    ['it is older than its authority', { at: '2023-06-01T00:00:00Z' }],
  ])('is refused where %s', (_what, options) => {
    expect(verified(options)).toMatchObject({ ok: false });
  });

  test('is sound with an extension that is not critical, and with a signing time', () => {
    expect(verified({ critical: false })).toMatchObject({ ok: true });
    expect(verified({ signingTime: '2024-06-01T00:00:00Z' })).toMatchObject({ ok: true });
  });

  test('is refused where another key signed it, or it names another certificate', async () => {
    const other = await issue();
    expect(verified({ signedBy: other })).toMatchObject({ error: expect.stringContaining('does not verify') });
    expect(verified({ names: other })).toMatchObject({ error: expect.stringContaining('another certificate') });
  });

  test('is refused where no root of the store vouches for its authority', async () => {
    const token = makeToken(authority, SIGNATURE);
    const [other] = (await makeAuthority()).slice(-1);
    for (const roots of [[], other === undefined ? [] : asCertificates([other])])
      expect(verifyTimestamp(token, SIGNATURE, roots)).toMatchObject({ error: expect.stringContaining('no root') });
  });

  test.each<[string, IssueOptions]>([
    ['for other purposes too', { purposes: ['1.3.6.1.5.5.7.3.8', '1.3.6.1.5.5.7.3.3'] }],
    ['for timestamps, and does not say so critically', { purposesCritical: false }],
  ])('is refused where its authority is %s', async (_what, leaf) => {
    expect(verified({}, await makeAuthority(leaf))).toMatchObject({ ok: false });
  });

  test('is refused where its accuracy leaves no time', () => {
    expect(verified({ accuracy: { seconds: 2 ** 47 } })).toMatchObject({ ok: false });
  });

  test('is sound where its authority has expired since', async () => {
    expect(verified({}, await makeAuthority({ notAfter: '2025-01-01T00:00:00Z' }))).toMatchObject({ ok: true });
  });

  test('finds its root through the certificates that it carries, whatever certifies whatever', async () => {
    const root = await issue({ subject: 'CN=TSA Root', ca: true });
    const middle = await issue({ subject: 'CN=Middle', ca: true, issuer: root });
    const crossed = await issue({ subject: 'CN=TSA Root', ca: true, issuer: middle });
    const purposes = { purposes: ['1.3.6.1.5.5.7.3.8'], purposesCritical: true };
    const leaf = await issue({ subject: 'CN=TSA', issuer: middle, ...purposes });
    const chain: Chain = [leaf, middle, root];
    expect(verified({ carried: [crossed, leaf, middle] }, chain)).toMatchObject({
      ok: true,
      value: { chain: [{ subject: 'CN=TSA' }, { subject: 'CN=Middle' }, { subject: 'CN=TSA Root' }] },
    });
    expect(verified({ carried: [leaf] }, chain)).toMatchObject({ ok: false });
  });

  test('is refused where it is no token, larger than any, or carries too many certificates', () => {
    const read = (token: Buffer) => verifyTimestamp(token, SIGNATURE, []);
    expect(read(Buffer.from('none'))).toMatchObject({ error: expect.stringContaining('malformed') });
    expect(read(Buffer.alloc(256 * 1024 + 1))).toMatchObject({ error: expect.stringContaining('larger') });
    const carried = Array.from({ length: 17 }, () => authority[0]);
    expect(verified({ carried })).toMatchObject({ error: expect.stringContaining('too many') });
  });

  test('is refused where bytes follow it, or its lengths are others', () => {
    const token = makeToken(authority, SIGNATURE);
    const roots = asCertificates(authority.slice(-1));
    expect(verifyTimestamp(Buffer.concat([token, Buffer.from([0])]), SIGNATURE, roots)).toMatchObject({ ok: false });
    for (const at of [3, 18, 22]) {
      const bent = Buffer.from(token);
      bent[at] = (bent[at] ?? 0) ^ 0x40;
      expect(verifyTimestamp(bent, SIGNATURE, roots)).toMatchObject({ ok: false });
    }
  });

  test('is refused where any of many bytes of it is another', () => {
    const token = makeToken(authority, SIGNATURE, { accuracy: { seconds: 1 } });
    const roots = asCertificates(authority.slice(-1));
    const whole = verifyTimestamp(token, SIGNATURE, roots);
    if (!whole.ok) throw new Error(whole.error);
    for (let at = 0; at < token.length; at += 7) {
      const bent = Buffer.from(token);
      bent[at] = (bent[at] ?? 0) ^ 1;
      const answer = verifyTimestamp(bent, SIGNATURE, roots);
      // What is signed is never another; bytes around it (lengths of unsigned parts, algorithms by name) may be read alike.
      if (answer.ok) expect({ ...answer.value, chain: [] }).toEqual({ ...whole.value, chain: [] });
    }
  });
});

describe.each([
  ['JWS', 'application/jose+json', makeJws],
  ['COSE', 'application/cose', makeCose],
] as const)('the timestamp of an envelope in the form %s', (_form, type, make) => {
  const trusted = async (options: TokenOptions, changes: Partial<NotationTrust> = {}) => {
    const chain = await makeChain({ leaf: { notAfter: '2025-01-01T00:00:00Z' } });
    const bytes = await make(chain, { timestamp: async (signature) => makeToken(authority, signature, options) });
    const proven = proveEnvelope(bytes, type, TARGET);
    if (!proven.ok) return proven;
    const trust = trustIn(chain, { tsa: asCertificates(authority.slice(-1)), ...changes });
    return checkTrust(proven.value, trust, {
      now: new Date('2026-11-30T12:00:00Z'),
      fetchRevocation: async () => err('does not answer'),
    });
  };

  test('proves a chain that has expired since', async () => {
    expect(await trusted({})).toMatchObject({
      ok: true,
      value: { time: { at: new Date('2024-06-01T00:00:00Z'), from: 'timestamp authority' } },
    });
    expect(await trusted({}, { timestamps: 'after-expiry' })).toMatchObject({ ok: true });
  });

  test('proves nothing without a root for it', async () => {
    expect(await trusted({}, { tsa: [] })).toMatchObject({ ok: false, error: { check: 'authentic-timestamp' } });
  });

  test.each<[string, TokenOptions]>([
    ['before the chain was valid', { at: '2023-12-31T00:00:00Z' }],
    ['after the chain was valid', { at: '2025-01-02T00:00:00Z' }],
    ['within the chain’s validity, and perhaps not', { at: '2024-12-31T23:59:59Z', accuracy: { seconds: 10 } }],
    ['in the future', { at: '2027-01-01T00:00:00Z' }],
    ['over another signature', { over: Buffer.from('another') }],
  ])('proves nothing %s', async (_what, options) => {
    expect(await trusted(options)).toMatchObject({ ok: false, error: { check: 'authentic-timestamp' } });
  });
});
