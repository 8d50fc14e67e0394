import type { SignatureFacts } from './signer.js';
import type { About, Incomplete, RejectedSignature } from './verified.js';

/**
 * An in-toto statement whose signature verified against an authority, and whose subject is a digest of the image.
 * The predicate is still what its author wrote: `unknown` until a reader of its type has parsed it.
 *
 * @see https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
 */
export interface Statement extends SignatureFacts, About {
  /** The signed type; annotations are never asked. */
  readonly predicateType: string;
  readonly predicate: unknown;
  readonly authority: string;
  readonly authorityIndex: number;
  readonly form: 'cosign attestation' | 'sigstore bundle';
  readonly place: string;
  /** `sha256:` of the signed payload, for caching what is derived from it. */
  readonly payloadDigest: string;
}

/**
 * An in-toto document that nobody signed, such as BuildKit's attestation manifests: never called a statement.
 * It is bound to the image only as far as the index that lists it is.
 */
export interface UnsignedStatement extends About {
  readonly predicateType: string;
  readonly predicate: unknown;
  readonly place: string;
  readonly payloadDigest: string;
}

/** The value of the evidence `statements`. */
export interface ImageStatements {
  readonly verified: readonly Statement[];
  readonly unsigned: readonly UnsignedStatement[];
  readonly rejected: readonly RejectedSignature[];
  readonly unsupported: readonly string[];
  /** Set where some place could not be read: then a missing statement is `unavailable`, not `absent`. */
  readonly incomplete?: Incomplete;
  readonly trustedRoot?: string;
  readonly notes: readonly string[];
}
