import { createHash, type Hash } from 'node:crypto';

/** A hash of the digest's own algorithm; `digest` has been checked with `isDigest`. */
export function hashFor(digest: string): Hash {
  return createHash(digest.slice(0, digest.indexOf(':')));
}

/** Whether `bytes` are the content that `digest` names. */
export function hashesTo(bytes: Uint8Array, digest: string): boolean {
  return digestOf(bytes, digest.slice(0, digest.indexOf(':'))) === digest;
}

/** The digest of `bytes`, `sha256:` unless told otherwise. */
export function digestOf(bytes: Uint8Array, algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}
