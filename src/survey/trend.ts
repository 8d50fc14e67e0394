import type { SurveyDocument } from './document.js';

/** What changed between two surveys of the same repositories. */
export interface Trend {
  /** The day of the earlier one. */
  readonly since: string;
  readonly policyChanged: boolean;
  readonly figures: readonly { readonly what: string; readonly before: number; readonly now: number }[];
  /** Repositories of today's survey alone are named: what the earlier one named may be more private. */
  readonly worse: readonly string[];
  readonly better: readonly string[];
  readonly newRepositories: number;
  readonly goneRepositories: number;
}

/** Compares a survey with an earlier one; null where that is of other repositories, or of the same day or later. */
export function trendOf(now: SurveyDocument, before: SurveyDocument): Trend | null {
  if (before.of !== now.of || before.day >= now.day) return null;
  const earlier = new Map(before.repositories.map(({ name, verdict }) => [name.toLowerCase(), verdict]));
  const names = new Set(now.repositories.map(({ name }) => name.toLowerCase()));
  const changed = now.repositories.flatMap(({ name, verdict }) => {
    const was = earlier.get(name.toLowerCase());
    return was === undefined || was === verdict ? [] : [{ name, isWorse: RANK[verdict] < RANK[was] }];
  });
  const figure = (what: string, of: (document: SurveyDocument) => number) => ({
    what,
    before: of(before),
    now: of(now),
  });
  return {
    since: before.day,
    policyChanged: before.policy.digest !== now.policy.digest,
    figures: [
      figure('repositories surveyed', ({ repositoryCount }) => repositoryCount.surveyed),
      figure('pass', ({ verdicts }) => verdicts.pass),
      figure('fail', ({ verdicts }) => verdicts.fail),
      figure('could not be decided', ({ verdicts }) => verdicts.indeterminate),
      figure('could not be read', ({ repositoryCount }) => repositoryCount.failed),
      figure('images', ({ images }) => images.length),
      figure('image references fully checked', ({ coverage }) => coverage.full),
      figure('unread builds', ({ unread }) => unread.reduce((sum, { places }) => sum + places, 0)),
    ],
    worse: changed.filter(({ isWorse }) => isWorse).map(({ name }) => name),
    better: changed.filter(({ isWorse }) => !isWorse).map(({ name }) => name),
    newRepositories: [...names].filter((name) => !earlier.has(name)).length,
    goneRepositories: [...earlier.keys()].filter((name) => !names.has(name)).length,
  };
}

const RANK = { fail: 0, indeterminate: 1, pass: 2 } as const;
