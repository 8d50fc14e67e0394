import { constants, createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import { SubjectPublicKeyInfo } from '@peculiar/asn1-x509';
import { err, ok, type Result } from '../lib/result.js';

/** A public key that may verify: ECDSA on the three NIST curves, Ed25519, RSA of 2048 to 4096 bits. */
export interface SigningKey {
  readonly object: KeyObject;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Buffer;
  /** `ECDSA P-256`, `Ed25519`, `RSA 3072`. */
  readonly description: string;
  /** `sha256:` of the key's plain SubjectPublicKeyInfo: the same however `spki` encodes it. */
  readonly fingerprint: string;
}

export type HashName = 'sha256' | 'sha384' | 'sha512';

const CURVES: Readonly<Record<string, { readonly name: string; readonly hash: HashName }>> = {
  prime256v1: { name: 'P-256', hash: 'sha256' },
  secp384r1: { name: 'P-384', hash: 'sha384' },
  secp521r1: { name: 'P-521', hash: 'sha512' },
};
const RSA_BITS = { least: 2048, most: 4096 };
const MAX_PEM_LENGTH = 16 * 1024;
const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]+)-----END \1-----/g;

/**
 * Reads the one public key of a PEM text (`PUBLIC KEY` or `RSA PUBLIC KEY`). Text around the block is allowed, since
 * publishers put comments there; a second block is not. Fails with a clause that names what was found instead.
 */
export function readPublicKey(pem: string): Result<SigningKey, string> {
  if (pem.length > MAX_PEM_LENGTH) return err(`it is longer than ${MAX_PEM_LENGTH} characters`);
  const blocks = [...pem.matchAll(BLOCK)];
  const [block] = blocks;
  if (block === undefined) return err('it has no PEM block such as -----BEGIN PUBLIC KEY-----');
  if (blocks.length > 1) return err(`it has ${blocks.length} PEM blocks; expected one public key`);
  const [text, label = ''] = block;
  if (label.includes('PRIVATE KEY')) return err('it is a private key; a policy may contain only the public key');
  if (label !== 'PUBLIC KEY' && label !== 'RSA PUBLIC KEY') return err(`it is a "${label}"; expected a "PUBLIC KEY"`);
  try {
    return toSigningKey(createPublicKey(text));
  } catch {
    return err('its PEM block is not a public key');
  }
}

/** Reads a key from its SubjectPublicKeyInfo. Fails as `readPublicKey` does. */
export function toSigningKey(object: KeyObject): Result<SigningKey, string> {
  const description = describeKey(object);
  if (!description.ok) return description;
  const spki = object.export({ type: 'spki', format: 'der' });
  return ok({ object, spki, description: description.value, fingerprint: keyFingerprint(object) });
}

/**
 * `sha256:` of a public key as OpenSSL writes it plainly: points uncompressed, RSA without parameters. One key has many
 * encodings, and its holder counts once. Throws for a key of a type that `toSigningKey` refuses.
 */
export function keyFingerprint(object: KeyObject): string {
  const key = object.asymmetricKeyType === 'rsa-pss' ? withoutParameters(object) : object;
  const plain = createPublicKey({ key: key.export({ format: 'jwk' }), format: 'jwk' });
  const spki = plain.export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(spki).digest('hex')}`;
}

/** The RSA key in a key for RSASSA-PSS alone. @see https://www.rfc-editor.org/rfc/rfc4055#section-1.2 */
function withoutParameters(object: KeyObject): KeyObject {
  const spki = AsnConvert.parse(object.export({ type: 'spki', format: 'der' }), SubjectPublicKeyInfo);
  return createPublicKey({ key: Buffer.from(spki.subjectPublicKey), format: 'der', type: 'pkcs1' });
}

function describeKey(object: KeyObject): Result<string, string> {
  const details = object.asymmetricKeyDetails;
  switch (object.asymmetricKeyType) {
    case 'ed25519':
      return ok('Ed25519');
    case 'ec': {
      const curve = CURVES[details?.namedCurve ?? ''];
      return curve === undefined
        ? err(`its curve ${details?.namedCurve ?? '(unnamed)'} is not one of P-256, P-384, P-521`)
        : ok(`ECDSA ${curve.name}`);
    }
    case 'rsa':
    case 'rsa-pss': {
      const bits = details?.modulusLength ?? 0;
      const name = object.asymmetricKeyType === 'rsa' ? 'RSA' : 'RSA-PSS';
      return bits >= RSA_BITS.least && bits <= RSA_BITS.most
        ? ok(`${name} ${bits}`)
        : err(`it is ${name} with ${bits} bits; expected ${RSA_BITS.least} to ${RSA_BITS.most}`);
    }
    default:
      return err(`its type ${object.asymmetricKeyType ?? '(unnamed)'} is not one of ECDSA P-256/384/521, Ed25519, RSA`);
  }
}

/**
 * Whether `signature` is the key's over `data`. ECDSA signatures are DER. Signers disagree about the hash (cosign
 * hashes with SHA-256 for every curve, newer clients with the curve's own), so both are tried, unless `hash` shows.
 * RSA is tried with PKCS#1 v1.5 and PSS. A signature that can't be decoded is a false one.
 *
 * @see https://github.com/sigstore/architecture-docs/blob/main/algorithm-registry.md
 */
export function verifyWithKey(key: KeyObject, data: Uint8Array, signature: Uint8Array, hash?: HashName): boolean {
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return verifies(null, data, { key }, signature);
    case 'ec': {
      const own = CURVES[key.asymmetricKeyDetails?.namedCurve ?? '']?.hash;
      if (own === undefined) return false;
      const hashes = hash === undefined ? new Set<HashName>(['sha256', own]) : [hash];
      return [...hashes].some((name) => verifies(name, data, { key, dsaEncoding: 'der' }, signature));
    }
    case 'rsa':
      return rsaHashes(hash).some(
        (name) =>
          verifies(name, data, { key, padding: constants.RSA_PKCS1_PADDING }, signature) ||
          verifiesPss(name, data, key, signature),
      );
    case 'rsa-pss':
      return rsaHashes(hash).some((name) => verifiesPss(name, data, key, signature));
    default:
      return false;
  }
}

function rsaHashes(hash: HashName | undefined): readonly HashName[] {
  return hash === undefined ? ['sha256', 'sha384', 'sha512'] : [hash];
}

function verifiesPss(hash: HashName, data: Uint8Array, key: KeyObject, signature: Uint8Array): boolean {
  const saltLength = constants.RSA_PSS_SALTLEN_AUTO;
  return verifies(hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature);
}

function verifies(
  hash: HashName | null,
  data: Uint8Array,
  key: Parameters<typeof verify>[2],
  signature: Uint8Array,
): boolean {
  try {
    return verify(hash, data, key, signature);
  } catch {
    // OpenSSL throws for a signature that is not DER, or a PSS key that forbids the hash: no signature of this key.
    return false;
  }
}
