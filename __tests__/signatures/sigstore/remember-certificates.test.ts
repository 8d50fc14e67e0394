import { describe, expect, test } from '@jest/globals';
import { X509Certificate } from '@sigstore/core';
import { PUBLIC_GOOD_ROOT } from '../../../src/signatures/sigstore/public-good-root.js';
import { rememberCertificate } from '../../../src/signatures/sigstore/remember-certificates.js';

const { certificateAuthorities } = JSON.parse(PUBLIC_GOOD_ROOT.json);
const [INTERMEDIATE, ROOT]: readonly string[] = certificateAuthorities[1].certChain.certificates.map(
  ({ rawBytes }: { rawBytes: string }) => rawBytes,
);
const read = (base64 = '') => X509Certificate.parse(Buffer.from(base64, 'base64'));

/** The certificate with one bit of its signature turned over: all else, names and keys too, is the same. */
function forged(base64 = ''): X509Certificate {
  const der = Buffer.from(base64, 'base64');
  der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1);
  return X509Certificate.parse(der);
}

describe('what is kept about a certificate', () => {
  test('answers each issuer for itself, however often and in whatever order they are asked', () => {
    const certificate = rememberCertificate(read(INTERMEDIATE));
    const [issuer, other] = [read(ROOT), read(INTERMEDIATE)];
    for (let round = 0; round < 2; round++) {
      expect(certificate.verify(issuer)).toBe(true);
      expect(certificate.verify(other)).toBe(false);
      expect(certificate.verify()).toBe(false);
    }
  });

  test('is not the answer about a certificate with the same names and keys', () => {
    const issuer = rememberCertificate(read(ROOT));
    expect(rememberCertificate(read(INTERMEDIATE)).verify(issuer)).toBe(true);
    expect(rememberCertificate(forged(INTERMEDIATE)).verify(issuer)).toBe(false);
    expect(issuer.verify()).toBe(true);
    expect(rememberCertificate(forged(ROOT)).verify()).toBe(false);
  });

  test('does not go over to a copy that is changed, as the check of a certificate log makes one', () => {
    const [certificate, issuer] = [rememberCertificate(read(INTERMEDIATE)), read(ROOT)];
    expect(certificate.verify(issuer)).toBe(true);
    const copy = certificate.clone();
    copy.extensions.splice(0, 1);
    expect(copy.verify(issuer)).toBe(false);
    expect(copy.equals(certificate)).toBe(false);
    expect(certificate.equals(read(INTERMEDIATE))).toBe(true);
    expect(certificate.verify(issuer)).toBe(true);
  });
});
