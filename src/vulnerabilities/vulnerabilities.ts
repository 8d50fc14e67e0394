import type { Rating } from './matching/severity.js';
import type { Uncovered, Unevaluated } from './sources/queries.js';
import type { SourceFailure } from './sources/source.js';

/** One vulnerability in one installed package, however many records report it. */
export interface Vulnerability {
  /** The CVE where it has one. */
  readonly id: string;
  /** Every name it is known by, the id first. */
  readonly ids: readonly string[];
  readonly package: {
    readonly name: string;
    readonly version: string;
    readonly purl: string;
    readonly ecosystem: string;
    /** What it was built from, where that has another name. */
    readonly source?: string;
  };
  readonly rating: Rating;
  /** The first version without it; absent where none is known. */
  readonly fixedIn?: string;
  /** Whose subscribers alone get a fix: `Ubuntu Pro`. */
  readonly subscription?: string;
  /** When its first advisory was published: milliseconds since 1970. */
  readonly published?: number;
  /** Whether it is known to be exploited. */
  readonly exploited: boolean;
  /** The record is about what the package was built from, and may concern another part of it. */
  readonly possible: boolean;
  /** The records that report it. */
  readonly records: readonly string[];
  readonly summary?: string;
  /** What a verified VEX statement says of it in this image. */
  readonly vex?: { readonly status: string; readonly silences: boolean; readonly reason: string };
}

/** A source that was queried, and the age of its data. */
export interface QueriedSource {
  readonly name: string;
  /** Milliseconds since 1970: the oldest data of its answer. Absent where nothing was queried. */
  readonly asOf?: number;
  /** Why an earlier answer replaces today's. */
  readonly instead?: string;
  /** It was queried only about packages that a community covers. */
  readonly isCommunity?: true;
}

/** CISA's list of exploited vulnerabilities; not read where no CVE was found. */
export type ExploitedList =
  | { readonly status: 'read'; readonly asOf: number }
  | { readonly status: 'not-needed' }
  | { readonly status: 'unknown'; readonly failure: SourceFailure };

/** The value of the evidence `vulnerabilities`. `found` without anything `unevaluated` is the proof; either alone is none. */
export interface KnownVulnerabilities {
  /** Those known to be exploited first, then by severity. */
  readonly found: readonly Vulnerability[];
  readonly unevaluated: readonly Unevaluated[];
  /** Components of the image that no source of advisories was queried about. */
  readonly uncovered: readonly Uncovered[];
  /** Runtimes and servers that only a community's advisories cover; where those are out of date, they are not covered. */
  readonly community: readonly Uncovered[];
  /** The queried ecosystems whose advisories leave out what has no fix yet: `AlmaLinux:9`. */
  readonly fixesOnly: readonly string[];
  /** How many packages there are, whether or not a source was queried about them. */
  readonly inventoried: number;
  /** How many of them a source was queried about. */
  readonly packages: number;
  readonly sources: readonly QueriedSource[];
  readonly exploitedList: ExploitedList;
  /** Why VEX could not be evaluated, where something was found. */
  readonly vexUnknown?: string;
}
