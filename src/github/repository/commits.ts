import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { TreeError } from '../../build-files/repository-tree.js';
import { err, ok, type Result } from '../../lib/result.js';
import { isCommit, type RepositoryName } from '../event/environment.js';
import { apiObjects } from './api-objects.js';
import type { GitHubClient } from './client.js';
import { cloneObjects, cloneParents, hasCommit } from './clone-objects.js';
import { type BlobCache, type CommitTree, type GitObjects, makeCommitTree } from './commit-tree.js';
import { attempt, type GitHubError, type Purpose } from './github-error.js';

const PROTECTION =
  'query($owner: String!, $repo: String!, $ref: String!) { repository(owner: $owner, name: $repo) { ref(qualifiedName: $ref) { refUpdateRule { requiredApprovingReviewCount requiresCodeOwnerReviews blocksCreations pattern } } } }';
const protection = z.object({
  repository: z
    .object({
      ref: z
        .object({
          refUpdateRule: z
            .object({
              requiredApprovingReviewCount: z.number().nullable(),
              requiresCodeOwnerReviews: z.boolean().nullable(),
              blocksCreations: z.boolean(),
              pattern: z.string(),
            })
            .nullable(),
        })
        .nullable(),
    })
    .nullable(),
});

/** A pull request as it is now. */
export interface PullRequestState {
  readonly head: string;
  /** The branch it is to be merged into. */
  readonly base: string;
  readonly closed: boolean;
  /** Null while GitHub has not tried to merge it. */
  readonly mergeable: boolean | null;
}

export interface CommitsOptions {
  readonly client: GitHubClient;
  readonly repository: RepositoryName;
  /** Where a checkout may be; null where only the API may be read. */
  readonly workspace: string | null;
}

/**
 * The commits of a repository. Refs are always read from GitHub, since a checkout knows only what it was fetched with;
 * content, which its id vouches for, is read from the checkout where that has the commit.
 */
export class Commits {
  readonly #client: GitHubClient;
  readonly #place: { readonly owner: string; readonly repo: string };
  readonly #repository: RepositoryName;
  readonly #workspace: string | null;
  readonly #blobs: BlobCache = new Map();
  readonly #trees = new Map<string, Promise<CommitTree>>();

  constructor({ client, repository, workspace }: CommitsOptions) {
    this.#client = client;
    this.#place = { owner: repository.owner, repo: repository.name };
    this.#repository = repository;
    // Without a clone git would be started for each question, to say that there is none.
    this.#workspace = workspace !== null && existsSync(join(workspace, '.git')) ? workspace : null;
  }

  /** The commit that a ref, such as `heads/main` or `pull/7/merge`, points to now. */
  async tip(ref: string): Promise<Result<string, GitHubError>> {
    return attempt({ doing: `find refs/${ref}`, permission: 'contents: read' }, async () => {
      const { data } = await this.#client.rest.git.getRef({ ...this.#place, ref });
      return commitId(data.object.sha);
    });
  }

  async defaultBranch(): Promise<Result<string, GitHubError>> {
    const answer = await attempt({ doing: 'find the default branch', permission: 'contents: read' }, () =>
      this.#client.rest.repos.get(this.#place),
    );
    return answer.ok ? ok(answer.value.data.default_branch) : answer;
  }

