import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { err, ok, type Result } from '../result.js';

/** A PEM file with one key has a few hundred bytes; RSA 4096 has 800. */
const MAX_PEM_BYTES = 16 * 1024;

/** A public key's PEM text, and what to call it where it has no file name. */
export interface PublicKeyText {
  readonly pem: string;
  readonly name: string;
}

/** Reads a PEM text with one public key. Fails with a sentence; says so where it is a private key or a certificate. */
export function readPublicKey(source: Uint8Array | string): Result<PublicKeyText, string> {
  if (source.length > MAX_PEM_BYTES) return err(`it is larger than ${MAX_PEM_BYTES} bytes`);
  const pem = typeof source === 'string' ? source : new TextDecoder().decode(source);
  if (pem.includes('PRIVATE KEY-----')) {
    return err('it is a private key; give the public one, and consider the private one as published');
  }
  if (pem.includes('BEGIN CERTIFICATE-----')) return err('it is a certificate, not a public key');
  if (pem.split('-----BEGIN ').length !== 2) return err('it does not hold exactly one PEM block');
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    return err('it holds no public key in PEM form (-----BEGIN PUBLIC KEY-----)');
  }
  const fingerprint = createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
  return ok({ pem, name: `inline key sha256:${fingerprint.slice(0, 16)}` });
}
