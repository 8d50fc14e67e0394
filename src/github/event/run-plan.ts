import type { ChangeBase } from '../../gate/change.js';
import { optionalField } from '../../lib/collections.js';
import { ok, type Result } from '../../lib/result.js';
import { wait as byTheClock, type Wait } from '../../lib/wait.js';
import type { CommitTree } from '../repository/commit-tree.js';
import { type Commits, changedPaths } from '../repository/commits.js';
import type { GitHubError } from '../repository/github-error.js';
import { atHead, type MergeCommit, mergeCommit } from '../repository/merge-commit.js';
import type { EvaluatedChange, EventPlan } from './event.js';
import { type PolicyCommit, policyCommit } from './policy-branch.js';

/** A plan whose refs are resolved: commits and trees instead of names. */
export interface RunPlan {
  readonly evaluated: CommitTree;
  /** The commit that the policy is read from, and what to call where it stands. */
  readonly policy: { readonly tree: CommitTree; readonly name: string };
  /** What the evaluated commit is compared with; null on events that compare nothing, or where it could not be had. */
  readonly base: CommitTree | null;
  /** The base that the result holds for; null on events that evaluate no change. */
  readonly against: ChangeBase | null;
  /** Paths that the change touches; null as `base` is. */
  readonly changedFiles: readonly string[] | null;
  readonly notices: readonly string[];
  /** The evaluated commit is part of a branch that only reviewed changes reach, and no change of it is evaluated. */
  readonly isProtected: boolean;
}

/** Asks GitHub for what the event only names. Fails where the evaluated commit or the policy's commit can't be known. */
export async function resolvePlan(
  plan: EventPlan,
  commits: Commits,
  wait: Wait = byTheClock,
): Promise<Result<RunPlan, GitHubError>> {
  const current = await withCurrentBase(plan, commits);
  const policy = await policyCommit(current.policy, commits);
  if (!policy.ok) return policy;
  const evaluated = await evaluatedCommit(plan, policy.value, commits, wait);
  if (!evaluated.ok) return evaluated;
  const notices = [...current.notices, ...evaluated.value.notices, ...policy.value.notices];
  const evaluatedTree = await commits.tree(evaluated.value.commit);
  const policyTree = await commits.tree(policy.value.commit);
  const resolved = { evaluated: evaluatedTree, policy: { tree: policyTree, name: policy.value.name } };
  const { change } = current;
  if (change === null) {
    const isProtected = await isReviewedCommit(evaluated.value.commit, policy.value, commits);
    return ok({ ...resolved, base: null, against: null, changedFiles: null, notices, isProtected });
  }

  const base = await comparedWith(evaluated.value, policy.value, commits);
  const against = changeBase(change, evaluated.value, policy.value, base.ok ? base.value : undefined);
  if (plan.required && !policy.value.isDefault) {
    notices.push(
      `Changing the base of a pull request does not rerun a required workflow, so this result would stay. Before merging into a branch other than ${change.base}, rerun it, push a commit, or close and reopen the pull request.`,
    );
  }
  const baseTree = base.ok ? await commits.tree(base.value) : null;
  const changed = baseTree === null ? null : await changedPaths(baseTree, evaluatedTree);
  if (baseTree !== null && changed?.ok) {
    return ok({ ...resolved, base: baseTree, against, changedFiles: changed.value, notices, isProtected: false });
  }
  const reason = base.ok ? (changed?.ok === false ? changed.error.message : '') : base.error.message;
  notices.push(
    `The findings that already exist on the base could not be determined, so the change is evaluated in full. ${reason}`,
  );
  return ok({ ...resolved, base: null, against, changedFiles: null, notices, isProtected: false });
}

/** Whether a commit is one of the branch whose policy holds, and changes to that branch have to be reviewed. */
async function isReviewedCommit(commit: string, policy: PolicyCommit, commits: Commits): Promise<boolean> {
  if (!policy.isOwn || policy.commit !== commit) return false;
  const reviewed = await commits.isReviewed(policy.branch);
  return reviewed.ok && reviewed.value;
}

type CurrentPlan = Pick<EventPlan, 'policy' | 'change' | 'notices'>;

/**
 * The plan for the base that the pull request has now. Its event may be weeks old, and a result for the base of then
 * would stand as one for the current base: anyone who retargets a pull request could run the old run again. Where GitHub does
 * not say, the event's base is kept, and has no policy of its own.
 */
async function withCurrentBase(plan: EventPlan, commits: Commits): Promise<CurrentPlan> {
  const { policy, change, notices } = plan;
  if (change?.kind !== 'pull-request') return plan;
  const now = await commits.pullRequest(change.number);
  if (!now.ok) return { policy: { ...policy, unconfirmed: now.error.message }, change, notices };
  const { base } = now.value;
  if (base === change.base) return plan;
  const moved = `The base of the pull request is now ${base}; the run was started for ${change.base}.`;
  return { policy: { ...policy, branch: base }, change: { ...change, base }, notices: [...notices, moved] };
}

async function evaluatedCommit(
  { evaluated }: EventPlan,
  policy: PolicyCommit,
  commits: Commits,
  wait: Wait,
): Promise<Result<MergeCommit, GitHubError>> {
  if (evaluated.kind === 'commit') return ok({ commit: evaluated.commit, into: null, notices: [] });
  const { number, head, started } = evaluated;
  // Content of an unreviewed base could undo, in the merge alone, what the head does.
  if (!policy.isOwn) return atHead(head, "Changes to the pull request's base require no review.");
  return mergeCommit({
    number,
    head,
    started,
    base: { branch: policy.branch, tip: policy.commit },
    commits,
    wait,
  });
}

/**
 * The state that a change starts from: the commit that its head was merged into, else where it left the branch whose
 * policy holds. The tip of that branch would show what others did meanwhile as undone by this change. Either is a
 * commit of the branch whose policy holds: content elsewhere did not have to be reviewed.
 */
async function comparedWith(
  { commit, into }: MergeCommit,
  policy: PolicyCommit,
  commits: Commits,
): Promise<Result<string, GitHubError>> {
  return into === null ? commits.mergeBase(policy.commit, commit) : ok(into);
}

/** The base, and what was evaluated for it. The result says nothing about another base. */
function changeBase(
  change: EvaluatedChange,
  { commit, into }: MergeCommit,
  policy: PolicyCommit,
  start: string | undefined,
): ChangeBase {
  const kind = change.kind === 'merge-group' ? 'merge-group' : into === null ? 'head' : 'merge';
  return {
    ref: `refs/heads/${change.base}`,
    policyRef: `refs/heads/${policy.branch}`,
    ...optionalField('commit', start),
    evaluated: { kind, commit },
    parents: kind === 'merge' && into !== null ? [into, change.head] : [],
  };
}
