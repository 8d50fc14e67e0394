import type { UnavailableCause } from '../evidence/evidence.js';
import type { Failure } from '../lib/failure.js';
import type { Result } from '../lib/result.js';
import type { Platform } from '../references/platform.js';
import type { Descriptor, Manifest } from './manifest/manifest.js';

/** Where content lives: `registry/repository`, without tag and digest. */
export interface Repository {
  readonly registry: string;
  readonly repository: string;
}

/** What went wrong between us and a registry. The code is kept to the report: none of them ever reads as "no signature". */
export interface RegistryError extends Failure<Exclude<UnavailableCause, 'stale' | 'trust-root' | 'not-collected'>> {
  /** Its host, or the path of the image layout that could not be read. */
  readonly registry: string;
  /** `GET https://…` with credentials and query left out, or the layout's path. */
  readonly request: string;
  readonly status?: number;
  readonly retryAfterSeconds?: number;
  /** The named limit that was passed, where code is `limit`. */
  readonly limit?: string;
  /** The platforms that an index has, where it lacks the one that was looked for. */
  readonly platforms?: readonly Platform[];
  /** The form's name, where the content is sound but in a form that we can't evaluate: evidence is then `unsupported`. */
  readonly unsupported?: string;
}

/** A manifest or index whose bytes hash to `digest`. */
export interface FetchedManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly manifest: Manifest;
}

/** Which size limit a blob is read under; the limits are named and settable (src/registry/limits.ts). */
export type BlobKind = 'config' | 'attestation' | 'layer';

/**
 * A place images come from: a registry over HTTP, or an OCI image layout on disk. All content that it returns has been
 * hashed against the requested digest; a tag is resolved once a run.
 */
export interface ImageSource {
  /**
   * The digest a tag points to now. `not-found` is an error, not an absence. `wanted` says what the caller does next:
   * `content` (the default) reads the manifest, which then comes with the answer; `digest` does not, so that HEAD is enough.
   */
  resolveTag(
    repository: Repository,
    tag: string,
    wanted?: 'content' | 'digest',
  ): Promise<Result<Descriptor, RegistryError>>;
  manifest(repository: Repository, digest: string): Promise<Result<FetchedManifest, RegistryError>>;
  /** A whole blob in memory, for configs and attestations. */
  blob(repository: Repository, descriptor: Descriptor, kind: BlobKind): Promise<Result<Uint8Array, RegistryError>>;
  /**
   * A blob as a stream of chunks, hashed while it flows. The iterable throws a `BlobStreamError` (which carries a
   * RegistryError) when bytes end early, run over the limit, or do not hash to the digest; the consumer may believe
   * nothing it read before the iterable has ended.
   */
  blobStream(
    repository: Repository,
    descriptor: Descriptor,
    kind: BlobKind,
  ): Promise<Result<AsyncIterable<Uint8Array>, RegistryError>>;
  /** Everything that refers to a digest, by the referrers API or its fallback tag; `[]` only if the registry answered so. */
  referrers(repository: Repository, digest: string): Promise<Result<Referrers, RegistryError>>;
  /** Every tag of a repository, within the limit `tag-pages`. */
  tags(repository: Repository): Promise<Result<readonly string[], RegistryError>>;
}

export interface Referrers {
  readonly via: 'referrers-api' | 'referrers-tag' | 'layout';
  readonly descriptors: readonly Descriptor[];
  /** Why entries of the list could not be read, a clause each: what they name is unknown. */
  readonly unreadable: readonly string[];
}
