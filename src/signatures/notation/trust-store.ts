import { err, ok, type Result } from '../../lib/result.js';
import { readPemCertificates } from '../pem.js';
import { type Certificate, readCertificate } from './certificate.js';
import { isIssuedBy } from './chain.js';

/** What a trust store's certificates vouch for. */
export const STORE_TYPES = ['ca', 'signingAuthority', 'tsa'] as const;
export type StoreType = (typeof STORE_TYPES)[number];

/**
 * Reads one file of a trust store: PEM certificates, or one in DER. Each must be an authority or self-signed; of the
 * type `tsa`, self-signed. Fails with a clause that can follow "because".
 *
 * @see https://github.com/notaryproject/specifications/blob/main/specs/trust-store-trust-policy.md#trust-store
 */
export function readStoreFile(bytes: Uint8Array, type: StoreType): Result<readonly Certificate[], string> {
  const text = Buffer.from(bytes).toString('latin1');
  const encoded = text.includes('-----BEGIN ') ? readPemCertificates(text) : ok([Buffer.from(bytes)]);
  if (!encoded.ok) return encoded;
  const certificates: Certificate[] = [];
  for (const der of encoded.value) {
    const read = readCertificate(der);
    if (!read.ok) return read;
    const certificate = read.value;
    const isSelfSigned = isIssuedBy(certificate, certificate);
    if (type === 'tsa' && !isSelfSigned) return err(`the certificate ${certificate.subject} is not a root certificate`);
    if (!isSelfSigned && certificate.constraints?.ca !== true)
      return err(`the certificate ${certificate.subject} is neither a CA certificate nor self-signed`);
    certificates.push(certificate);
  }
  return ok(certificates);
}

/** A certificate as PEM text. */
export function toPem({ der }: Certificate): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
