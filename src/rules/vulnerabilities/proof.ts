import { andMore, listed } from '../../lib/text.js';
import { durationMilliseconds } from '../../policy/duration.js';
import type { Uncovered } from '../../vulnerabilities/sources/queries.js';
import type { KnownVulnerabilities, QueriedSource, Vulnerability } from '../../vulnerabilities/vulnerabilities.js';
import { shortened } from '../image-contents.js';
import type { RuleResult } from '../rule.js';
import { day } from './describe.js';

/** How far two timestamps may differ. */
const CLOCK_SLACK = 24 * 60 * 60 * 1000;

const ANOTHER_IMAGE =
  'Use an image whose distribution and packages have advisories, or accept this by a waiver with covers: indeterminate.';

/**
 * Why "nothing else found" would not be the truth, or null: packages or records that were not evaluated, data that is too
 * old, or a list of exploited vulnerabilities that is unavailable, for those that count only if they are on it.
 */
export function proofGaps(
  { unevaluated, sources, exploitedList }: KnownVulnerabilities,
  rest: readonly Vulnerability[],
  maxAge: string,
  now: Date,
): RuleResult | null {
  const oldest = now.getTime() - durationMilliseconds(maxAge);
  const [first] = unevaluated;
  if (first !== undefined) {
    return {
      outcome: 'indeterminate',
      message: `Not everything in it could be evaluated: ${first.what}, because ${first.reason}${andMore(unevaluated.length - 1)}.`,
      fix: first.fix ?? ANOTHER_IMAGE,
      details: shortened(unevaluated.map(({ what, reason }) => `${what}: ${reason}`)),
    };
  }
  const newest = now.getTime() + CLOCK_SLACK;
  const stale = sources.find((source) => source.isCommunity !== true && isStale(source, oldest, newest));
  if (stale?.asOf !== undefined) {
    const why = stale.instead === undefined ? '' : ` (${stale.instead})`;
    const reported = stale.asOf > newest ? 'in the future' : `older than ${maxAge}`;
    return {
      outcome: 'indeterminate',
      message: `The data of ${stale.name} is from ${day(stale.asOf)}, which is ${reported}${why}.`,
      fix: 'Download the exports again, or run the gate again; max-age sets how old they may be.',
    };
  }
  const depending = rest.filter(({ ids }) => ids.some((id) => id.startsWith('CVE-')));
  if (depending.length === 0 || exploitedList.status === 'not-needed') return null;
  if (exploitedList.status === 'unknown') {
    return {
      outcome: 'indeterminate',
      message: `Whether ${listed([...new Set(depending.map(({ id }) => id))])} are exploited could not be determined: ${exploitedList.failure.message}`,
      fix: exploitedList.failure.fix,
    };
  }
  if (exploitedList.asOf >= oldest) return null;
  return {
    outcome: 'indeterminate',
    message: `CISA's list of exploited vulnerabilities is from ${day(exploitedList.asOf)}, which is older than ${maxAge}.`,
    fix: 'If the run reads a directory, download the list into it again; if CISA has published no newer list, raise max-age.',
  };
}

/** Whether data is older than it may be. A date of the future would never age. */
function isStale({ asOf }: QueriedSource, oldest: number, newest: number): boolean {
  return asOf !== undefined && (asOf < oldest || asOf > newest);
}

/** What of an image was found and not covered, as far as the policy has not accepted it. */
export interface CoverageGaps {
  readonly open: readonly Uncovered[];
  readonly accepted: readonly Uncovered[];
}

/**
 * What no source of advisories covers. What a community covers counts as covered while its data is current.
 *
 * @param accepted types (`gem`), or types with a name (`generic/openssl`)
 */
export function coverageGaps(
  { uncovered, community, sources }: KnownVulnerabilities,
  accepted: readonly string[],
  maxAge: string,
  now: Date,
): CoverageGaps {
  const oldest = now.getTime() - durationMilliseconds(maxAge);
  const isOld = sources.some(
    (source) => source.isCommunity === true && isStale(source, oldest, now.getTime() + CLOCK_SLACK),
  );
  const all = isOld ? [...uncovered, ...community] : uncovered;
  const isAccepted = ({ type, name }: Uncovered) => accepted.includes(type) || accepted.includes(`${type}/${name}`);
  return { open: all.filter((one) => !isAccepted(one)), accepted: all.filter(isAccepted) };
}
