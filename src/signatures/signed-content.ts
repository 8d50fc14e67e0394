import { createHash } from 'node:crypto';
import type { HashName } from './key.js';

/** What was signed: bytes as they are, or a DSSE envelope. @see https://github.com/secure-systems-lab/dsse/blob/master/envelope.md */
export type SignedContent =
  | {
      readonly kind: 'message';
      readonly message: Buffer;
      readonly signature: Buffer;
      /** The hash the signer says it signed with. */
      readonly hash?: HashName;
    }
  | {
      readonly kind: 'envelope';
      readonly payloadType: string;
      readonly payload: Buffer;
      readonly signature: Buffer;
      /** The envelope as it was stored, which an intoto 0.0.1 log entry hashes. */
      readonly stored?: Buffer;
    };

/** The bytes a signature is over: the message, or the envelope's pre-authentication encoding. */
export function signedBytes(content: SignedContent): Buffer {
  return content.kind === 'message' ? content.message : preAuthEncoding(content.payloadType, content.payload);
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
