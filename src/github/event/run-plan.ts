import { setTimeout } from 'node:timers/promises';
import { ok, type Result } from '../../lib/result.js';
import type { CommitTree } from '../repository/commit-tree.js';
import { type Commits, changedPaths } from '../repository/commits.js';
import type { GitHubError } from '../repository/github-error.js';
import { type MergeCommit, mergeCommit } from '../repository/merge-commit.js';
import type { EventPlan } from './event.js';
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
  wait: (milliseconds: number) => Promise<void> = (milliseconds) => setTimeout(milliseconds),
): Promise<Result<RunPlan, GitHubError>> {
  const evaluated = await evaluatedCommit(plan, commits, wait);
  if (!evaluated.ok) return evaluated;
  const policy = await policyCommit(plan.policy, evaluated.value.commit, commits);
  if (!policy.ok) return policy;
  const notices = [...plan.notices, ...evaluated.value.notices, ...policy.value.notices];
  const evaluatedTree = await commits.tree(evaluated.value.commit);
  const policyTree = await commits.tree(policy.value.commit);
  const resolved = { evaluated: evaluatedTree, policy: { tree: policyTree, name: policy.value.name } };
  if (plan.change === null) return ok({ ...resolved, base: null, changedFiles: null, notices });

  const base = await comparedWith(plan.change.head, evaluated.value.commit, policy.value, commits);
  const baseTree = base.ok ? await commits.tree(base.value) : null;
  const changed = baseTree === null ? null : await changedPaths(baseTree, evaluatedTree);
  if (baseTree !== null && changed?.ok) {
    return ok({ ...resolved, base: baseTree, changedFiles: changed.value, notices });
  }
  const reason = base.ok ? (changed?.ok === false ? changed.error.message : '') : base.error.message;
  notices.push(`What this change inherits could not be told, so it is evaluated in full. ${reason}`);
  return ok({ ...resolved, base: null, changedFiles: null, notices });
}

async function evaluatedCommit(
  { evaluated }: EventPlan,
  commits: Commits,
  wait: (milliseconds: number) => Promise<void>,
): Promise<Result<MergeCommit, GitHubError>> {
  if (evaluated.kind === 'commit') return ok({ commit: evaluated.commit, notices: [] });
  return mergeCommit({ number: evaluated.number, head: evaluated.head, commits, wait });
}

/**
 * The state that a change starts from: the first parent of a merge of its head, else where it left the branch whose
 * policy holds. The tip of that branch would show what others did meanwhile as undone by this change.
 */
async function comparedWith(
  head: string,
  evaluated: string,
  policy: PolicyCommit,
  commits: Commits,
): Promise<Result<string, GitHubError>> {
  const parents = policy.isOwn ? await commits.parents(evaluated) : null;
  if (parents?.ok && parents.value.length === 2 && parents.value[1] === head && parents.value[0] !== undefined) {
    return ok(parents.value[0]);
  }
  return commits.mergeBase(policy.commit, evaluated);
}
