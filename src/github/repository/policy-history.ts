import { err, ok, type Result } from '../../lib/result.js';
import type { RepositoryName } from '../event/environment.js';
import type { GitHubClient } from './client.js';
import { attempt, type GitHubError, type Purpose } from './github-error.js';

/** How far back a branch is walked, and how often its policy is read there. */
const MAX_COMMITS = 500;
const MAX_VERSIONS = 60;
const COMMITS_A_PAGE = 100;

export interface PolicyVersion {
  readonly commit: string;
  readonly text: Uint8Array;
}

/**
 * Earlier states of a file on a branch, newest first and each once. Only commits that the branch itself went through
 * (first parents) count: what stood in the middle of a pull request was never reviewed on its own.
 */
export async function* earlierVersions(
  client: GitHubClient,
  repository: RepositoryName,
  tip: string,
  path: string,
): AsyncGenerator<Result<PolicyVersion, GitHubError>> {
  const place = { owner: repository.owner, repo: repository.name };
  const purpose: Purpose = { doing: `read the history of ${path}`, permission: 'contents: read' };
  const touching = await attempt(purpose, () =>
    client.rest.repos.listCommits({ ...place, sha: tip, path, per_page: COMMITS_A_PAGE }),
  );
  if (!touching.ok) return yield touching;
  const changedHere = new Set(touching.value.data.map(({ sha }) => sha));
  const seen = new Set<string>();
  let reads = 0;
  for await (const step of mainline(client, place, tip, purpose)) {
    if (!step.ok) return yield err(step.error);
    const { commit, parents } = step.value;
    const mayHaveChanged = commit === tip || parents.length > 1 || changedHere.has(commit);
    const before = parents[0];
    if (!mayHaveChanged || before === undefined) continue;
    if (++reads > MAX_VERSIONS) return;
    const content = await attempt(purpose, () => client.rest.repos.getContent({ ...place, path, ref: before }));
    if (!content.ok) {
      if (content.error.code === 'not-found') continue;
      return yield content;
    }
    const { data } = content.value;
    if (Array.isArray(data) || data.type !== 'file' || !('content' in data) || seen.has(data.sha)) continue;
    seen.add(data.sha);
    yield ok({ commit: before, text: new Uint8Array(Buffer.from(data.content, 'base64')) });
  }
}

interface Step {
  readonly commit: string;
  readonly parents: readonly string[];
}

/** The branch's own commits from its tip on: each one's first parent. */
async function* mainline(
  client: GitHubClient,
  place: { readonly owner: string; readonly repo: string },
  tip: string,
  purpose: Purpose,
): AsyncGenerator<Result<Step, GitHubError>> {
  const known = new Map<string, readonly string[]>();
  let next: string | undefined = tip;
  for (let count = 0; next !== undefined && count < MAX_COMMITS; count++) {
    const commit: string = next;
    if (!known.has(commit)) {
      const page = await attempt(purpose, () =>
        client.rest.repos.listCommits({ ...place, sha: commit, per_page: COMMITS_A_PAGE }),
      );
      if (!page.ok) return yield page;
      for (const { sha, parents } of page.value.data) {
        known.set(
          sha,
          parents.map((parent) => parent.sha),
        );
      }
    }
    const parents: readonly string[] = known.get(commit) ?? [];
    yield ok({ commit, parents });
    next = parents[0];
  }
}
