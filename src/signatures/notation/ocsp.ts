import { createHash } from 'node:crypto';
import {
  BasicOCSPResponse,
  CertID,
  id_pkix_ocsp_basic,
  OCSPRequest,
  OCSPResponse,
  OCSPResponseStatus,
  Request,
  type SingleResponse,
  TBSRequest,
} from '@peculiar/asn1-ocsp';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';
import { type Certificate, parseAsn1, readCertificate } from './certificate.js';
import { invalidDuring, isIssuedBy, PURPOSE } from './chain.js';
import type { RevocationStatus } from './crl.js';
import { findAlgorithm, isSignedWith } from './signature-algorithms.js';

const OCSP_LIMITS = { bytes: 64 * 1024, responders: 4 } as const;
/** It only names the certificate: responders are bound to know no other hash (RFC 5019, section 2.1.1). */
const SHA_1 = '1.3.14.3.2.26';

/** The DER of a request for one certificate's status (RFC 6960, section 4.1). */
export function ocspRequest(certificate: Certificate, issuer: Certificate): Buffer {
  const reqCert = certificateId(certificate, issuer);
  const tbsRequest = new TBSRequest({ requestList: [new Request({ reqCert })] });
  return Buffer.from(AsnConvert.serialize(new OCSPRequest({ tbsRequest })));
}

function certificateId(certificate: Certificate, issuer: Certificate): CertID {
  const sha1 = (bytes: Buffer) => new OctetString(createHash('sha1').update(bytes).digest());
  return new CertID({
    hashAlgorithm: new AlgorithmIdentifier({ algorithm: SHA_1, parameters: null }),
    issuerNameHash: sha1(issuer.subjectDer),
    issuerKeyHash: sha1(issuer.keyBits),
    serialNumber: Uint8Array.from(certificate.serial).buffer,
  });
}

/**
 * Reads a certificate's status from a responder's answer: signed by the issuer, or by a responder that the issuer
 * certified for it, and current. Anything else leaves it unknown.
 */
export function readOcspStatus(
  bytes: Uint8Array,
  certificate: Certificate,
  issuer: Certificate,
  now: Date,
): RevocationStatus {
  const unknown = (reason: string): RevocationStatus => ({ status: 'unknown', reason: `the OCSP response ${reason}` });
  if (bytes.length > OCSP_LIMITS.bytes) return unknown(`is larger than ${OCSP_LIMITS.bytes} bytes`);
  try {
    const { responseStatus, responseBytes } = parseAsn1(bytes, OCSPResponse);
    if (responseStatus !== OCSPResponseStatus.successful || responseBytes?.responseType !== id_pkix_ocsp_basic)
      return unknown('is an error response');
    const response = parseAsn1(responseBytes.response.buffer, BasicOCSPResponse);
    if (!isByResponder(response, issuer, now)) return unknown("is not signed by the issuer's responder");
    const { responses, responseExtensions = [] } = response.tbsResponseData;
    const wanted = certificateId(certificate, issuer);
    const single = responses.find(({ certID }) => isSameId(certID, wanted));
    if (single === undefined) return unknown('is for another certificate');
    const critical = [...responseExtensions, ...(single.singleExtensions ?? [])].find((one) => one.critical);
    if (critical !== undefined) return unknown(`has the critical extension ${critical.extnID}, which is not supported`);
    if (single.thisUpdate > now) return unknown('is not valid yet');
    if (single.nextUpdate === undefined || single.nextUpdate < now) return unknown('is outdated');
    return statusOf(single, certificate) ?? unknown('has the status "unknown" for the certificate');
  } catch {
    return unknown('is malformed');
  }
}

function statusOf({ certStatus }: SingleResponse, { subject }: Certificate): RevocationStatus | undefined {
  if (certStatus.revoked !== undefined) {
    const since = certStatus.revoked.revocationTime.toISOString();
    return { status: 'revoked', reason: `its issuer revoked the certificate ${subject} at ${since}` };
  }
  return certStatus.good === null ? { status: 'good' } : undefined;
}

function isByResponder(response: BasicOCSPResponse, issuer: Certificate, now: Date): boolean {
  const { tbsResponseDataRaw: raw, signatureAlgorithm, signature, certs = [] } = response;
  if (raw === undefined) return false;
  const algorithm = findAlgorithm(signatureAlgorithm);
  const delegates = certs.slice(0, OCSP_LIMITS.responders).flatMap((one) => {
    const read = readCertificate(Buffer.from(AsnConvert.serialize(one)));
    return read.ok && mayRespond(read.value, issuer, now) ? [read.value] : [];
  });
  return [issuer, ...delegates].some(({ key }) =>
    isSignedWith(algorithm, key, Buffer.from(raw), Buffer.from(signature)),
  );
}

/** RFC 6960, section 4.2.2.2: certified for it by the very issuer. */
function mayRespond(responder: Certificate, issuer: Certificate, now: Date): boolean {
  return (
    responder.isSoundlySigned &&
    isIssuedBy(responder, issuer) &&
    responder.extendedKeyUsage?.purposes.includes(PURPOSE.ocspSigning) === true &&
    invalidDuring([responder], now, now) === undefined
  );
}

function isSameId(one: CertID, other: CertID): boolean {
  const bytes = (id: CertID) =>
    [id.issuerNameHash.buffer, id.issuerKeyHash.buffer, id.serialNumber].map((part) => Buffer.from(part));
  const [left, right] = [bytes(one), bytes(other)];
  return (
    one.hashAlgorithm.algorithm === other.hashAlgorithm.algorithm &&
    left.every((part, index) => right[index]?.equals(part) === true)
  );
}
