import { ok, type Result } from '../../lib/result.js';
import type { Wait } from '../../lib/wait.js';
import type { Commits } from './commits.js';
import type { GitHubError } from './github-error.js';

/** GitHub makes a pull request's merge in the background, mostly within seconds: how long to wait between looks. */
const WAITS_MILLISECONDS: readonly number[] = [1_000, 2_000, 4_000, 8_000];

export interface MergeRequest {
  readonly number: number;
  /** The head that the run is about. */
  readonly head: string;
  /** The commit that the run was started for, where that may be the merge. */
  readonly started: string | null;
  /** The branch that the head is to be merged into, and its tip as it was read for the policy. */
  readonly base: { readonly branch: string; readonly tip: string };
  readonly commits: Commits;
  readonly wait: Wait;
}

/** What is evaluated of a pull request: its merge, or its head and a sentence that says why. */
export interface MergeCommit {
  readonly commit: string;
  /** The commit of the base that the head was merged into; null where the head itself is evaluated. */
  readonly into: string | null;
  readonly notices: readonly string[];
}

/**
 * The commit that GitHub made by merging `head` into its base: its first parent is part of the base branch, its second
 * is `head`. The merge that a run is started for, and the one that the pull request's ref names, may be of an earlier
 * push or of the base that the pull request had before. Either is waited for, unless GitHub says that there is a
 * conflict; then the head is evaluated. Fails where GitHub can't be queried.
 *
 * @see https://docs.github.com/en/rest/guides/using-the-rest-api-to-interact-with-your-git-database#checking-mergeability-of-pull-requests
 */
export async function mergeCommit(request: MergeRequest): Promise<Result<MergeCommit, GitHubError>> {
  const { number, head, started, base, commits, wait } = request;
  if (started !== null) {
    const into = await mergedInto(started, request, base.tip);
    if (!into.ok) return into;
    if (into.value !== null) return ok({ commit: started, into: into.value, notices: [] });
  }
  let waited = 0;
  for (const pause of [...WAITS_MILLISECONDS, null]) {
    const merge = await currentMerge(request, waited > 0);
    if (!merge.ok) return merge;
    if (merge.value !== null) return ok({ ...merge.value, notices: [] });
    const state = await commits.pullRequest(number);
    if (state.ok && state.value.head !== head) {
      return atHead(head, 'The pull request has a newer commit; the run for that commit evaluates its merge.');
    }
    if (state.ok && state.value.closed) return atHead(head, 'The pull request is closed.');
    if (state.ok && state.value.mergeable === false) {
      return atHead(head, 'The pull request has conflicts with its base, so there is no merge commit to evaluate.');
    }
    if (pause === null) break;
    waited += pause;
    await wait(pause);
  }
  return atHead(
    head,
    `GitHub had not created the merge of the pull request into ${base.branch} after ${waited / 1_000} seconds.`,
  );
}

type Merge = Pick<MergeCommit, 'commit' | 'into'>;

/** The merge that the pull request's ref names, where it is of this head into this base. */
async function currentMerge(request: MergeRequest, hasWaited: boolean): Promise<Result<Merge | null, GitHubError>> {
  const { number, base, commits } = request;
  const merge = await commits.tip(`pull/${number}/merge`);
  if (!merge.ok) return merge.error.code === 'not-found' ? ok(null) : merge;
  // Others may have pushed to the base while the merge was waited for, and GitHub merges into what is there.
  const tip = hasWaited ? await commits.tip(`heads/${base.branch}`) : ok(base.tip);
  if (!tip.ok) return tip;
  const into = await mergedInto(merge.value, request, tip.value);
  if (!into.ok) return into;
  return ok(into.value === null ? null : { commit: merge.value, into: into.value });
}

/** The commit of the base that the head was merged into by `merge`; null where it is no merge of the two. */
async function mergedInto(
  merge: string,
  { head, commits }: MergeRequest,
  tip: string,
): Promise<Result<string | null, GitHubError>> {
  const parents = await commits.parents(merge);
  if (!parents.ok) return parents.error.code === 'not-found' ? ok(null) : parents;
  const [into, merged] = parents.value;
  if (into === undefined || merged !== head || parents.value.length !== 2) return ok(null);
  const isOfBase = await commits.isPartOf(into, tip);
  return isOfBase.ok ? ok(isOfBase.value ? into : null) : isOfBase;
}

/** The head, where there is no merge to evaluate. `why` is a sentence. */
export function atHead(head: string, why: string): Result<MergeCommit, never> {
  return ok({
    commit: head,
    into: null,
    notices: [`${why} Its head was evaluated instead of the merge result.`],
  });
}
