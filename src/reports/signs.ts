import type { Answer } from '../rules/answer.js';
import type { Finding, Report } from './report.js';
import { isComplete } from './tally.js';

/** One sign an answer is shown with, worst first: a cell shows the first that applies. */
const SIGNS = [
  { sign: '❌', means: 'failed' },
  { sign: '❓', means: 'could not be answered' },
  { sign: '⚠️', means: 'warning' },
  { sign: 'ℹ️', means: 'note' },
  { sign: '🩹', means: 'waived' },
  { sign: '⏭️', means: 'skipped' },
  { sign: '✅', means: 'passed' },
  { sign: '–', means: 'not evaluated' },
] as const;

export type Sign = (typeof SIGNS)[number]['sign'];

/** The sign of an answer, or of a finding, which is an answer that a person should see. */
export function signOf(answer: Pick<Answer | Finding, 'outcome' | 'level' | 'waiver'>): Sign {
  if (answer.level === 'off' || answer.outcome === 'not-applicable') return '–';
  if (answer.outcome === 'pass') return '✅';
  if (answer.outcome === 'skipped') return '⏭️';
  if (answer.waiver !== undefined) return '🩹';
  if (answer.level === 'note') return 'ℹ️';
  if (answer.outcome === 'indeterminate') return answer.level === 'error' ? '❓' : '⚠️';
  return answer.level === 'error' ? '❌' : '⚠️';
}

/** The worst of several; nothing evaluated is `–`. */
export function worstSign(signs: Iterable<Sign>): Sign {
  const present = new Set(signs);
  return SIGNS.find(({ sign }) => present.has(sign))?.sign ?? '–';
}

/** The place of a sign among all: the lower, the worse. */
export function severityOf(sign: Sign): number {
  return SIGNS.findIndex((known) => known.sign === sign);
}

/** The meaning of a sign, in a word or two. */
export function meaningOf(sign: Sign): string {
  return SIGNS.find((known) => known.sign === sign)?.means ?? '';
}

/** The sign to begin a heading with: no check mark where something was not checked. */
export function verdictSign(report: Pick<Report, 'verdict' | 'coverage'>): string {
  if (report.verdict === 'pass' && !isComplete(report)) return '⚠️';
  return { pass: '✅', fail: '❌', indeterminate: '❓' }[report.verdict];
}

/** Explains the signs that a text shows, on one line; empty where it shows none. */
export function legend(text: string): string {
  const used = SIGNS.filter(({ sign }) => text.includes(sign));
  if (used.length === 0) return '';
  return `<sub>${used.map(({ sign, means }) => `${sign} ${means}`).join(' · ')}</sub>`;
}
