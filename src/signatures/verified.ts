import type { UnavailableCause } from '../evidence/evidence.js';
import { optionalField } from '../lib/collections.js';
import type { Explanation } from '../lib/failure.js';
import type { RegistryError } from '../registry/image-source.js';
import type { SignatureErrorCode } from './signature-error.js';
import type { SignatureFacts, Signer } from './signer.js';

/** Which digest of an image something is about: the index's (its children are bound by their digests), or the platform's manifest. */
export type About = { readonly digest: string; readonly on: 'index' | 'platform' };

/** A signature over an image that verified against an authority of its allow entry. */
export interface VerifiedSignature extends SignatureFacts, About {
  /** The authority, as the policy's reader would recognize it. */
  readonly authority: string;
  /** Its place in the entry's list, so that two signatures by one authority count once. */
  readonly authorityIndex: number;
  readonly form: 'cosign signature' | 'Sigstore bundle' | 'Notary Project signature' | 'SLSA provenance';
  readonly place: string;
}

/** Something that was found and does not count, with the reason. */
export interface RejectedSignature {
  readonly place: string;
  readonly code: SignatureErrorCode;
  /** A clause that can follow "because". */
  readonly reason: string;
  /** Who signed, where the signature itself is sound. */
  readonly signedBy?: Signer;
  /** What could not be learned, where that is the reason: the signature may count once it can. */
  readonly incomplete?: Incomplete;
}

/** A place that could not be read: what was not found may be there. */
export interface Incomplete extends Explanation {
  readonly cause: UnavailableCause;
  /** The named limit that was passed, where the cause is one. */
  readonly limit?: string;
}

/** The value of the evidence `signatures`: everything found about an image's signatures, and what of it counts. */
export interface ImageSignatures {
  readonly verified: readonly VerifiedSignature[];
  readonly rejected: readonly RejectedSignature[];
  /** Forms that are there and not evaluated, by name. */
  readonly unsupported: readonly string[];
  readonly incomplete?: Incomplete;
  /** Who signed provenance of the image, which is no signature of it, in one line each. */
  readonly provenanceBy?: readonly string[];
  /** The image is pinned to a platform's manifest, and this index, which the tag names, is what was signed. */
  readonly signedIndex?: string;
  readonly roots: readonly UsedRoot[];
}

/** A Sigstore trusted root that signatures were evaluated by. */
export interface UsedRoot {
  /** For reports: where it is from; an embedded one's with its date. */
  readonly name: string;
  /** What to know about it. */
  readonly note?: string;
  /** Of an embedded one: the day it was taken. */
  readonly snapshot?: { readonly name: string; readonly date: string };
}

/** What a place that failed leaves open. */
export function toIncomplete({ code, message, fix, limit }: RegistryError): Incomplete {
  return { cause: code, message, fix, ...optionalField('limit', limit) };
}
