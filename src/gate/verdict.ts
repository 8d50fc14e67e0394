import type { CheckDocument } from '../reports/check-document.js';
import type { Answer } from '../rules/answer.js';

export type Verdict = CheckDocument['verdict'];

/**
 * The verdict over error-level answers, after waivers: any failure makes it `fail`, else anything indeterminate makes
 * it `indeterminate`, else it is `pass`. Warnings and notes never change it.
 */
export function verdictOf(answers: readonly Pick<Answer, 'outcome' | 'level' | 'waiver'>[]): Verdict {
  const counted = answers.filter(({ level, waiver }) => level === 'error' && waiver === undefined);
  if (counted.some(({ outcome }) => outcome === 'fail')) return 'fail';
  if (counted.some(({ outcome }) => outcome === 'indeterminate')) return 'indeterminate';
  return 'pass';
}

/** The exit code of a verdict: 0 pass, 1 fail, 2 indeterminate. */
export function exitCodeOf(verdict: Verdict): 0 | 1 | 2 {
  if (verdict === 'pass') return 0;
  return verdict === 'fail' ? 1 : 2;
}
