import type { AllowEntry, Policy } from '../policy/policy.js';
import { formatPlatform, type Platform } from '../references/platform.js';
import { formatReference, type Reference } from '../references/reference.js';
import type { ImageSource } from '../registry/image-source.js';
import type { RegistryLimits } from '../registry/limits.js';
import type { ListAttestations } from '../signatures/attestation-api.js';
import type { Evidence } from './evidence.js';
import type { EvidenceKind, EvidenceKinds } from './kinds.js';

/** What evidence is collected about: a reference, the allow entry that governs it, and a platform. */
export interface ImageSubject {
  /** The reference as policy sees it: a mirror's path already replaced by the image it mirrors. */
  readonly reference: Reference;
  /** Where to read it: the same, or the mirror the build file names. */
  readonly pullFrom: Reference;
  /** What the image is verified by: the policy's entry, or the catalog's where the policy has none. */
  readonly verifiedBy: AllowEntry | null;
  readonly platform: Platform;
}

/** Names an evaluated image: what is pulled, on which platform. Unique within a run, since evidence is collected once for it. */
export function imageId({ pullFrom, platform }: Pick<ImageSubject, 'pullFrom' | 'platform'>): string {
  return `${formatReference(pullFrom)} ${formatPlatform(platform)}`;
}

/** What a run was reported, apart from the policy. */
export interface RunSettings {
  readonly now: Date;
  /** No network at all: what is not in a layout, a directory or a cache is `unavailable`. */
  readonly offline: boolean;
  /** A file with a sigstore trusted root, which replaces the embedded one. */
  readonly trustedRootFile?: string;
  /** A directory of OSV exports, which replaces the OSV API. */
  readonly vulnerabilitiesDirectory?: string;
  /** The run's limits on what registries may cost; the defaults unless it changes some. */
  readonly limits?: RegistryLimits;
  /** Where derived facts may be kept between runs; on the command line only. */
  readonly cacheDirectory?: string;
  /** Where facts about layers may be kept between runs; on the command line only, and never on CI. */
  readonly layerFactsDirectory?: string;
  /** Asks GitHub's API for attestations, where an authority of the policy names a repository for that. */
  readonly listAttestations?: ListAttestations;
}

/** What a collector may use. Everything it learns, it learns through this. */
export interface CollectContext {
  readonly subject: ImageSubject;
  readonly policy: Policy;
  readonly source: ImageSource;
  readonly settings: RunSettings;
  /** Other evidence about the same subject; collected once. */
  get<K extends EvidenceKind>(kind: K): Promise<Evidence<EvidenceKinds[K]>>;
  /** Shares work for the run: the first caller's promise is everyone's. Name the key after the content, such as a digest. */
  once<T>(key: string, work: () => Promise<T>): Promise<T>;
}

export type Collector<K extends EvidenceKind> = (context: CollectContext) => Promise<Evidence<EvidenceKinds[K]>>;
