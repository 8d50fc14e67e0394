import type { ImageConfiguration } from '../image-content/configuration.js';
import type { Reference } from '../references/reference.js';
import type { Repository } from './image-source.js';
import type { Descriptor, ImageManifest } from './manifest/manifest.js';

/** A reference pinned to digests, for one platform. */
export interface ResolvedImage {
  readonly reference: Reference;
  /** Where its bytes were read: the mirror or layout, if one replaces the registry. */
  readonly repository: Repository;
  /** What the tag or the pin names: an index's digest, or a single manifest's. */
  readonly digest: string;
  readonly kind: 'index' | 'manifest';
  /** The index the platform's manifest was chosen from, and every child it lists. */
  readonly index?: { readonly digest: string; readonly manifests: readonly Descriptor[] };
  /** What the configuration says it is for; a reference to a single manifest is taken for any requested platform. */
  readonly platform: string;
  readonly manifestDigest: string;
  readonly manifest: ImageManifest;
  readonly configDigest: string;
  readonly configuration: ImageConfiguration;
}

/** What the tag of a use points to now, next to the digest it is pinned to. */
export interface TagState {
  readonly tag: string;
  readonly currentDigest: string;
  readonly pinnedDigest?: string;
  /** A newer patch release of the same line, where the registry's tags tell one. */
  readonly newerTag?: string;
  /** Why the repository's tags could not be listed, where they would show a newer patch. */
  readonly tagsUnknown?: string;
  /** The pinned digest is not the tag's, but that of a platform which the tag's index lists. */
  readonly listsPinned?: boolean;
}
