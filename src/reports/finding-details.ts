import type { Answer } from '../rules/answer.js';
import type { Finding } from './report.js';

type About = Pick<Finding, 'rule' | 'use' | 'outcome' | 'message'>;

const keyOf = ({ rule, use, outcome, message }: About): string => `${use} ${rule} ${outcome} ${message}`;

/**
 * What the answers behind a finding give as details; undefined where they give none, or where those that say the same of
 * its use differ in them. The document leaves out of a finding what is known this way: an image's details would stand in it
 * once for each of its uses.
 */
export function detailsOfAnswers(answers: readonly Answer[]): (finding: About) => readonly string[] | undefined {
  const known = new Map<string, readonly string[] | null>();
  for (const answer of answers) {
    if (answer.use === undefined || (answer.outcome !== 'fail' && answer.outcome !== 'indeterminate')) continue;
    const key = keyOf(answer);
    const details = answer.details ?? [];
    const before = known.get(key);
    if (before === undefined) known.set(key, details);
    else if (before !== null && !isSame(before, details)) known.set(key, null);
  }
  return (finding) => {
    const details = known.get(keyOf(finding));
    return details === undefined || details === null || details.length === 0 ? undefined : details;
  };
}

export function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((text, index) => text === b[index]));
}
