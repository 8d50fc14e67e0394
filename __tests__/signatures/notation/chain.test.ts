import { beforeAll, describe, expect, test } from '@jest/globals';
import { KeyUsageFlags as usage } from '@peculiar/asn1-x509';
import { checkSigningChain, checkTimestampChain, invalidDuring } from '../../../src/signatures/notation/chain.js';
import {
  asCertificates,
  type Chain,
  type IssueOptions,
  issue,
  makeChain,
} from '../../support/signing/notation-maker.js';

const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
const check = (chain: Chain) => checkSigningChain(asCertificates(chain));
const withLeaf = async (leaf: IssueOptions) => check(await makeChain({ leaf }));

let sound: Chain;
beforeAll(async () => {
  sound = await makeChain();
});

describe('a signing chain', () => {
  test('of leaf, intermediate and root is sound', () => {
    expect(check(sound)).toEqual({ ok: true, value: true });
  });

  test('needs a certificate', () => {
    expect(checkSigningChain([])).toMatchObject({ ok: false });
  });

  test('is refused where it is longer than any chain', async () => {
    const [leaf, ...authorities] = asCertificates(sound);
    if (leaf === undefined) throw new Error('no leaf');
    const long = [leaf, ...Array.from({ length: 10 }, () => authorities[0] ?? leaf)];
    expect(checkSigningChain(long)).toMatchObject({ ok: false, error: expect.stringContaining('longer than 10') });
  });

  test('ends in a self-signed root', () => {
    const [leaf, intermediate] = sound;
    if (intermediate === undefined) throw new Error('no intermediate');
    expect(check([leaf, intermediate])).toMatchObject({ ok: false, error: expect.stringContaining('self-signed') });
  });

  test('has no self-signed certificate before its end', () => {
    const root = sound[2];
    if (root === undefined) throw new Error('no root');
    expect(check([...sound, root])).toMatchObject({
      ok: false,
      error: expect.stringContaining('does not end the chain'),
    });
  });

  test('is in order, and holds nothing else', async () => {
    const [leaf, intermediate, root] = sound;
    const other = await issue({ subject: 'CN=Other', ca: true });
    if (intermediate === undefined || root === undefined) throw new Error('no chain');
    for (const chain of [
      [leaf, root, intermediate],
      [leaf, other, intermediate, root],
    ] as const)
      expect(check(chain)).toMatchObject({ ok: false, error: expect.stringContaining('not issued by') });
  });

  test('is bound by signatures, not by names', async () => {
    const impostor = await makeChain();
    const [, intermediate, root] = impostor;
    if (intermediate === undefined || root === undefined) throw new Error('no chain');
    expect(check([sound[0], intermediate, root])).toMatchObject({ ok: false });
  });

  test('has no signature with SHA-1, the root’s among them', async () => {
    for (const position of ['leaf', 'intermediate', 'root'] as const)
      expect(check(await makeChain({ [position]: { hash: 'SHA-1' } }))).toMatchObject({
        ok: false,
        error: expect.stringContaining('SHA-2'),
      });
    expect(check(await makeChain({ intermediate: { hash: 'SHA-384' } }))).toMatchObject({ ok: true });
  });

  test.each<[string, IssueOptions]>([
    ['is an authority', { ca: true, keyUsage: usage.digitalSignature }],
    ['has no key usage', { keyUsage: undefined }],
    ['has a key usage that is not critical', { keyUsageCritical: false }],
    ['may not sign', { keyUsage: usage.nonRepudiation }],
    ['may encrypt keys', { keyUsage: usage.digitalSignature | usage.keyEncipherment }],
    ['may encrypt data', { keyUsage: usage.digitalSignature | usage.dataEncipherment }],
    ['may agree on keys', { keyUsage: usage.digitalSignature | usage.keyAgreement }],
    ['may sign certificates', { keyUsage: usage.digitalSignature | usage.keyCertSign }],
    ['may sign CRLs', { keyUsage: usage.digitalSignature | usage.cRLSign }],
    ['may only encipher', { keyUsage: usage.digitalSignature | usage.encipherOnly }],
    ['may only decipher', { keyUsage: usage.digitalSignature | usage.decipherOnly }],
    ['is for any purpose', { purposes: ['2.5.29.37.0'] }],
    ['is for servers', { purposes: ['1.3.6.1.5.5.7.3.3', '1.3.6.1.5.5.7.3.1'] }],
    ['is for clients', { purposes: ['1.3.6.1.5.5.7.3.2'] }],
    ['is for mail', { purposes: ['1.3.6.1.5.5.7.3.4'] }],
    ['is for timestamps', { purposes: [TIME_STAMPING] }],
    ['is for OCSP', { purposes: ['1.3.6.1.5.5.7.3.9'] }],
    ['has an RSA key of 1024 bits', { rsa: 1024 }],
  ])('is refused where the leaf %s', async (_what, leaf) => {
    expect(await withLeaf(leaf)).toMatchObject({ ok: false });
  });

  test.each<[string, IssueOptions]>([
    ['vouches for content too', { keyUsage: usage.digitalSignature | usage.nonRepudiation }],
    ['is for signing code', { purposes: ['1.3.6.1.5.5.7.3.3'] }],
    ['is for a purpose of its publisher alone', { purposes: ['1.3.6.1.4.1.311.76.59.1.1'] }],
    ['has a key on P-384', { curve: 'P-384' }],
    ['has a key on P-521', { curve: 'P-521' }],
    ['has an RSA key of 2048 bits', { rsa: 2048 }],
  ])('is sound where the leaf %s', async (_what, leaf) => {
    expect(await withLeaf(leaf)).toEqual({ ok: true, value: true });
  });

  test.each<[string, IssueOptions]>([
    ['is none', { ca: false }],
    ['lacks the key usage keyCertSign', { keyUsage: usage.cRLSign }],
    ['has no key usage', { keyUsage: undefined }],
    ['has a key usage that is not critical', { keyUsageCritical: false }],
  ])('is refused where an authority %s', async (_what, intermediate) => {
    const chain = await makeChain({ intermediate: { keyUsage: usage.keyCertSign, ...intermediate } });
    expect(check(chain)).toMatchObject({ ok: false });
  });

  test('keeps the path length that each authority allows', async () => {
    expect(check(await makeChain({ root: { pathLength: 0 } }))).toMatchObject({ ok: false });
    expect(check(await makeChain({ root: { pathLength: 1 }, intermediate: { pathLength: 0 } }))).toMatchObject({
      ok: true,
    });
  });

  test('of one certificate meets the rules of a leaf', async () => {
    expect(check([await issue()])).toEqual({ ok: true, value: true });
    expect(check([await issue({ ca: true })])).toMatchObject({ ok: false });
  });

  test('is invalid where one certificate is not valid over the whole span', () => {
    const chain = asCertificates(sound);
    const at = (text: string) => new Date(text);
    expect(invalidDuring(chain, at('2024-01-01T00:00:00Z'), at('2060-01-01T00:00:00Z'))).toBeUndefined();
    expect(invalidDuring(chain, at('2023-12-31T23:59:59Z'), at('2025-01-01T00:00:00Z'))).toBe(chain[0]);
    expect(invalidDuring(chain, at('2025-01-01T00:00:00Z'), at('2060-01-01T00:00:01Z'))).toBe(chain[0]);
  });
});

