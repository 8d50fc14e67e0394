import type { ChangedPackage, DiffEntry } from '../attestations/sbom/diff.js';
import type { VulnerabilityGroup } from '../rules/vulnerabilities/vulnerability-group.js';

/** How many entries of a list a report keeps; the counts beside it are whole. */
export const BASE_CHANGE_ENTRIES = 200;

/** An image that a change replaced by another, and what became other in it. It informs, and decides nothing. */
export interface BaseChange {
  /** Ids of the uses whose image was replaced. */
  readonly uses: readonly string[];
  readonly platform: string;
  readonly before: ComparedImage;
  readonly after: ComparedImage;
  readonly packages: PackageChange | NotKnown;
  readonly vulnerabilities: VulnerabilityChange | NotKnown;
}

export interface ComparedImage {
  readonly reference: string;
  readonly digest?: string;
}

/** One side could not be had, or nobody asked for it. */
export interface NotKnown {
  readonly status: 'not-known';
  /** One sentence. */
  readonly reason: string;
}

export interface PackageChange {
  readonly status: 'compared';
  /** Where the packages of both images are told. */
  readonly from: 'layers' | 'layers and SBOM' | 'SBOM';
  readonly counts: { readonly added: number; readonly removed: number; readonly changed: number };
  readonly added: readonly DiffEntry[];
  readonly removed: readonly DiffEntry[];
  readonly changed: readonly ChangedPackage[];
  /** What of either image was not understood, so that the lists may not be whole; each a sentence. */
  readonly gaps: readonly string[];
}

export interface VulnerabilityChange {
  readonly status: 'compared';
  /** Vulnerabilities, each counted once. */
  readonly counts: { readonly added: number; readonly removed: number };
  readonly added: readonly VulnerabilityGroup[];
  readonly removed: readonly VulnerabilityGroup[];
  readonly gaps: readonly string[];
}
