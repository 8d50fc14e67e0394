import type { Result } from '../lib/result.js';
import type { Authority } from '../policy/policy.js';
import type { FetchedManifest } from '../registry/image-source.js';
import type { Descriptor } from '../registry/manifest/manifest.js';
import type { SignatureError } from './signature-error.js';
import type { SignatureFacts } from './signer.js';
import type { SigstoreInstance, TrustedRoot } from './sigstore/trusted-root.js';
import type { About, Incomplete, RejectedSignature, VerifiedSignature } from './verified.js';

/**
 * A way in which images are signed. The rest of the program knows none of them: a further format is an object of this
 * shape, and its line among the formats that discovery looks for.
 */
export interface SignatureFormat {
  /** Whether a referrer that is listed with this artifact type may be of the format; registries may list the config's type. */
  mayHold(artifactType: string): boolean;
  /** The signatures in a manifest; none where it is of another format. */
  discover(artifact: SignatureArtifact): Promise<Discovered>;
}

/** A manifest in which signatures of a digest may be. */
export interface SignatureArtifact {
  readonly fetched: FetchedManifest;
  /** The digest that the signatures claim to cover. */
  readonly digest: string;
  readonly place: string;
  /** A layer's bytes, within the limits of the place; fails where they are unavailable. */
  readonly read: (layer: Descriptor) => Promise<Result<Uint8Array, Discovered>>;
}

export interface Discovered {
  readonly found: readonly Found[];
  readonly failures: readonly Incomplete[];
  /** Forms that are known and not evaluated, by name. */
  readonly unsupported: readonly string[];
}

/** Something that may be a signature, unproven until it is verified. */
export interface Found {
  readonly place: string;
  /** Verifies it against the authorities of an allow entry. */
  verify(query: SignatureQuery): Promise<SignatureEvaluation>;
}

/** What verifying needs to know. */
export interface SignatureQuery {
  readonly authorities: readonly Authority[];
  readonly about: About;
  readonly now: Date;
  /** The run's Sigstore root; null where no authority needs one or it can't be read. */
  readonly sigstoreRoot: (instance?: SigstoreInstance) => Promise<TrustedRoot | null>;
  /** The manifest that the signature claims to cover. */
  readonly target: () => Promise<Result<FetchedManifest, Incomplete>>;
  /** Asks a revocation service (OCSP, CRL) of the public internet. Fails with a clause that says why there is no answer. */
  readonly fetchRevocation: FetchFromService;
  /** Whether revocation services can't be queried. */
  readonly offline: boolean;
}

/** Asks a service of the public internet by its address. Fails with a clause that follows the address. */
export type FetchFromService = (
  address: string,
  post?: { readonly type: string; readonly body: Uint8Array },
) => Promise<Result<Uint8Array, string>>;

/** Who made a sound signature, as one authority of the entry. */
export interface Approval extends SignatureFacts {
  readonly authority: string;
  readonly authorityIndex: number;
}

/** A signed in-toto envelope. */
export interface SignedStatement {
  readonly payloadType: string;
  readonly payload: Buffer;
  readonly form: 'Sigstore bundle' | 'cosign attestation';
}

/** What came of one found thing: approvals by authorities and what they are over, or why it does not count. */
export type SignatureEvaluation =
  | {
      readonly approvals: readonly [Approval, ...Approval[]];
      /** The form where it signs this image, null where it signs something else on purpose; an error where it is over another image. */
      readonly signs: Result<VerifiedSignature['form'] | null, SignatureError>;
      readonly statement?: SignedStatement;
    }
  | { readonly rejected: RejectedSignature; readonly claims: Claims };

/** What a rejected thing looks like; its content is unproven, and only helps to say where it is missed. */
export interface Claims {
  readonly toSign: boolean;
  readonly toState: boolean;
}
