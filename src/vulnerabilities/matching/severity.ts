import cvss from 'ae-cvss-calculator';
import type { OsvAffected, OsvRecord } from '../sources/osv-record.js';

/** From the least to the worst; `unknown` is not a place in that order. */
export const SEVERITIES = ['none', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number] | 'unknown';

/** How bad, and on whose word. */
export interface Rating {
  readonly severity: Severity;
  /** 0.0–10.0, where a CVSS vector gives one. */
  readonly score?: number;
  /** `CVSS:3.1/…`, `urgency of the distribution`, `database_specific.severity`. */
  readonly from: string;
}

/** Unrated vulnerabilities come before those known to be less than high. */
const ORDER: readonly Severity[] = ['none', 'low', 'medium', 'unknown', 'high', 'critical'];

/** A number that is the higher the sooner a vulnerability belongs in a list: those known to be exploited first, then by severity. */
export function urgencyOf({
  exploited,
  severity,
}: {
  readonly exploited: boolean;
  readonly severity: Severity;
}): number {
  return (exploited ? ORDER.length : 0) + ORDER.indexOf(severity);
}

/** The worse of two ratings; one that is unknown gives way to any other. */
export function worse(a: Rating, b: Rating): Rating {
  return rankOf(b) > rankOf(a) ? b : a;
}

function rankOf({ severity, score }: Rating): number {
  return severity === 'unknown' ? -1 : SEVERITIES.indexOf(severity) * 100 + (score ?? 0);
}

const UNKNOWN: Rating = { severity: 'unknown', from: 'no source rates it' };

/**
 * Rates a record: the newest CVSS version it has a vector of (4, 3, 2), the entry's own before the record's; else the
 * distribution's urgency; else the database's word, or that of a notice's title (`Important: firefox security update`). A vector that can't be scored counts as none.
 *
 * @see https://www.first.org/cvss/specification-document the qualitative scale
 */
export function rate(record: OsvRecord, entry: OsvAffected | null): Rating {
  const vectors = [...(entry?.severity ?? []), ...record.severity];
  for (const type of ['CVSS_V4', 'CVSS_V3', 'CVSS_V2']) {
    for (const { score: vector } of vectors.filter((candidate) => candidate.type === type)) {
      const score = scoreOf(vector);
      if (score !== null) return { severity: bandOf(score), score, from: vector };
    }
  }
  const urgency = entry?.ecosystem_specific?.urgency ?? entry?.ecosystem_specific?.severity;
  const ownWord = vectors.find(({ type }) => type === 'Ubuntu')?.score;
  return (
    fromWord(urgency, 'urgency of the distribution') ??
    fromWord(ownWord, 'priority of Ubuntu') ??
    fromWord(record.database_specific?.severity, `severity in the database of ${record.id}`) ??
    fromWord(wordOfTitle(record), `title of ${record.id}`) ??
    UNKNOWN
  );
}

/** Red Hat and the distributions built from it rate a notice in its title, and AlmaLinux nowhere else. */
function wordOfTitle({ id, summary }: OsvRecord): string | undefined {
  return /^(?:AL|RL|RH)SA-/.test(id) ? /^(Critical|Important|Moderate|Low):/.exec(summary ?? '')?.[1] : undefined;
}

/** Scores by vector: thousands of records share some hundred vectors, and the calculator takes long for each. */
const scores = new Map<string, number | null>();
const MAX_SCORES = 10_000;

function scoreOf(vector: string): number | null {
  if (vector.length > 512) return null;
  const known = scores.get(vector);
  if (known !== undefined) return known;
  const score = calculatedScore(vector);
  if (scores.size < MAX_SCORES) scores.set(vector, score);
  return score;
}

function calculatedScore(vector: string): number | null {
  try {
    const read = cvss.fromVector(vector);
    // What lacks a base metric is scored 0, which would call it harmless.
    if (read?.isBaseFullyDefined() !== true) return null;
    const score = read.calculateScores().overall;
    return Number.isFinite(score) ? score : null;
  } catch {
    // The calculator throws on a component it does not know: an unrated vulnerability, not a harmless one.
    return null;
  }
}

function bandOf(score: number): Severity {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'none';
}

const WORDS: Readonly<Record<string, Severity>> = {
  negligible: 'low',
  unimportant: 'low',
  low: 'low',
  medium: 'medium',
  moderate: 'medium',
  high: 'high',
  important: 'high',
  critical: 'critical',
};

function fromWord(word: string | null | undefined, from: string): Rating | null {
  // Debian marks an urgency that it has since let go with asterisks: `medium**`.
  const key = word?.toLowerCase().replaceAll('*', '').trim();
  const severity = key === undefined || !Object.hasOwn(WORDS, key) ? undefined : WORDS[key];
  return severity === undefined ? null : { severity, from };
}
