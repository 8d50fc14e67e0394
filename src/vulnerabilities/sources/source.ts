import type { UnavailableCause } from '../../evidence/evidence.js';
import type { Explanation } from '../../lib/failure.js';
import type { Result } from '../../lib/result.js';
import type { OsvRecord } from './osv-record.js';
import type { PackageQuestion, Question, Unevaluated } from './queries.js';

/** Records that concern a question, each of them once. */
export interface SourceHit<Q extends Question = Question> {
  readonly question: Q;
  readonly record: OsvRecord;
  /** The source itself evaluated the version; otherwise the record was found by its name alone. */
  readonly isMatch: boolean;
}

export interface SourceAnswer<Q extends Question = Question> {
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

/** Whoever knows vulnerabilities: a service, a directory, a feed. */
export interface VulnerabilitySource {
  /** For people: `OSV API`, `OSV exports in DIR`. */
  readonly name: string;
  /** The ecosystems it is queried about in place of the sources after it. Without this, all that are left. */
  covers?(ecosystem: string): boolean;
  /** The records of vulnerabilities by their names, such as CVEs, as far as they are available; others are left out. */
  named?(names: readonly string[]): Promise<readonly OsvRecord[]>;
  ask<Q extends Question>(questions: readonly Q[]): Promise<Result<SourceAnswer<Q>, SourceFailure>>;
}

/**
 * A source that is queried in addition to the one that covers an ecosystem, about packages that the other may leave out. Where it
 * can't be had, those of them that the other knows nothing of are not covered.
 */
export interface Supplement {
  readonly source: VulnerabilitySource;
  /** Whether a package may be one that only this source knows. */
  covers(question: PackageQuestion): boolean;
  /** Why the other source does not cover it; can follow "because". */
  readonly gap: string;
}

/** The key under which a question's answer is shared. */
export function questionKey({ ecosystem, name, version }: Question): string {
  return `${ecosystem}\n${name}\n${version}`;
}
