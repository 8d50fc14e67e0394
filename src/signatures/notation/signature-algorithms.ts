import { constants, type KeyObject, verify } from 'node:crypto';
import type { AlgorithmIdentifier } from '@peculiar/asn1-x509';

/** How a signature inside an ASN.1 structure is made: SHA-2 with RSA, ECDSA or RSA-PSS, or Ed25519. */
export interface StructureAlgorithm {
  readonly key: 'rsa' | 'ec' | 'ed25519';
  readonly hash: 'sha256' | 'sha384' | 'sha512' | null;
  readonly isPss: boolean;
}

/** @see https://pkg.go.dev/crypto/x509#SignatureAlgorithm */
const ALGORITHMS: ReadonlyMap<string, StructureAlgorithm> = new Map([
  ['1.2.840.113549.1.1.11', { key: 'rsa', hash: 'sha256', isPss: false }],
  ['1.2.840.113549.1.1.12', { key: 'rsa', hash: 'sha384', isPss: false }],
  ['1.2.840.113549.1.1.13', { key: 'rsa', hash: 'sha512', isPss: false }],
  ['1.2.840.10045.4.3.2', { key: 'ec', hash: 'sha256', isPss: false }],
  ['1.2.840.10045.4.3.3', { key: 'ec', hash: 'sha384', isPss: false }],
  ['1.2.840.10045.4.3.4', { key: 'ec', hash: 'sha512', isPss: false }],
  ['1.3.101.112', { key: 'ed25519', hash: null, isPss: false }],
]);
const RSA_PSS = '1.2.840.113549.1.1.10';
/** The DER of RSA-PSS parameters with one hash for the message and MGF1, and a salt as long as it (RFC 4055, section 3). */
const PSS_ALGORITHMS: ReadonlyMap<string, StructureAlgorithm> = new Map(
  (
    [
      ['sha256', '01', '20'],
      ['sha384', '02', '30'],
      ['sha512', '03', '40'],
    ] as const
  ).map(([hash, arc, salt]) => {
    const identifier = `300d06096086480165030402${arc}0500`;
    const parameters = `3034a00f${identifier}a11c301a06092a864886f70d010108${identifier}a2030201${salt}`;
    return [parameters, { key: 'rsa', hash, isPss: true }];
  }),
);

/** The algorithm of an ASN.1 identifier; undefined for those that are not used, such as every one with SHA-1. */
export function findAlgorithm({
  algorithm,
  parameters,
}: Pick<AlgorithmIdentifier, 'algorithm' | 'parameters'>): StructureAlgorithm | undefined {
  if (algorithm !== RSA_PSS) return ALGORITHMS.get(algorithm);
  return PSS_ALGORITHMS.get(Buffer.from(parameters ?? new ArrayBuffer(0)).toString('hex'));
}

/** Whether a key signed the bytes of a structure with an algorithm. Keys of another kind never did. */
export function isSignedWith(
  algorithm: StructureAlgorithm | undefined,
  key: KeyObject,
  signed: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (algorithm === undefined || key.asymmetricKeyType !== algorithm.key) return false;
  const padded = algorithm.isPss
    ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : key;
  return verify(algorithm.hash, signed, padded, signature);
}
