import type { UnavailableCause } from '../../evidence/evidence.js';
import type { Explanation } from '../../lib/failure.js';
import type { Result } from '../../lib/result.js';
import type { OsvRecord } from './osv-record.js';
import type { PackageQuery, Query, Unevaluated } from './queries.js';

/** A record that concerns a query. */
export interface SourceHit<Q extends Query = Query> {
  readonly query: Q;
  readonly record: OsvRecord;
  /** The source itself evaluated the version; otherwise the record was found by its name alone. */
  readonly isMatch: boolean;
}

export interface SourceResult<Q extends Query = Query> {
  readonly hits: readonly SourceHit<Q>[];
  /** What the source was queried about and could not answer. */
  readonly unevaluated: readonly Unevaluated[];
  /** How old what it knows is, by ecosystem with its release: milliseconds since 1970. */
  readonly asOf: ReadonlyMap<string, number>;
  /** Why this is an earlier answer: what went wrong today. */
  readonly instead?: string;
}

export interface SourceFailure extends Explanation {
  readonly cause: UnavailableCause;
}

/** A source of vulnerability records: a service, a directory of exports, a feed. */
export interface VulnerabilitySource {
  /** For people: `OSV API`, `OSV exports in DIR`. */
  readonly name: string;
  /** The ecosystems it is queried about in place of the sources after it. Without this, all that are left. */
  covers?(ecosystem: string): boolean;
  /** The records of vulnerabilities by their names, such as CVEs, as far as they are available; others are left out. */
  named?(names: readonly string[]): Promise<readonly OsvRecord[]>;
  query<Q extends Query>(queries: readonly Q[]): Promise<Result<SourceResult<Q>, SourceFailure>>;
}

/**
 * A source that is queried in addition to the one that covers an ecosystem, about packages that the other may leave out. Where it
 * can't be had, those of them that the other knows nothing of are not covered.
 */
export interface Supplement {
  readonly source: VulnerabilitySource;
  /** Whether a package may be one that only this source knows. */
  covers(query: PackageQuery): boolean;
  /** Why the other source does not cover it; can follow "because". */
  readonly gap: string;
}

/** The key under which the result of a query is shared. */
export function queryKey({ ecosystem, name, version }: Query): string {
  return `${ecosystem}\n${name}\n${version}`;
}
