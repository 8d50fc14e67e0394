import type { X509Certificate } from '@sigstore/core';
import type { TrustMaterial } from '@sigstore/verify';

/**
 * The library builds every path anew for each signature, and verifies the certificates of the trusted root by each other
 * each time. A certificate and its issuer never change, so their answers are kept; what is verified stays the same.
 */

/** Keeps the answers about certificates of a root: each is verified by another of them once. */
export function rememberAuthorities({ certificateAuthorities, timestampAuthorities }: TrustMaterial): void {
  for (const authority of [...certificateAuthorities, ...timestampAuthorities])
    for (const certificate of authority.certChain) rememberCertificate(certificate);
}

/**
 * Keeps the answers about one certificate, for as long as the object lives: which issuers it verifies by, and the DER of
 * it and of its parts. Its copies, which the check of a certificate log changes, are read anew and keep nothing.
 */
export function rememberCertificate(certificate: X509Certificate): X509Certificate {
  const verify = certificate.verify.bind(certificate);
  const answers = new WeakMap<X509Certificate, boolean>();
  // Without an issuer a certificate is verified by itself.
  certificate.verify = (issuer = certificate) => {
    const answer = answers.get(issuer) ?? verify(issuer);
    answers.set(issuer, answer);
    return answer;
  };
  // The inner part first: the outer one is made of it.
  for (const part of [certificate.tbsCertificate, certificate.root]) {
    const der = part.toDER();
    part.toDER = () => der;
  }
  Object.defineProperty(certificate, 'publicKey', { value: certificate.publicKey });
  return certificate;
}
