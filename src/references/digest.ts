import { createHash, type Hash } from 'node:crypto';

/** A hash of the digest's own algorithm; `digest` has been checked with `isDigest`. */
export function hashFor(digest: string): Hash {
  return createHash(digest.slice(0, digest.indexOf(':')));
}

/** Whether `bytes` are the content that `digest` names. */
export function hashesTo(bytes: Uint8Array, digest: string): boolean {
  return digestOf(bytes, digest.slice(0, digest.indexOf(':'))) === digest;
}

/** The digest of `bytes`, `sha256:` unless reported otherwise. */
export function digestOf(bytes: Uint8Array, algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/**
 * The tag under which clients keep the list of what refers to a digest, where a registry has no referrers API.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
 */
export function referrersTag(digest: string): string {
  const [algorithm = '', hex = ''] = digest.split(':', 2);
  return `${algorithm.slice(0, 32)}-${hex.slice(0, 64)}`;
}
