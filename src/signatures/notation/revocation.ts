import type { FetchFromService } from '../format.js';
import type { Certificate } from './certificate.js';
import { type RevocationStatus, readCrlStatus } from './crl.js';
import { ocspRequest, readOcspStatus } from './ocsp.js';

const GOOD = { status: 'good' } as const;
const OCSP_TYPE = 'application/ocsp-request';

/**
 * Asks whether a certificate of a chain, leaf first, is revoked. Each is queried at its OCSP addresses, and at its CRL
 * addresses where those don't tell; one that names no address can't be revoked, and neither can the root.
 *
 * @see https://github.com/notaryproject/specifications/blob/main/specs/trust-store-trust-policy.md#certificate-revocation-evaluation
 */
export async function checkRevocation(
  chain: readonly Certificate[],
  fetch: FetchFromService,
  now: Date,
): Promise<RevocationStatus> {
  const statuses = await Promise.all(
    chain.map((certificate, index) => {
      const issuer = chain[index + 1];
      return issuer === undefined ? GOOD : checkCertificate(certificate, issuer, fetch, now);
    }),
  );
  return (
    statuses.find(({ status }) => status === 'revoked') ?? statuses.find(({ status }) => status === 'unknown') ?? GOOD
  );
}

async function checkCertificate(
  certificate: Certificate,
  issuer: Certificate,
  fetch: FetchFromService,
  now: Date,
): Promise<RevocationStatus> {
  let status: RevocationStatus = GOOD;
  for (const address of certificate.ocsp) {
    const response = await fetch(address, { type: OCSP_TYPE, body: ocspRequest(certificate, issuer) });
    status = response.ok
      ? readOcspStatus(response.value, certificate, issuer, now)
      : noResponse(address, response.error);
    if (status.status !== 'unknown') return status;
  }
  // Every point may hold another part of the list.
  for (const addresses of certificate.crls) {
    status = await checkPoint(addresses, certificate, issuer, fetch, now);
    if (status.status !== 'good') return status;
  }
  return status;
}

async function checkPoint(
  addresses: readonly string[],
  certificate: Certificate,
  issuer: Certificate,
  fetch: FetchFromService,
  now: Date,
): Promise<RevocationStatus> {
  let status: RevocationStatus = { status: 'unknown', reason: 'a CRL distribution point has no URL' };
  for (const address of addresses) {
    const response = await fetch(address);
    status = response.ok
      ? readCrlStatus(response.value, certificate, issuer, now)
      : noResponse(address, response.error);
    if (status.status !== 'unknown') return status;
  }
  return status;
}

function noResponse(address: string, reason: string): RevocationStatus {
  return { status: 'unknown', reason: `${address} ${reason}` };
}
