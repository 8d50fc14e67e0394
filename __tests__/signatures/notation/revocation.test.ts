import { beforeAll, describe, expect, test } from '@jest/globals';
import { CRLReasons, IssuingDistributionPoint } from '@peculiar/asn1-x509';
// The mock brings the polyfill that @peculiar/x509 needs; it has to come first.
import '@sigstore/mock';
import { AuthorityInfoAccessExtension, CRLDistributionPointsExtension, type Extension } from '@peculiar/x509';
import { err, ok } from '../../../src/lib/result.js';
import type { FetchFromService } from '../../../src/signatures/format.js';
import type { Certificate } from '../../../src/signatures/notation/certificate.js';
import { readCrlStatus } from '../../../src/signatures/notation/crl.js';
import { readOcspStatus } from '../../../src/signatures/notation/ocsp.js';
import { checkRevocation } from '../../../src/signatures/notation/revocation.js';
import { asCertificates, type Issued, issue } from '../../support/signing/notation-maker.js';
import {
  type CrlOptions,
  extension,
  makeCrl,
  makeOcsp,
  type OcspOptions,
} from '../../support/signing/notation-revocation.js';

const NOW = new Date('2026-11-30T12:00:00Z');
const OCSP = 'http://ocsp.example/';
const CRL = 'http://crl.example/list';
const OTHER_CRL = 'http://crl.example/other';

let root: Issued;
let leaf: Issued;
let certificate: Certificate;
let issuer: Certificate;
beforeAll(async () => {
  root = await issue({ subject: 'CN=Root', ca: true });
  leaf = await issue({ issuer: root });
  [certificate, issuer] = pairOf(leaf);
});

function pairOf(one: Issued): [Certificate, Certificate] {
  const [first, second] = asCertificates([one, root]);
  if (first === undefined || second === undefined) throw new Error('no certificates');
  return [first, second];
}

describe('a list of revoked certificates', () => {
  const status = (options: CrlOptions = {}) => readCrlStatus(makeCrl(root, options), certificate, issuer, NOW).status;

  test('says which are revoked', async () => {
    expect(status()).toBe('good');
    expect(status({ listed: [await issue({ issuer: root })] })).toBe('good');
    expect(status({ listed: [leaf] })).toBe('revoked');
    expect(status({ listed: [leaf], reason: CRLReasons.certificateHold })).toBe('revoked');
    expect(status({ listed: [leaf], reason: CRLReasons.removeFromCRL })).toBe('good');
  });

  test('says nothing where another signed it, or it is of another issuer', async () => {
    const other = await issue({ subject: 'CN=Other', ca: true });
    expect(status({ signedBy: other })).toBe('unknown');
    expect(readCrlStatus(makeCrl(other), certificate, issuer, NOW).status).toBe('unknown');
  });

  test('says nothing where its signer may not sign lists', async () => {
    const only = await issue({ subject: 'CN=Root', ca: true, keyUsage: 1 << 5 });
    const [signer] = asCertificates([only]);
    if (signer === undefined) throw new Error('no certificate');
    expect(readCrlStatus(makeCrl(only), certificate, signer, NOW).status).toBe('unknown');
  });

  test.each<[string, CrlOptions]>([
    ['is outdated', { nextUpdate: '2026-11-30T11:59:59Z' }],
    ['has no end', { nextUpdate: null }],
    ['is not valid yet', { thisUpdate: '2026-11-30T12:00:01Z' }],
    ['is a list of changes', { extensions: [extension('2.5.29.27', new Uint8Array([2, 1, 1]), true)] }],
    ['is completed by one', { extensions: [extension('2.5.29.46', new Uint8Array([0x30, 0]))] }],
    [
      'has a critical extension that is not known',
      { extensions: [extension('1.2.3.4', new Uint8Array([5, 0]), true)] },
    ],
    ['is indirect', { extensions: [scope({ indirectCRL: true })] }],
    ['is about authorities', { extensions: [scope({ onlyContainsCACerts: true })] }],
    ['is about attributes', { extensions: [scope({ onlyContainsAttributeCerts: true })] }],
  ])('says nothing where it %s', (_what, options) => {
    expect(status(options)).toBe('unknown');
  });

  test('says nothing where an entry has a critical extension that is not known', () => {
    const entryExtensions = [extension('2.5.29.29', new Uint8Array([0x30, 0]), true)];
    expect(status({ listed: [leaf], entryExtensions })).toBe('unknown');
  });

  test('counts where it is about certificates such as this one', () => {
    expect(status({ extensions: [scope({ onlyContainsUserCerts: true })] })).toBe('good');
    expect(status({ extensions: [extension('1.2.3.4', new Uint8Array([5, 0]))] })).toBe('good');
  });

  test('says nothing where it is none, or larger than any', () => {
    for (const bytes of [Buffer.from('none'), Buffer.alloc(32 * 1024 * 1024 + 1)])
      expect(readCrlStatus(bytes, certificate, issuer, NOW).status).toBe('unknown');
  });

  function scope(values: Partial<IssuingDistributionPoint>) {
    return extension('2.5.29.28', new IssuingDistributionPoint(values), true);
  }
});