describe('a chain of a timestamp authority', () => {
  const TSA: IssueOptions = { subject: 'CN=TSA', purposes: [TIME_STAMPING], purposesCritical: true };
  const checkTsa = async (leaf: IssueOptions, intermediate: IssueOptions = {}) =>
    checkTimestampChain(asCertificates(await makeChain({ leaf: { ...TSA, ...leaf }, intermediate })));

  test('is sound where the authority is for timestamps alone', async () => {
    expect(await checkTsa({})).toEqual({ ok: true, value: true });
    expect(await checkTsa({}, { purposes: [TIME_STAMPING] })).toEqual({ ok: true, value: true });
  });

  test.each<[string, IssueOptions, IssueOptions]>([
    ['its purpose is not critical', { purposesCritical: false }, {}],
    ['it has another purpose too', { purposes: [TIME_STAMPING, '1.3.6.1.5.5.7.3.3'] }, {}],
    ['it has another purpose', { purposes: ['1.3.6.1.5.5.7.3.3'] }, {}],
    ['its issuer is for other purposes', {}, { purposes: ['1.3.6.1.5.5.7.3.3'] }],
  ])('is refused where %s', async (_what, leaf, intermediate) => {
    expect(await checkTsa(leaf, intermediate)).toMatchObject({ ok: false });
  });

  test('is refused where a critical extension is not understood', async () => {
    const { Extension } = await import('@peculiar/x509');
    const unknown = (critical: boolean) => [new Extension('1.2.3.4', critical, new Uint8Array([5, 0]))];
    expect(await checkTsa({ extensions: unknown(true) })).toMatchObject({ ok: false });
    expect(await checkTsa({ extensions: unknown(false) })).toMatchObject({ ok: true });
  });
});
