import type { ChangeBase } from '../gate/change.js';
import { cut } from '../lib/escape/visible.js';

/** As long as commits are shown. */
const SHORT = 12;
/** GitHub allows branch names of 255 bytes. */
const MAX_BRANCH = 80;

/** What was evaluated for which base, in plain text with a period: the result holds for no other base. */
export function changeBaseSentence({ ref, policyRef, commit, evaluated, parents }: ChangeBase): string {
  const start = commit?.slice(0, SHORT) ?? 'an unknown commit';
  const [into, merged] = parents.map((parent) => parent.slice(0, SHORT));
  const what =
    evaluated.kind === 'merge' && into !== undefined && merged !== undefined
      ? `the merge of ${merged} into ${into}`
      : `the ${evaluated.kind === 'merge-group' ? 'merge group' : 'head'} ${evaluated.commit.slice(0, SHORT)}, from ${start}${policyRef === ref ? '' : ` of ${branchOf(policyRef)}`}`;
  return `Evaluated for the base ${branchOf(ref)}: ${what}.`;
}

function branchOf(ref: string): string {
  return cut(ref.replace(/^refs\/heads\//, ''), MAX_BRANCH);
}