describe('the answer of an OCSP responder', () => {
  const status = (options: OcspOptions = {}) =>
    readOcspStatus(makeOcsp(certificate, { issued: root, read: issuer }, options), certificate, issuer, NOW).status;

  test.each(['good', 'revoked', 'unknown'] as const)('says that the certificate is %s', (name) => {
    expect(status({ status: name })).toBe(name);
  });

  test('counts where a responder signed it that the issuer certified for it', async () => {
    const responder = await issue({ subject: 'CN=Responder', issuer: root, purposes: ['1.3.6.1.5.5.7.3.9'] });
    expect(status({ signedBy: responder, carried: [responder] })).toBe('good');
    expect(status({ signedBy: responder })).toBe('unknown');
  });

  test('says nothing where its responder is for other purposes, has expired, or is of another issuer', async () => {
    const purposes = ['1.3.6.1.5.5.7.3.9'];
    const other = await issue({ subject: 'CN=Root', ca: true });
    for (const responder of [
      await issue({ issuer: root }),
      await issue({ issuer: root, purposes, notAfter: '2025-01-01T00:00:00Z' }),
      await issue({ issuer: other, purposes }),
    ])
      expect(status({ signedBy: responder, carried: [responder] })).toBe('unknown');
  });

  test('says nothing about another certificate', async () => {
    const [other] = pairOf(await issue({ issuer: root }));
    expect(status({ about: other })).toBe('unknown');
  });

  test.each<[string, OcspOptions]>([
    ['is an error response', { refused: true }],
    ['is outdated', { nextUpdate: '2026-11-30T11:59:59Z' }],
    ['has no end', { nextUpdate: null }],
    ['is not valid yet', { thisUpdate: '2026-11-30T12:00:01Z' }],
    ['has a critical extension', { critical: true }],
  ])('says nothing where it %s', (_what, options) => {
    expect(status(options)).toBe('unknown');
  });

  test('counts with an extension that is not critical', () => {
    expect(status({ critical: false })).toBe('good');
  });

  test('says nothing where it is none, or larger than any', () => {
    for (const bytes of [Buffer.from('none'), Buffer.alloc(64 * 1024 + 1)])
      expect(readOcspStatus(bytes, certificate, issuer, NOW).status).toBe('unknown');
  });
});

describe('a chain', () => {
  const withServices = (extensions: readonly Extension[]) => issue({ issuer: root, extensions });
  const ocsp = () => new AuthorityInfoAccessExtension({ ocsp: [OCSP] });
  const crl = () => new CRLDistributionPointsExtension([CRL]);
  const status = async (one: Issued, answers: Readonly<Record<string, Buffer>>) => {
    const asked: string[] = [];
    const fetchRevocation: FetchFromService = async (address) => {
      asked.push(address);
      const answer = answers[address];
      return answer === undefined ? err('does not answer') : ok(answer);
    };
    return { ...(await checkRevocation(asCertificates([one, root]), fetchRevocation, NOW)), asked };
  };
  const answerFor = (one: Issued, options: OcspOptions = {}) => {
    const [read] = pairOf(one);
    return makeOcsp(read, { issued: root, read: issuer }, options);
  };

  test('that names no service can not be revoked', async () => {
    expect(await status(leaf, {})).toEqual({ status: 'good', asked: [] });
  });

  test('is asked for by OCSP first, and by CRL where that does not tell', async () => {
    const one = await withServices([ocsp(), crl()]);
    expect(await status(one, { [OCSP]: answerFor(one) })).toMatchObject({ status: 'good', asked: [OCSP] });
    expect(await status(one, { [OCSP]: answerFor(one, { status: 'revoked' }) })).toMatchObject({
      status: 'revoked',
      asked: [OCSP],
    });
    expect(await status(one, { [CRL]: makeCrl(root) })).toMatchObject({ status: 'good', asked: [OCSP, CRL] });
    expect(await status(one, { [CRL]: makeCrl(root, { listed: [one] }) })).toMatchObject({ status: 'revoked' });
    expect(await status(one, {})).toMatchObject({ status: 'unknown' });
  });

  test('is unknown where nobody answers', async () => {
    expect(await status(await withServices([ocsp()]), {})).toMatchObject({ status: 'unknown' });
    expect(await status(await withServices([crl()]), {})).toMatchObject({ status: 'unknown' });
  });

  test('is known from any address of a distribution point, and needs every point', async () => {
    const [ldap, http] = ['ldap://crl.example/', CRL];
    const alternatives = await withServices([new CRLDistributionPointsExtension([ldap, http])]);
    const addresses = (await status(alternatives, { [CRL]: makeCrl(root) })).asked;
    expect(addresses).toContain(ldap);
    const both = await withServices([twoPoints()]);
    expect(await status(both, { [CRL]: makeCrl(root) })).toMatchObject({ status: 'unknown', asked: [CRL, OTHER_CRL] });
    expect(await status(both, { [CRL]: makeCrl(root), [OTHER_CRL]: makeCrl(root) })).toMatchObject({ status: 'good' });
  });

  test('needs every point, however many there are', async () => {
    const points = Array.from({ length: 12 }, (_, number) => `http://crl.example/${number}`);
    const many = await withServices([new CRLDistributionPointsExtension(points)]);
    const answers = (last: Buffer) =>
      Object.fromEntries(points.map((point, number) => [point, number === 11 ? last : makeCrl(root)]));
    expect(await status(many, answers(makeCrl(root)))).toMatchObject({ status: 'good', asked: points });
    expect(await status(many, answers(makeCrl(root, { listed: [many] })))).toMatchObject({ status: 'revoked' });
    expect(await status(many, answers(Buffer.alloc(0)))).toMatchObject({ status: 'unknown' });
  });

  function twoPoints(): Extension {
    return new CRLDistributionPointsExtension([CRL, OTHER_CRL]);
  }
});