  /**
   * Whether the content of a branch had to pass a review. GitHub calls a branch protected by any rule, such as
   * one about its name, so the rules themselves are requested. Those of branch protection of the older kind are not among
   * them; GraphQL says of them what who is no administrator may read.
   *
   * @see https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch
   * @see https://docs.github.com/en/graphql/reference/objects#refupdaterule
   */
  async isReviewed(branch: string): Promise<Result<boolean, GitHubError>> {
    return attempt({ doing: `read the rules of ${branch}`, permission: 'contents: read' }, async () => {
      const { data } = await this.#client.rest.repos.getBranch({ ...this.#place, branch });
      if (!data.protected) return false;
      const request = { ...this.#place, branch, per_page: 100 };
      const rules = await this.#client.paginate(this.#client.rest.repos.getBranchRules, request);
      const isRuled = rules.some((rule) => {
        if (rule.type !== 'pull_request' || rule.parameters === undefined) return false;
        return rule.parameters.required_approving_review_count > 0 || rule.parameters.require_code_owner_review;
      });
      // A branch that can be made at will matches the pattern of a ruleset with unreviewed content.
      const isMadeAtWill = !rules.some(({ type }) => type === 'creation');
      return (isRuled && !isMadeAtWill) || (await this.#isReviewedByProtection(branch));
    });
  }

  async #isReviewedByProtection(branch: string): Promise<boolean> {
    const { owner, repo } = this.#place;
    const answer = protection.parse(
      await this.#client.graphql(PROTECTION, { owner, repo, ref: `refs/heads/${branch}` }),
    );
    const rule = answer.repository?.ref?.refUpdateRule;
    if (rule === null || rule === undefined) return false;
    // Who made a branch that a pattern matches chose its content; one that is named was there before its protection.
    if (rule.pattern !== branch && !rule.blocksCreations) return false;
    return (rule.requiredApprovingReviewCount ?? 0) > 0 || rule.requiresCodeOwnerReviews === true;
  }

  /** What a pull request is now. */
  async pullRequest(number: number): Promise<Result<PullRequestState, GitHubError>> {
    const purpose: Purpose = { doing: `read pull request ${number}`, permission: 'pull-requests: read' };
    return attempt(purpose, async () => {
      const { data } = await this.#client.rest.pulls.get({ ...this.#place, pull_number: number });
      const { head, base, state, mergeable } = data;
      return { head: commitId(head.sha), base: base.ref, closed: state === 'closed', mergeable };
    });
  }

  async parents(commit: string): Promise<Result<readonly string[], GitHubError>> {
    const local = this.#workspace === null ? null : await cloneParents(this.#workspace, commit);
    // A shallow clone's commits still name their parents: cat-file shows the object, not the grafted history.
    if (local !== null) return ok(local);
    return attempt({ doing: `read commit ${commit}`, permission: 'contents: read' }, async () => {
      const { data } = await this.#client.rest.git.getCommit({ ...this.#place, commit_sha: commit });
      return data.parents.map(({ sha }) => commitId(sha));
    });
  }

  /** The last commit that both have. */
  async mergeBase(base: string, head: string): Promise<Result<string, GitHubError>> {
    const answer = await attempt({ doing: 'compare with the base branch', permission: 'contents: read' }, () =>
      this.#client.rest.repos.compareCommitsWithBasehead({
        ...this.#place,
        basehead: `${base}...${head}`,
        per_page: 1,
      }),
    );
    return answer.ok ? ok(commitId(answer.value.data.merge_base_commit.sha)) : answer;
  }

  /** Whether a commit is `tip` or one that `tip` was made from. What GitHub can't compare with `tip` is neither. */
  async isPartOf(commit: string, tip: string): Promise<Result<boolean, GitHubError>> {
    if (commit === tip) return ok(true);
    const common = await this.mergeBase(commit, tip);
    if (!common.ok) return common.error.code === 'not-found' ? ok(false) : common;
    return ok(common.value === commit);
  }

  /** The repository at a commit. Nothing is read until it is needed. */
  tree(commit: string): Promise<CommitTree> {
    const known = this.#trees.get(commit);
    if (known !== undefined) return known;
    const opened = this.#open(commit);
    this.#trees.set(commit, opened);
    return opened;
  }

  async #open(commit: string): Promise<CommitTree> {
    const remote = apiObjects(this.#client, this.#repository, commit);
    const isHere = this.#workspace !== null && (await hasCommit(this.#workspace, commit));
    const objects = this.#workspace !== null && isHere ? either(cloneObjects(this.#workspace, commit), remote) : remote;
    return makeCommitTree(objects, commit, this.#blobs);
  }
}

/** What is passed to git as a commit must be one, even if something else answers for GitHub. */
function commitId(text: string): string {
  if (isCommit(text)) return text;
  throw new TypeError('GitHub returned an invalid commit ID');
}

/** A clone that was made without all objects (`filter: blob:none`, a depth) answers for what it has. */
function either(clone: GitObjects, remote: GitObjects): GitObjects {
  return {
    name: clone.name,
    list: async () => orElse(await clone.list(), () => remote.list()),
    blob: async (entry, maxBytes) => orElse(await clone.blob(entry, maxBytes), () => remote.blob(entry, maxBytes)),
  };
}

async function orElse<T>(
  first: Result<T, TreeError>,
  second: () => Promise<Result<T, TreeError>>,
): Promise<Result<T, TreeError>> {
  if (first.ok || first.error.code === 'too-large') return first;
  const other = await second();
  return other.ok ? other : err(first.error.code === 'not-found' ? other.error : first.error);
}

/** Paths that two commits do not share: added, removed, or with another content. */
export async function changedPaths(base: CommitTree, head: CommitTree): Promise<Result<readonly string[], TreeError>> {
  const [before, after] = await Promise.all([base.ids(), head.ids()]);
  if (!before.ok) return before;
  if (!after.ok) return after;
  const paths = new Set([...before.value.keys(), ...after.value.keys()]);
  return ok([...paths].filter((path) => before.value.get(path) !== after.value.get(path)).sort());
}
