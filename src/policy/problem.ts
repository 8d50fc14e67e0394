import type { SourceRange } from '../build-files/image-use.js';
import { terminal, visible } from '../lib/escape/visible.js';

export type PolicyProblemCode =
  | 'too-large'
  | 'not-utf-8'
  | 'too-complex'
  | 'syntax'
  | 'empty'
  | 'duplicate-key'
  | 'reserved-key'
  | 'unknown-key'
  | 'missing-key'
  | 'wrong-type'
  | 'bad-value'
  | 'missing-file'
  | 'bad-key-file'
  | 'cannot-extend'
  | 'not-overridable'
  | 'broad-pattern'
  | 'broad-waiver'
  | 'equal-rank'
  | 'no-effect'
  | 'not-verifiable'
  | 'contradiction'
  | 'unknown-publisher'
  | 'misspelled-host'
  | 'ends-soon';

/** Something a person has to fix in a policy file (`error`: it is not applied), or should look at (`warning`). */
export interface PolicyProblem extends SourceRange {
  readonly code: PolicyProblemCode;
  readonly severity: 'error' | 'warning';
  /** The policy file, with its repository where it is another one. */
  readonly file: string;
  /** The key, as `rules.fresh.max-age` or `allow[2].image`; empty for the file as a whole. */
  readonly key: string;
  /** What is wrong: one sentence. */
  readonly message: string;
  /** What was expected there. */
  readonly expected?: string;
  /** What to do. */
  readonly fix?: string;
}

/** A key's path as people write it: `allow[2].image`. */
export function formatKey(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const name = String(part);
    const plain = /^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name);
    return text === '' ? plain : `${text}.${plain}`;
  }, '');
}

/** `FILE:LINE:COLUMN: message; expected …; fix`: one line for a terminal or a log. */
export function formatProblem(problem: Omit<PolicyProblem, 'code' | 'key'>): string {
  const expected = problem.expected === undefined ? '' : ` Expected: ${problem.expected}.`;
  const fix = problem.fix === undefined ? '' : ` ${problem.fix}`;
  return terminal(
    `${problem.file}:${problem.line}:${problem.column}: ${problem.severity}: ${problem.message}${expected}${fix}`,
  );
}

/** The problem with invisible characters of an untrusted file made visible: messages quote keys and values. */
export function withVisibleText(problem: PolicyProblem): PolicyProblem {
  const { expected, fix } = problem;
  return {
    ...problem,
    file: visible(problem.file),
    key: visible(problem.key),
    message: visible(problem.message),
    ...(expected === undefined ? {} : { expected: visible(expected) }),
    ...(fix === undefined ? {} : { fix: visible(fix) }),
  };
}
