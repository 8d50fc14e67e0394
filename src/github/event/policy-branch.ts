import { ok, type Result } from '../../lib/result.js';
import type { Commits } from '../repository/commits.js';
import type { GitHubError } from '../repository/github-error.js';
import type { PolicyOrigin } from './event.js';

/** The commit whose policy holds. */
export interface PolicyCommit {
  readonly commit: string;
  readonly branch: string;
  /** What to call the place. */
  readonly name: string;
  /** The event's own branch: its state is also what a change may be compared with. */
  readonly isOwn: boolean;
  readonly isDefault: boolean;
  readonly notices: readonly string[];
}

/**
 * Finds the commit whose policy holds, asking GitHub about branches and rules as they are now: a payload may be weeks old,
 * and anyone who may push can make a branch with the name that the default branch had then. A branch that no one has to
 * review can neither bring its own policy nor make what it holds count as inherited: a pull request could be retargeted to
 * it, pass, and take the passed check back to the branch it is for. Fails where the default branch can't be known.
 */
export async function policyCommit(
  { branch, commit, unconfirmed }: PolicyOrigin,
  commits: Commits,
): Promise<Result<PolicyCommit, GitHubError>> {
  const defaultBranch = await commits.defaultBranch();
  if (!defaultBranch.ok) return defaultBranch;
  const why = branch === null || branch === defaultBranch.value ? null : await whyNot({ branch, unconfirmed }, commits);
  const isOwn = branch !== null && why === null;
  const holds = isOwn ? branch : defaultBranch.value;
  const isDefault = holds === defaultBranch.value;
  const tip = await commits.tip(`heads/${holds}`);
  if (!tip.ok) return tip;
  const atTip = { commit: tip.value, branch: holds, name: `the tip of ${holds}`, isDefault };
  if (!isOwn || commit === null) {
    const notices = why === null ? [] : [`The policy comes from ${holds}, not ${branch}: ${why}`];
    return ok({ ...atTip, isOwn, notices });
  }
  // The branch may have been made anew under its name, or be the default one only since the run was started first.
  const isPart = await commits.isPartOf(commit, tip.value);
  if (!isPart.ok) return isPart;
  if (isPart.value) return ok({ commit, branch, name: 'the evaluated commit', isOwn, isDefault, notices: [] });
  const notices = [`The policy comes from the tip of ${holds} because the evaluated commit is not on that branch.`];
  return ok({ ...atTip, isOwn: false, notices });
}

/** Why a branch's own policy does not hold, as the end of a sentence; null where it does. */
async function whyNot(
  { branch, unconfirmed }: { readonly branch: string; readonly unconfirmed: string | undefined },
  commits: Commits,
): Promise<string | null> {
  if (unconfirmed !== undefined) return `it is unknown whether ${branch} is still the base. ${unconfirmed}`;
  const reviewed = await commits.isReviewed(branch);
  if (!reviewed.ok) return `it is unknown whether changes to ${branch} require review. ${reviewed.error.message}`;
  return reviewed.value ? null : `no rule requires review of changes to ${branch}.`;
}
