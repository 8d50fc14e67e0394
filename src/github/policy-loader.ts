import type { Catalogue } from '../catalog/catalogue.js';
import { loadPolicy } from '../policy/load.js';
import type { FetchedPolicy, RemotePolicy, ResolveExtends } from '../policy/policy-chain.js';
import { err, ok, type Result } from '../result.js';
import { rules } from '../rules/index.js';
import type { LoadPolicyText } from './branch-policy.js';
import type { GitHubClient } from './client.js';
import { formatRepositoryName, type RepositoryName } from './environment.js';
import { attempt, type Purpose } from './github-error.js';

export interface PolicyAccess {
  readonly repository: RepositoryName;
  /** The run's own token. */
  readonly client: GitHubClient;
  /** The token of the input `policy-token`, where there is one. */
  readonly policyClient: GitHubClient | null;
  readonly catalogue: Catalogue;
}

/**
 * Loads policies of the repository, and what they extend in others. `mayUsePolicyToken` says for which repositories
 * the policy token is used: a policy that is only previewed was written by whoever opened the pull request, and must
 * not read, with that token, what they may not read themselves.
 */
export function policyLoader(
  access: PolicyAccess,
  mayUsePolicyToken: (repository: string) => boolean = () => true,
): LoadPolicyText {
  return async ({ path, text, commit, resolveFile }) => {
    let unavailable = false;
    const resolveExtends: ResolveExtends = async (target) => {
      const name = `${target.owner}/${target.repository}`.toLowerCase();
      const trusted = access.policyClient !== null && mayUsePolicyToken(name);
      const fetched = await fetchPolicy(trusted ? access.policyClient : access.client, target);
      if (fetched.ok) return fetched;
      unavailable = true;
      return trusted ? fetched : err(`${fetched.error} ${NEEDS_TOKEN}`);
    };
    const loaded = await loadPolicy({
      path,
      text,
      commit,
      resolveFile,
      repository: formatRepositoryName(access.repository),
      resolveExtends,
      rules,
      catalogue: access.catalogue,
    });
    return loaded.ok || !unavailable ? loaded : err(loaded.error.map((defect) => ({ ...defect, unavailable })));
  };
}

/** What a maintainer can do about a policy that the run's own token can't read. */
export const NEEDS_TOKEN =
  "A private repository needs the input `policy-token`, which runs for forks and Dependabot don't have.";

/** Reads a policy of another repository, at the commit that its ref points to now. */
export async function fetchPolicy(client: GitHubClient, target: RemotePolicy): Promise<Result<FetchedPolicy, string>> {
  const { owner, repository, path, ref } = target;
  const place = { owner, repo: repository };
  const purpose: Purpose = {
    doing: `read the policy ${owner}/${repository}/${path}@${ref}`,
    permission: 'contents: read',
  };
  const found = await attempt(purpose, () => client.rest.repos.getCommit({ ...place, ref, per_page: 1 }));
  if (!found.ok) return err(found.error.message);
  const commit = found.value.data.sha;
  const resolveFile = async (file: string): Promise<Result<Uint8Array, string>> => {
    const content = await attempt(purpose, () => client.rest.repos.getContent({ ...place, path: file, ref: commit }));
    if (!content.ok) return err(content.error.message);
    const { data } = content.value;
    // GitHub leaves the content of a file above 1 MB out; a folder is a list.
    if (Array.isArray(data) || data.type !== 'file' || data.encoding !== 'base64')
      return err(`${file} is not a file of at most 1 MB`);
    return ok(new Uint8Array(Buffer.from(data.content, 'base64')));
  };
  const text = await resolveFile(path);
  return text.ok ? ok({ text: text.value, commit, resolveFile }) : text;
}
