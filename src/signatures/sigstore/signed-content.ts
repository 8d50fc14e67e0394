import type { KeyObject } from 'node:crypto';
import { createHash } from 'node:crypto';
import { type HashName, verifyWithKey } from '../key.js';
import { verifyDigestWithKey, verifyEd25519ph } from './prehashed.js';

/** What was signed: bytes as they are, bytes of which only the SHA-256 is at hand, or a DSSE envelope. @see https://github.com/secure-systems-lab/dsse/blob/master/envelope.md */
export type SignedContent =
  | {
      readonly kind: 'message';
      readonly message: Buffer;
      readonly signature: Buffer;
      /** The hash the signer says it signed with. */
      readonly hash?: HashName;
    }
  | { readonly kind: 'digest'; readonly digest: Buffer; readonly signature: Buffer }
  | {
      readonly kind: 'envelope';
      readonly payloadType: string;
      readonly payload: Buffer;
      readonly signature: Buffer;
      /** The envelope as it was stored, which an intoto 0.0.1 log entry hashes. */
      readonly stored?: Buffer;
    };

/** Whether the key made the signature over the content. */
export function isSignedBy(content: SignedContent, key: KeyObject): boolean {
  switch (content.kind) {
    case 'message':
      return (
        verifyWithKey(key, content.message, content.signature, content.hash) ||
        verifyEd25519ph(key, content.message, content.signature)
      );
    case 'digest':
      return verifyDigestWithKey(key, content.digest, content.signature);
    case 'envelope':
      return verifyWithKey(key, preAuthEncoding(content.payloadType, content.payload), content.signature);
  }
}

/** What a log may have recorded of a content: what the signature is over, an envelope's payload, or the envelope as stored. */
export type Logged = 'signed bytes' | 'payload' | 'stored envelope';

/** Whether `digest` is the hash of that part of the content; false where the content has no such part. */
export function hasDigest(content: SignedContent, part: Logged, digest: Uint8Array): boolean {
  switch (content.kind) {
    case 'message':
      return part === 'signed bytes' && isDigestOf(digest, content.message);
    case 'digest':
      return part === 'signed bytes' && content.digest.equals(digest);
    case 'envelope':
      if (part === 'payload') return isDigestOf(digest, content.payload);
      if (part === 'signed bytes') return isDigestOf(digest, preAuthEncoding(content.payloadType, content.payload));
      return content.stored !== undefined && isDigestOf(digest, content.stored);
  }
}

/** @see https://github.com/secure-systems-lab/dsse/blob/master/protocol.md#signature-definition */
export function preAuthEncoding(payloadType: string, payload: Buffer): Buffer {
  const type = Buffer.from(payloadType, 'utf8');
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${payload.length} `), payload]);
}

const HASH_OF_LENGTH: Readonly<Record<number, HashName>> = { 32: 'sha256', 48: 'sha384', 64: 'sha512' };

/** Whether `digest` is the SHA-2 hash of `bytes` of its own length. */
export function isDigestOf(digest: Uint8Array, bytes: Uint8Array): boolean {
  const hash = HASH_OF_LENGTH[digest.length];
  return hash !== undefined && createHash(hash).update(bytes).digest().equals(digest);
}
