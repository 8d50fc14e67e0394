import { groupBy, optionalField } from '../lib/collections.js';
import { ok, type Result } from '../lib/result.js';
import {
  isCommunity,
  type PackageQuestion,
  type QueriedPackage,
  type Uncovered,
  type Unevaluated,
  uncoveredPackage,
} from './sources/queries.js';
import type { SourceAnswer, SourceFailure, SourceHit, Supplement, VulnerabilitySource } from './sources/source.js';
import type { Sources } from './sources/sources.js';
import type { QueriedSource } from './vulnerabilities.js';

/** What the sources of a run answered about an image. */
export interface SourceAnswers {
  readonly hits: readonly SourceHit<PackageQuestion>[];
  readonly unevaluated: readonly Unevaluated[];
  /** Packages that a community or a supplement was queried about and does not cover. */
  readonly uncovered: readonly Uncovered[];
  /** The questions that were answered. */
  readonly answered: readonly PackageQuestion[];
  readonly sources: readonly QueriedSource[];
}

/** A source and its queries. */
interface Round {
  readonly source: VulnerabilitySource;
  readonly questions: readonly PackageQuestion[];
  /** Without an answer of one that is required nothing is known. Without another's, its packages are not covered. */
  readonly kind: 'required' | 'community' | 'supplement';
  /** Why no other source covers the packages; can follow "because". */
  readonly why?: string;
}

interface AnsweredRound extends Round {
  readonly answer: SourceAnswer<PackageQuestion>;
  /** Why its packages still are not covered. */
  readonly gap?: string;
}

/**
 * Queries each source about what it covers, all at once. Fails where a required one could not be queried. A community and a
 * supplement are not: what only they would have covered is not covered then.
 */
export async function querySources(
  { vulnerabilities, supplements }: Pick<Sources, 'vulnerabilities' | 'supplements'>,
  questions: readonly PackageQuestion[],
): Promise<Result<SourceAnswers, SourceFailure>> {
  const rounds = [...mainRounds(vulnerabilities, questions), ...supplements.flatMap(supplementRounds(questions))];
  const answers = await Promise.all(rounds.map(askRound));
  const failure = answers.find((answer) => !answer.ok);
  if (failure?.ok === false) return failure;
  const answered = answers.flatMap((answer) => (answer.ok ? [answer.value] : []));
  // An empty result of OSV proves nothing for a package that a supplement may cover; a record shows that OSV covers it.
  const known = packagesOf(answered.filter(({ kind }) => kind === 'required').flatMap(({ answer }) => answer.hits));
  const missed = answered.flatMap(({ kind, gap, why, questions: queries }) =>
    gap === undefined
      ? []
      : [...new Set(queries.map((question) => question.package))]
          .filter((one) => kind !== 'supplement' || !known.has(one))
          .map((one) => ({ one, reason: why === undefined ? gap : `${why}: ${gap}` })),
  );
  const open = new Set(missed.map(({ one }) => one));
  return ok({
    hits: answered.flatMap(({ answer }) => answer.hits),
    unevaluated: answered.flatMap(({ answer, gap }) => (gap === undefined ? answer.unevaluated : [])),
    uncovered: missed.map(({ one, reason }) => uncoveredPackage(one, reason)),
    answered: questions.filter((question) => !open.has(question.package)),
    sources: answered.filter(({ answer, gap }) => gap === undefined || answer.asOf.size > 0).map(queriedSource),
  });
}

function mainRounds(sources: readonly VulnerabilitySource[], questions: readonly PackageQuestion[]): readonly Round[] {
  const bySource = groupBy(questions, ({ ecosystem }) => sources.find((one) => one.covers?.(ecosystem) ?? true));
  return [...bySource].flatMap(([source, queries]): readonly Round[] => {
    if (source === undefined) return [];
    // A community's data is queried separately: where it is missing, only what it would cover is not covered.
    const [makers, community] = [false, true].map((is) => queries.filter((one) => isCommunity(one.ecosystem) === is));
    return [
      ...(makers === undefined || makers.length === 0
        ? []
        : [{ source, questions: makers, kind: 'required' as const }]),
      ...(community === undefined || community.length === 0
        ? []
        : [{ source, questions: community, kind: 'community' as const }]),
    ];
  });
}

/** One for each release, so that missing data of one release does not affect another. */
function supplementRounds(questions: readonly PackageQuestion[]): (supplement: Supplement) => readonly Round[] {
  return ({ source, covers, gap }) =>
    [...groupBy(questions.filter(covers), ({ ecosystem }) => ecosystem).values()].map((ofEcosystem) => ({
      source,
      questions: ofEcosystem,
      kind: 'supplement',
      why: gap,
    }));
}

const NO_ANSWER: SourceAnswer<PackageQuestion> = { hits: [], unevaluated: [], asOf: new Map() };

async function askRound(round: Round): Promise<Result<AnsweredRound, SourceFailure>> {
  const answer = await round.source.ask(round.questions);
  if (round.kind === 'required') return answer.ok ? ok({ ...round, answer: answer.value }) : answer;
  if (!answer.ok) return ok({ ...round, answer: NO_ANSWER, gap: answer.error.message });
  return ok({ ...round, answer: answer.value, ...optionalField('gap', answer.value.unevaluated[0]?.reason) });
}

function packagesOf(hits: readonly SourceHit<PackageQuestion>[]): ReadonlySet<QueriedPackage> {
  return new Set(hits.map(({ question }) => question.package));
}

function queriedSource({ source, answer, kind }: AnsweredRound): QueriedSource {
  const { asOf, instead } = answer;
  const oldest = Math.min(...asOf.values());
  return {
    name: source.name,
    // Data without a date counts as oldest; only where nothing was queried is there no age.
    ...(asOf.size === 0 ? {} : { asOf: Number.isFinite(oldest) ? oldest : 0 }),
    ...optionalField('instead', instead),
    ...(kind === 'community' ? { isCommunity: true as const } : {}),
  };
}
