import { AsnConvert } from '@peculiar/asn1-schema';
import { CertificateList, CRLReason, CRLReasons, IssuingDistributionPoint, KeyUsageFlags } from '@peculiar/asn1-x509';
import { type Certificate, maySign, parseAsn1 } from './certificate.js';
import { findAlgorithm, isSignedWith } from './signature-algorithms.js';

/** What is known of one certificate or a chain of them. Reasons are clauses that can follow "because". */
export type RevocationStatus =
  | { readonly status: 'good' }
  | { readonly status: 'revoked'; readonly reason: string }
  | { readonly status: 'unknown'; readonly reason: string };

/** What one list may hold; a larger one leaves the status unknown. A run reads no more than its limit `revocation-bytes`. */
const CRL_LIMITS = { bytes: 32 * 1024 * 1024, nodes: 1_000_000 } as const;
const OID = {
  reasonCode: '2.5.29.21',
  deltaCrlIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  freshestCrl: '2.5.29.46',
} as const;

/**
 * Reads a certificate's status from its issuer's list (RFC 5280, section 6.3). Lists that are signed by another, outdated,
 * partial, indirect, or completed by lists of changes leave it unknown.
 */
export function readCrlStatus(
  bytes: Uint8Array,
  certificate: Certificate,
  issuer: Certificate,
  now: Date,
): RevocationStatus {
  const unknown = (reason: string): RevocationStatus => ({ status: 'unknown', reason: `the CRL ${reason}` });
  if (bytes.length > CRL_LIMITS.bytes) return unknown(`is larger than ${CRL_LIMITS.bytes} bytes`);
  try {
    const list = parseAsn1(bytes, CertificateList, { maxNodes: CRL_LIMITS.nodes });
    const fault = faultOf(list, certificate, issuer, now);
    if (fault !== undefined) return unknown(fault);
    const entries = (list.tbsCertList.revokedCertificates ?? []).filter(({ userCertificate }) =>
      Buffer.from(userCertificate).equals(certificate.serial),
    );
    for (const { revocationDate, crlEntryExtensions = [] } of entries) {
      const other = crlEntryExtensions.find(({ critical, extnID }) => critical && extnID !== OID.reasonCode);
      if (other !== undefined) return unknown(`has an entry with the critical extension ${other.extnID}`);
      const reason = crlEntryExtensions.find(({ extnID }) => extnID === OID.reasonCode);
      const code = reason === undefined ? undefined : parseAsn1(reason.extnValue.buffer, CRLReason).reason;
      if (code === CRLReasons.removeFromCRL) continue;
      const since = revocationDate.getTime().toISOString();
      return {
        status: 'revoked',
        reason: `its issuer's CRL lists the certificate ${certificate.subject} since ${since}`,
      };
    }
    return { status: 'good' };
  } catch {
    return unknown('is malformed');
  }
}

/** Why a list says nothing about the certificate. */
function faultOf(list: CertificateList, certificate: Certificate, issuer: Certificate, now: Date): string | undefined {
  const { tbsCertList: content, tbsCertListRaw: raw, signatureAlgorithm, signature } = list;
  if (!Buffer.from(AsnConvert.serialize(content.issuer)).equals(issuer.subjectDer)) return 'is from a different issuer';
  if (!maySign(issuer, KeyUsageFlags.cRLSign)) return 'is signed by a certificate without the key usage cRLSign';
  if (
    raw === undefined ||
    !isSignedWith(findAlgorithm(signatureAlgorithm), issuer.key, Buffer.from(raw), Buffer.from(signature))
  )
    return "is not signed by the certificate's issuer";
  if (content.thisUpdate.getTime() > now) return 'is not valid yet';
  if (content.nextUpdate === undefined || content.nextUpdate.getTime() < now) return 'is outdated';
  const extensions = content.crlExtensions ?? [];
  if (certificate.hasFreshestCrl || extensions.some(({ extnID }) => extnID === OID.freshestCrl))
    return 'has a delta CRL, which is not supported';
  if (extensions.some(({ extnID }) => extnID === OID.deltaCrlIndicator))
    return 'is a delta CRL, which is not supported';
  const unread = extensions.find(({ critical, extnID }) => critical && extnID !== OID.issuingDistributionPoint);
  if (unread !== undefined) return `has the critical extension ${unread.extnID}, which is not supported`;
  const point = extensions.find(({ extnID }) => extnID === OID.issuingDistributionPoint);
  if (point === undefined) return undefined;
  const scope = parseAsn1(point.extnValue.buffer, IssuingDistributionPoint);
  const isAuthority = certificate.constraints?.ca === true;
  const isElsewhere =
    scope.indirectCRL ||
    scope.onlySomeReasons !== undefined ||
    scope.onlyContainsAttributeCerts ||
    (isAuthority ? scope.onlyContainsUserCerts : scope.onlyContainsCACerts);
  return isElsewhere ? 'does not cover all revocations of such a certificate' : undefined;
}
