import { err, ok, type Result } from '../lib/result.js';

const MAX_CERTIFICATES = 10;

/** The DER of every `CERTIFICATE` block of a PEM text, in order. Fails with a clause where there is none, or anything else. */
export function readPemCertificates(pem: string): Result<readonly Buffer[], string> {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) return err('it contains no PEM certificate');
  if (blocks.length > MAX_CERTIFICATES) return err(`it contains more than ${MAX_CERTIFICATES} certificates`);
  return ok(blocks.map((block) => Buffer.from(block.replaceAll(/-----[A-Z ]+-----/g, ''), 'base64')));
}
