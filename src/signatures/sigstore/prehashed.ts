import { constants, type KeyObject, publicDecrypt } from 'node:crypto';
import type { ECDSA } from '@noble/curves/abstract/weierstrass.js';
import { ed25519ph } from '@noble/curves/ed25519.js';
import { p256, p384 } from '@noble/curves/nist.js';

/**
 * Verification of a signature over a SHA-256 digest, where the signed bytes are not at hand: what `verify-bundle` is
 * called with a digest in place of a file. node:crypto hashes what it is given, and offers no way to skip that for ECDSA.
 *
 * @see https://csrc.nist.gov/pubs/fips/186-5/final section 6.4.2
 */
export function verifyDigestWithKey(key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  try {
    if (key.asymmetricKeyType === 'ec') return verifyEcdsa(key, digest, signature);
    return key.asymmetricKeyType === 'rsa' && verifyPkcs1(key, digest, signature);
  } catch {
    // What can't be decoded is no signature of this key.
    return false;
  }
}

/**
 * Whether an Ed25519 key made the signature over the SHA-512 of the message, which node:crypto does not offer. cosign
 * signs so with Ed25519 keys unless plain Ed25519 is requested.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8032#section-5.1 Ed25519ph, with an empty context
 */
export function verifyEd25519ph(key: KeyObject, message: Uint8Array, signature: Uint8Array): boolean {
  if (key.asymmetricKeyType !== 'ed25519') return false;
  try {
    const { x = '' } = key.export({ format: 'jwk' });
    return ed25519ph.verify(signature, message, Buffer.from(x, 'base64url'), { zip215: false });
  } catch {
    // What can't be decoded is no signature of this key.
    return false;
  }
}

/** DigestInfo of SHA-256 up to its digest. @see https://www.rfc-editor.org/rfc/rfc8017#section-9.2 note 1 */
const SHA256_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

function verifyPkcs1(key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  const signed = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
  return signed.equals(Buffer.concat([SHA256_INFO, digest]));
}

/** How a point begins of which both coordinates follow. @see https://www.secg.org/sec1-v2.pdf section 2.3.3 */
const UNCOMPRESSED = 4;

const CURVES: ReadonlyMap<string, ECDSA> = new Map([
  ['P-256', p256],
  ['P-384', p384],
]);

function verifyEcdsa(key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  const { crv = '', x = '', y = '' } = key.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.of(UNCOMPRESSED), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  // Either of the two values of s is a signature, as it is to OpenSSL, and as cosign makes them.
  return CURVES.get(crv)?.verify(signature, digest, point, { prehash: false, lowS: false, format: 'der' }) ?? false;
}
