import { ok, type Result } from '../../lib/result.js';
import type { Commits } from './commits.js';
import type { GitHubError } from './github-error.js';

/** GitHub makes a pull request's merge in the background, mostly within seconds: how long to wait between looks. */
const WAITS_MILLISECONDS: readonly number[] = [1_000, 2_000, 4_000, 8_000];

export interface MergeRequest {
  readonly number: number;
  /** The head that the run is about. */
  readonly head: string;
  readonly commits: Commits;
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** What is evaluated of a pull request: its merge, or its head and a sentence that says why. */
export interface MergeCommit {
  readonly commit: string;
  readonly notices: readonly string[];
}

/**
 * The commit that GitHub made by merging `head` into its base. Its ref moves with every push and is made some time
 * after, so one that is missing or of another head is waited for, unless GitHub says that there is a conflict. Fails
 * where GitHub can't be asked.
 *
 * @see https://docs.github.com/en/rest/guides/using-the-rest-api-to-interact-with-your-git-database#checking-mergeability-of-pull-requests
 */
export async function mergeCommit(request: MergeRequest): Promise<Result<MergeCommit, GitHubError>> {
  const { number, head, commits, wait } = request;
  let waited = 0;
  for (const pause of [...WAITS_MILLISECONDS, null]) {
    const merge = await mergeOfHead(request);
    if (!merge.ok) return merge;
    if (merge.value !== null) return ok({ commit: merge.value, notices: [] });
    const state = await commits.pullRequest(number);
    if (state.ok && state.value.head !== head) {
      return atHead(head, 'The pull request has a newer commit, whose merge is evaluated by the run for that commit.');
    }
    if (state.ok && state.value.mergeable === false) {
      return atHead(head, 'The pull request is in conflict with its base, so there is no merge to evaluate.');
    }
    if (pause === null) break;
    waited += pause;
    await wait(pause);
  }
  return atHead(head, `GitHub had not made the merge of the pull request after ${waited / 1_000} seconds.`);
}

/** The merge of this very head; null where the ref is not there, or is of another push. */
async function mergeOfHead({ number, head, commits }: MergeRequest): Promise<Result<string | null, GitHubError>> {
  const merge = await commits.tip(`pull/${number}/merge`);
  if (!merge.ok) return merge.error.code === 'not-found' ? ok(null) : merge;
  const parents = await commits.parents(merge.value);
  return ok(parents.ok && parents.value[1] === head ? merge.value : null);
}

function atHead(head: string, why: string): Result<MergeCommit, GitHubError> {
  return ok({ commit: head, notices: [`${why} Its head was evaluated instead of what merging would make.`] });
}
