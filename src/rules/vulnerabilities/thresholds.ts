import { z } from 'zod';
import { duration, durationMilliseconds } from '../../policy/duration.js';
import { stricter } from '../../policy/strictness.js';
import { SEVERITIES, type Severity } from '../../vulnerabilities/matching/severity.js';
import type { Vulnerability } from '../../vulnerabilities/vulnerabilities.js';

/** From the loosest to the strictest. Vulnerabilities that are known to be exploited count in all of them. */
const THRESHOLDS = ['exploited', 'critical', 'high', 'medium', 'low', 'any'] as const;

/** What an unrated vulnerability may count as, from the loosest to the strictest. */
const UNRATED = ['none', 'low', 'medium', 'high', 'critical'] as const satisfies readonly Severity[];

/** Options that say which known vulnerabilities count. */
export const thresholdOptions = {
  severity: stricter(z.enum(THRESHOLDS), THRESHOLDS).describe(
    'The least severity that counts; "exploited" counts those known to be exploited alone, "any" also those without a rating.',
  ),
  unrated: stricter(z.enum(UNRATED), UNRATED).describe(
    'The severity of a vulnerability that neither its publisher nor its CVE record rates.',
  ),
  fixable: stricter(z.boolean(), 'false').describe(
    'Count only vulnerabilities that a newer version of the package fixes.',
  ),
  grace: stricter(duration(), 'lower').describe(
    'How long after its first advisory a vulnerability does not count yet.',
  ),
};

export interface Thresholds {
  readonly severity: (typeof THRESHOLDS)[number];
  readonly unrated: (typeof UNRATED)[number];
  readonly fixable: boolean;
  readonly grace: string;
}

/** Whether a vulnerability counts. One without a date of publication, or with one in the future, has no grace. */
export function counts(one: Vulnerability, { severity, unrated, fixable, grace }: Thresholds, now: Date): boolean {
  if (one.exploited) return true;
  if (fixable && one.fixedIn === undefined) return false;
  if (!isSevere(one, severity, unrated)) return false;
  const age = one.published === undefined ? -1 : now.getTime() - one.published;
  return age < 0 || age >= durationMilliseconds(grace);
}

function isSevere({ rating }: Vulnerability, least: Thresholds['severity'], unrated: Thresholds['unrated']): boolean {
  if (least === 'any') return true;
  if (least === 'exploited') return false;
  const severity = rating.severity === 'unknown' ? unrated : rating.severity;
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}
