import { groupBy, optionalField } from '../lib/collections.js';
import { ok, type Result } from '../lib/result.js';
import {
  isCommunity,
  type PackageQuery,
  type QueriedPackage,
  type Uncovered,
  type Unevaluated,
  uncoveredPackage,
} from './sources/queries.js';
import type { SourceFailure, SourceHit, SourceResult, Supplement, VulnerabilitySource } from './sources/source.js';
import type { Sources } from './sources/sources.js';
import type { QueriedSource } from './vulnerabilities.js';

/** What the sources of a run answered about an image. */
export interface SourceResults {
  readonly hits: readonly SourceHit<PackageQuery>[];
  readonly unevaluated: readonly Unevaluated[];
  /** Packages that a community or a supplement was queried about and does not cover. */
  readonly uncovered: readonly Uncovered[];
  /** The queries that were answered. */
  readonly answered: readonly PackageQuery[];
  readonly sources: readonly QueriedSource[];
}

/** A source and its queries. */
interface Round {
  readonly source: VulnerabilitySource;
  readonly queries: readonly PackageQuery[];
  /** Without an answer of one that is required nothing is known. Without another's, its packages are not covered. */
  readonly kind: 'required' | 'community' | 'supplement';
  /** Why no other source covers the packages; can follow "because". */
  readonly why?: string;
}

interface QueriedRound extends Round {
  readonly result: SourceResult<PackageQuery>;
  /** Why its packages still are not covered. */
  readonly gap?: string;
}

/**
 * Queries each source about what it covers, all at once. Fails where a required one could not be queried. A community and a
 * supplement are not: what only they would have covered is not covered then.
 */
export async function querySources(
  { vulnerabilities, supplements }: Pick<Sources, 'vulnerabilities' | 'supplements'>,
  queries: readonly PackageQuery[],
): Promise<Result<SourceResults, SourceFailure>> {
  const rounds = [...mainRounds(vulnerabilities, queries), ...supplements.flatMap(supplementRounds(queries))];
  const results = await Promise.all(rounds.map(queryRound));
  const failure = results.find((result) => !result.ok);
  if (failure?.ok === false) return failure;
  const answered = results.flatMap((result) => (result.ok ? [result.value] : []));
  // An empty result of OSV proves nothing for a package that a supplement may cover; a record shows that OSV covers it.
  const known = packagesOf(answered.filter(({ kind }) => kind === 'required').flatMap(({ result }) => result.hits));
  const missed = answered.flatMap(({ kind, gap, why, queries }) =>
    gap === undefined
      ? []
      : [...new Set(queries.map((query) => query.package))]
          .filter((one) => kind !== 'supplement' || !known.has(one))
          .map((one) => ({ one, reason: why === undefined ? gap : `${why}: ${gap}` })),
  );
  const open = new Set(missed.map(({ one }) => one));
  return ok({
    hits: answered.flatMap(({ result }) => result.hits),
    unevaluated: answered.flatMap(({ result, gap }) => (gap === undefined ? result.unevaluated : [])),
    uncovered: missed.map(({ one, reason }) => uncoveredPackage(one, reason)),
    answered: queries.filter((query) => !open.has(query.package)),
    sources: answered.filter(({ result, gap }) => gap === undefined || result.asOf.size > 0).map(queriedSource),
  });
}

function mainRounds(sources: readonly VulnerabilitySource[], queries: readonly PackageQuery[]): readonly Round[] {
  const bySource = groupBy(queries, ({ ecosystem }) => sources.find((one) => one.covers?.(ecosystem) ?? true));
  return [...bySource].flatMap(([source, queries]): readonly Round[] => {
    if (source === undefined) return [];
    // A community's data is queried separately: where it is missing, only what it would cover is not covered.
    const [makers, community] = [false, true].map((is) => queries.filter((one) => isCommunity(one.ecosystem) === is));
    return [
      ...(makers === undefined || makers.length === 0 ? [] : [{ source, queries: makers, kind: 'required' as const }]),
      ...(community === undefined || community.length === 0
        ? []
        : [{ source, queries: community, kind: 'community' as const }]),
    ];
  });
}

/** One for each release, so that missing data of one release does not affect another. */
function supplementRounds(queries: readonly PackageQuery[]): (supplement: Supplement) => readonly Round[] {
  return ({ source, covers, gap }) =>
    [...groupBy(queries.filter(covers), ({ ecosystem }) => ecosystem).values()].map((ofEcosystem) => ({
      source,
      queries: ofEcosystem,
      kind: 'supplement',
      why: gap,
    }));
}

const NO_RESULT: SourceResult<PackageQuery> = { hits: [], unevaluated: [], asOf: new Map() };

async function queryRound(round: Round): Promise<Result<QueriedRound, SourceFailure>> {
  const result = await round.source.query(round.queries);
  if (round.kind === 'required') return result.ok ? ok({ ...round, result: result.value }) : result;
  if (!result.ok) return ok({ ...round, result: NO_RESULT, gap: result.error.message });
  return ok({ ...round, result: result.value, ...optionalField('gap', result.value.unevaluated[0]?.reason) });
}

function packagesOf(hits: readonly SourceHit<PackageQuery>[]): ReadonlySet<QueriedPackage> {
  return new Set(hits.map(({ query }) => query.package));
}

function queriedSource({ source, result, kind }: QueriedRound): QueriedSource {
  const { asOf, instead } = result;
  const oldest = Math.min(...asOf.values());
  return {
    name: source.name,
    // Data without a date counts as oldest; only where nothing was queried is there no age.
    ...(asOf.size === 0 ? {} : { asOf: Number.isFinite(oldest) ? oldest : 0 }),
    ...optionalField('instead', instead),
    ...(kind === 'community' ? { isCommunity: true as const } : {}),
  };
}
