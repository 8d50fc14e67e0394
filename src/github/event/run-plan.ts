import { ok, type Result } from '../../lib/result.js';
import { wait as byTheClock, type Wait } from '../../lib/wait.js';
import type { CommitTree } from '../repository/commit-tree.js';
import { type Commits, changedPaths } from '../repository/commits.js';
import type { GitHubError } from '../repository/github-error.js';
import { atHead, type MergeCommit, mergeCommit } from '../repository/merge-commit.js';
import type { EvaluatedChange, EventPlan } from './event.js';
import { type PolicyCommit, policyCommit } from './policy-branch.js';

/** A plan whose refs have been asked for: commits and trees instead of names. */
export interface RunPlan {
  readonly evaluated: CommitTree;
  /** The commit that the policy is read from, and what to call where it stands. */
  readonly policy: { readonly tree: CommitTree; readonly name: string };
  /** What the evaluated commit is compared with; null on events that compare nothing, or where it could not be had. */
  readonly base: CommitTree | null;
  /** Paths that the change touches; null as `base` is. */
  readonly changedFiles: readonly string[] | null;
  readonly notices: readonly string[];
}

/** Asks GitHub for what the event only names. Fails where the evaluated commit or the policy's commit can't be known. */
export async function resolvePlan(
  plan: EventPlan,
  commits: Commits,
  wait: Wait = byTheClock,
): Promise<Result<RunPlan, GitHubError>> {
  const policy = await policyCommit(plan.policy, commits);
  if (!policy.ok) return policy;
  const evaluated = await evaluatedCommit(plan, policy.value, commits, wait);
  if (!evaluated.ok) return evaluated;
  const notices = [...plan.notices, ...evaluated.value.notices, ...policy.value.notices];
  const evaluatedTree = await commits.tree(evaluated.value.commit);
  const policyTree = await commits.tree(policy.value.commit);
  const resolved = { evaluated: evaluatedTree, policy: { tree: policyTree, name: policy.value.name } };
  if (plan.change === null) return ok({ ...resolved, base: null, changedFiles: null, notices });

  const base = await comparedWith(evaluated.value, policy.value, commits);
  notices.push(resultFor(plan.change, evaluated.value, policy.value));
  if (plan.required && !policy.value.isDefault) {
    notices.push(
      `A required workflow is not started when the base of a pull request changes, so this result would stay. Before merging into a branch other than ${plan.change.base}, push a commit, or close and reopen the pull request: a re-run is for the same base.`,
    );
  }
  const baseTree = base.ok ? await commits.tree(base.value) : null;
  const changed = baseTree === null ? null : await changedPaths(baseTree, evaluatedTree);
  if (baseTree !== null && changed?.ok) {
    return ok({ ...resolved, base: baseTree, changedFiles: changed.value, notices });
  }
  const reason = base.ok ? (changed?.ok === false ? changed.error.message : '') : base.error.message;
  notices.push(`What this change inherits could not be reported, so it is evaluated in full. ${reason}`);
  return ok({ ...resolved, base: null, changedFiles: null, notices });
}

async function evaluatedCommit(
  { evaluated }: EventPlan,
  policy: PolicyCommit,
  commits: Commits,
  wait: Wait,
): Promise<Result<MergeCommit, GitHubError>> {
  if (evaluated.kind === 'commit') return ok({ commit: evaluated.commit, into: null, notices: [] });
  const { number, head, started } = evaluated;
  // What whoever made the base put there could undo, in the merge alone, what the head does.
  if (!policy.isOwn) return atHead(head, "Nobody has to review the pull request's base.");
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
 * commit of the branch whose policy holds: what stands elsewhere nobody had to review.
 */
async function comparedWith(
  { commit, into }: MergeCommit,
  policy: PolicyCommit,
  commits: Commits,
): Promise<Result<string, GitHubError>> {
  return into === null ? commits.mergeBase(policy.commit, commit) : ok(into);
}

const SHORT = 12;

/** Says what the result is a result for: it says nothing about another base. */
function resultFor(change: EvaluatedChange, { commit, into }: MergeCommit, policy: PolicyCommit): string {
  const what =
    change.kind === 'merge-group'
      ? `the merge group ${commit.slice(0, SHORT)}`
      : into === null
        ? `the head ${commit.slice(0, SHORT)}`
        : `the merge of ${change.head.slice(0, SHORT)} into ${into.slice(0, SHORT)}`;
  return `The result is for the base ${change.base}: ${what} by the policy of ${policy.branch} at ${policy.commit.slice(0, SHORT)}.`;
}
