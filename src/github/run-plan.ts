import { ok, type Result } from '../result.js';
import type { CommitTree } from './commit-tree.js';
import { type Commits, changedPaths } from './commits.js';
import type { EventPlan } from './event.js';
import type { GitHubError } from './github-error.js';

/** A plan whose refs have been asked for: commits and trees instead of names. */
export interface RunPlan {
  readonly judged: CommitTree;
  /** The commit that the policy is read from, and what to call where it stands. */
  readonly policy: { readonly tree: CommitTree; readonly name: string };
  /** What the judged commit is compared with; null on events that compare nothing, or where it could not be had. */
  readonly base: CommitTree | null;
  /** Paths that the change touches; null as `base` is. */
  readonly changedFiles: readonly string[] | null;
  readonly notices: readonly string[];
}

/** Asks GitHub for what the event only names. Fails where the judged commit or the policy's commit can't be known. */
export async function resolvePlan(plan: EventPlan, commits: Commits): Promise<Result<RunPlan, GitHubError>> {
  const judged = await judgedCommit(plan, commits);
  if (!judged.ok) return judged;
  const policy = await policyCommit(plan, judged.value.commit, commits);
  if (!policy.ok) return policy;
  const notices = [...plan.notices, ...judged.value.notices];
  const judgedTree = await commits.tree(judged.value.commit);
  const policyTree = await commits.tree(policy.value.commit);
  const resolved = { judged: judgedTree, policy: { tree: policyTree, name: policy.value.name } };
  if (plan.change === null) return ok({ ...resolved, base: null, changedFiles: null, notices });

  const base = await comparedWith(plan.change.head, judged.value.commit, policy.value.commit, commits);
  const baseTree = base.ok ? await commits.tree(base.value) : null;
  const changed = baseTree === null ? null : await changedPaths(baseTree, judgedTree);
  if (baseTree !== null && changed?.ok) {
    return ok({ ...resolved, base: baseTree, changedFiles: changed.value, notices });
  }
  const reason = base.ok ? (changed?.ok === false ? changed.error.message : '') : base.error.message;
  notices.push(`What this change inherits could not be told, so it is judged in full. ${reason}`);
  return ok({ ...resolved, base: null, changedFiles: null, notices });
}

async function judgedCommit(
  plan: EventPlan,
  commits: Commits,
): Promise<Result<{ readonly commit: string; readonly notices: readonly string[] }, GitHubError>> {
  if (plan.judged.kind === 'commit') return ok({ commit: plan.judged.commit, notices: [] });
  const { number, head } = plan.judged;
  const merge = await commits.tip(`pull/${number}/merge`);
  if (merge.ok) {
    const parents = await commits.parents(merge.value);
    // The ref moves with every push; only a merge of the head that this run is about is judged.
    if (parents.ok && parents.value[1] === head) return ok({ commit: merge.value, notices: [] });
  } else if (merge.error.code !== 'not-found') {
    return merge;
  }
  return ok({
    commit: head,
    notices: ['The pull request can’t be merged as it is, so its head was judged instead of what merging would make.'],
  });
}

async function policyCommit(
  plan: EventPlan,
  judged: string,
  commits: Commits,
): Promise<Result<{ readonly commit: string; readonly name: string }, GitHubError>> {
  if (plan.policy.kind === 'judged-commit') return ok({ commit: judged, name: 'the judged commit' });
  const branch = plan.policy.kind === 'branch-tip' ? ok(plan.policy.branch) : await commits.defaultBranch();
  if (!branch.ok) return branch;
  const tip = await commits.tip(`heads/${branch.value}`);
  return tip.ok ? ok({ commit: tip.value, name: `the tip of ${branch.value}` }) : tip;
}

/**
 * The state that a change starts from: the first parent of a merge of its head, else where it left the base branch.
 * The tip of the base branch would show what others did meanwhile as undone by this change.
 */
async function comparedWith(
  head: string,
  judged: string,
  baseTip: string,
  commits: Commits,
): Promise<Result<string, GitHubError>> {
  const parents = await commits.parents(judged);
  if (parents.ok && parents.value.length === 2 && parents.value[1] === head && parents.value[0] !== undefined) {
    return ok(parents.value[0]);
  }
  return commits.mergeBase(baseTip, judged);
}
