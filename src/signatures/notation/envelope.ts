import { constants, verify } from 'node:crypto';
import { optionalField } from '../../lib/collections.js';
import type { Result } from '../../lib/result.js';
import type { Certificate } from './certificate.js';
import { type SignatureAlgorithm, signatureAlgorithmOf } from './chain.js';
import { type NotationRefusal, refuse } from './refusal.js';

/** A signature envelope as read: nothing in it is proven yet. */
export interface Envelope {
  readonly form: 'JWS' | 'COSE';
  /** As the envelope names it; it may be none that the specification knows. */
  readonly algorithm: string;
  readonly contentType: string;
  readonly payload: Buffer;
  /** The bytes that the signature is over. */
  readonly signedBytes: Buffer;
  readonly signature: Buffer;
  /** DER, the signer's first. */
  readonly chain: readonly Buffer[];
  readonly attributes: SignedAttributes;
  /** An RFC 3161 token; unsigned, and proven by its own signature. */
  readonly timestamp?: Buffer;
}

export type SigningScheme = 'notary.x509' | 'notary.x509.signingAuthority';

/** What the signer vouches for besides the payload. */
export interface SignedAttributes {
  readonly scheme: SigningScheme;
  /** Under `notary.x509` the signer's own word; under the signing authority's scheme the authentic time. */
  readonly signingTime: Date;
  readonly expiry?: Date;
  readonly plugin?: string;
  /** Critical attributes that are not known here. */
  readonly unknownCritical: readonly string[];
}

export const PAYLOAD_TYPE = 'application/vnd.cncf.notary.payload.v1+json';

export const ATTRIBUTE = {
  scheme: 'io.cncf.notary.signingScheme',
  signingTime: 'io.cncf.notary.signingTime',
  authenticSigningTime: 'io.cncf.notary.authenticSigningTime',
  expiry: 'io.cncf.notary.expiry',
  plugin: 'io.cncf.notary.verificationPlugin',
  pluginVersion: 'io.cncf.notary.verificationPluginMinVersion',
  timestamp: 'io.cncf.notary.timestampSignature',
} as const;

/** Those that are understood where they are signed: the timestamp is over the signature, and has no place in it. */
const SIGNED: ReadonlySet<string> = new Set(Object.values(ATTRIBUTE).filter((name) => name !== ATTRIBUTE.timestamp));

/** The protected header of either form, its values read. */
export interface ProtectedHeader {
  readonly scheme: unknown;
  readonly signingTime: Date | undefined;
  readonly authenticSigningTime: Date | undefined;
  readonly expiry: Date | undefined;
  readonly plugin: unknown;
  readonly critical: readonly string[];
  readonly has: (name: string) => boolean;
}

/**
 * Checks the signed attributes that both forms share: the scheme, the times it asks for and no others, and which
 * attributes are critical.
 *
 * @see https://github.com/notaryproject/specifications/blob/main/specs/signature-specification.md#signed-attributes
 */
export function checkAttributes(header: ProtectedHeader): Result<SignedAttributes, NotationRefusal> {
  const { scheme, critical, expiry, plugin } = header;
  if (scheme !== 'notary.x509' && scheme !== 'notary.x509.signingAuthority')
    return refuse('envelope', 'it names no known signing scheme');
  const [own, other] =
    scheme === 'notary.x509'
      ? (['signingTime', 'authenticSigningTime'] as const)
      : (['authenticSigningTime', 'signingTime'] as const);
  const signingTime = header[own];
  if (signingTime === undefined) return refuse('envelope', `it has no ${own}, which the scheme ${scheme} requires`);
  if (header[other] !== undefined)
    return refuse('envelope', `it has ${other}, which the scheme ${scheme} does not allow`);
  if (expiry !== undefined && expiry <= signingTime) return refuse('envelope', 'it expired before it was signed');
  if (plugin !== undefined && (typeof plugin !== 'string' || plugin.trim() === ''))
    return refuse('envelope', 'its verification plugin is malformed');
  const required = [
    ATTRIBUTE.scheme,
    ...(expiry === undefined ? [] : [ATTRIBUTE.expiry]),
    ...(own === 'authenticSigningTime' ? [ATTRIBUTE.authenticSigningTime] : []),
  ];
  const unmarked = required.find((name) => !critical.includes(name));
  if (unmarked !== undefined) return refuse('envelope', `it does not mark ${unmarked} as critical`);
  if (new Set(critical).size < critical.length) return refuse('envelope', 'it marks an attribute as critical twice');
  const absent = critical.find((name) => !header.has(name));
  if (absent !== undefined) return refuse('envelope', `it marks ${absent} as critical but does not have it`);
  return {
    ok: true,
    value: {
      scheme,
      signingTime,
      ...optionalField('expiry', expiry),
      ...optionalField('plugin', plugin),
      unknownCritical: critical.filter((name) => !SIGNED.has(name)),
    },
  };
}

const HASHES: Readonly<Record<SignatureAlgorithm, 'sha256' | 'sha384' | 'sha512'>> = {
  PS256: 'sha256',
  PS384: 'sha384',
  PS512: 'sha512',
  ES256: 'sha256',
  ES384: 'sha384',
  ES512: 'sha512',
};

/** Checks that the leaf's key signed the envelope, with the one algorithm that its kind and size allow. */
export function checkSignature(envelope: Envelope, leaf: Certificate): Result<true, NotationRefusal> {
  const expected = signatureAlgorithmOf(leaf);
  if (expected === undefined)
    return refuse('algorithm', `the key of ${leaf.subject} has a type or size that the specification does not allow`);
  if (envelope.algorithm !== expected)
    return refuse(
      'algorithm',
      `it is signed with ${envelope.algorithm}, but the key of ${leaf.subject} requires ${expected}`,
    );
  const key = expected.startsWith('PS')
    ? { key: leaf.key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { key: leaf.key, dsaEncoding: 'ieee-p1363' as const };
  return verify(HASHES[expected], envelope.signedBytes, key, envelope.signature)
    ? { ok: true, value: true }
    : refuse('integrity', `the signature does not verify with the key of ${leaf.subject}`);
}
