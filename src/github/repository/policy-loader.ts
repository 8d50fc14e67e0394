import type { Catalog } from '../../catalog/catalog.js';
import { err, ok, type Result } from '../../lib/result.js';
import { loadPolicy } from '../../policy/load.js';
import type { RemotePolicy, ResolveExtends } from '../../policy/policy-chain.js';
import { rules } from '../../rules/index.js';
import { formatRepositoryName, isCommit, type RepositoryName } from '../event/environment.js';
import type { LoadPolicyText, PolicyFileText } from './branch-policy.js';
import type { GitHubClient } from './client.js';
import { attempt, type GitHubError, type Purpose } from './github-error.js';

export interface PolicyAccess {
  readonly repository: RepositoryName;
  /** The run's own token. */
  readonly client: GitHubClient;
  /** The token of the input `policy-token`, where there is one. */
  readonly policyClient: GitHubClient | null;
  readonly catalog: Catalog;
}

/**
 * Loads policies of the repository, and what they extend in others. `mayUsePolicyToken` says for which repositories
 * the policy token is used: a policy that is only previewed was written by the author of the pull request, and must
 * not read, with that token, what they may not read themselves.
 */
export function policyLoader(
  access: PolicyAccess,
  mayUsePolicyToken: (repository: string) => boolean = () => true,
): LoadPolicyText {
  return async ({ path, text, commit, resolveFile }) => {
    let refused: string | undefined;
    const resolveExtends: ResolveExtends = async (target) => {
      const name = `${target.owner}/${target.repository}`.toLowerCase();
      const trusted = access.policyClient !== null && mayUsePolicyToken(name);
      const fetched = await fetchPolicy(trusted ? access.policyClient : access.client, target);
      if (fetched.ok) return fetched;
      refused = fixFor(fetched.error, target, trusted ? 'policy-token' : 'token');
      return err(clauseOf(fetched.error));
    };
    const loaded = await loadPolicy({
      path,
      text,
      commit,
      resolveFile,
      repository: formatRepositoryName(access.repository),
      resolveExtends,
      rules,
      catalog: access.catalog,
      now: new Date(),
    });
    if (loaded.ok || refused === undefined) return loaded;
    const fix = refused;
    return err(loaded.error.map((defect) => ({ ...defect, fix, unavailable: true })));
  };
}

/** Why a policy of another repository could not be had. */
type FetchError = Pick<GitHubError, 'code' | 'message' | 'fix'> & Partial<Pick<GitHubError, 'doing'>>;

/** What a maintainer can do about it. `token`: the input whose token may not read it, or was used in vain. */
export function fixFor(
  { code, fix }: FetchError,
  { owner, repository }: RemotePolicy,
  token: 'token' | 'policy-token',
): string {
  if (code !== 'not-found' && code !== 'no-permission' && code !== 'unauthorized') return fix;
  return token === 'token'
    ? `Check its repository, path and ref. If ${owner}/${repository} is private or internal, set the input \`policy-token\`; runs for forks get no secrets, and Dependabot runs get only Dependabot secrets.`
    : `Check its repository, path and ref, and that \`policy-token\` has not expired and may read ${owner}/${repository} (contents: read).`;
}

/** The message, to stand within a sentence that names the policy already. */
export function clauseOf({ message, doing }: FetchError): string {
  const known = `Could not ${doing}: `;
  return (message.startsWith(known) ? message.slice(known.length) : message).replace(/\.$/, '');
}

/**
 * The commit that a ref names. GitHub prefers a branch to a tag of its name, so anyone who may push a branch could put
 * their own policy in a tag's place: a ref that is both is refused. One that says which it is, `heads/…` or `tags/…`, is
 * taken at its word: a branch may be called `tags/v1` too. An abbreviated commit is none: it is any branch that gets
 * that name.
 */
async function commitOf(
  client: GitHubClient,
  { owner, repository, ref }: RemotePolicy,
  purpose: Purpose,
): Promise<Result<string, FetchError>> {
  const place = { owner, repo: repository };
  const commitAt = async (name: string): Promise<Result<string, FetchError>> => {
    const found = await attempt(purpose, () => client.rest.repos.getCommit({ ...place, ref: name, per_page: 1 }));
    return found.ok ? ok(found.value.data.sha) : found;
  };
  const refAt = (name: string) => attempt(purpose, () => client.rest.git.getRef({ ...place, ref: name }));
  if (isCommit(ref)) return commitAt(ref);
  const [, qualified] = /^(?:refs\/)?((?:heads|tags)\/.+)$/.exec(ref) ?? [];
  const found: { readonly name: string; readonly commit: string }[] = [];
  let missing: FetchError = { code: 'not-found', message: `${ref} is not a branch or a tag.`, fix: 'Check its ref.' };
  for (const name of qualified === undefined ? [`heads/${ref}`, `tags/${ref}`] : [qualified]) {
    const there = await refAt(name);
    if (!there.ok && there.error.code !== 'not-found') return there;
    if (!there.ok) {
      missing = there.error;
      continue;
    }
    const { type, sha } = there.value.data.object;
    // Only an annotated tag has to be requested by its name, for which GitHub takes a branch called so first.
    const shadow = type === 'commit' ? null : await refAt(`heads/${name}`);
    if (shadow?.ok) {
      return err({
        code: 'rejected',
        message: `${name} is a tag, but a branch has the same name, at ${shadow.value.data.object.sha}.`,
        fix: 'Delete the branch, or write a commit ID after the @.',
      });
    }
    const commit = type === 'commit' ? ok(sha) : await commitAt(name);
    if (!commit.ok) return commit;
    found.push({ name, commit: commit.value });
  }
  const [one, other] = found;
  if (one === undefined) return err(missing);
  if (other === undefined) return ok(one.commit);
  return err({
    code: 'rejected',
    message: `${ref} is both a branch, at ${one.commit}, and a tag, at ${other.commit}.`,
    fix: `Write ${one.name}, ${other.name} or a commit ID after the @, or delete one of them.`,
  });
}

/** Reads a policy of another repository, at the commit that its ref points to now. */
export async function fetchPolicy(
  client: GitHubClient,
  target: RemotePolicy,
): Promise<Result<Omit<PolicyFileText, 'path'>, FetchError>> {
  const { owner, repository, path, ref } = target;
  const place = { owner, repo: repository };
  const purpose: Purpose = {
    doing: `read the policy ${owner}/${repository}/${path}@${ref}`,
    permission: 'contents: read',
  };
  const resolved = await commitOf(client, target, purpose);
  if (!resolved.ok) return resolved;
  const commit = resolved.value;
  const read = async (file: string): Promise<Result<Uint8Array, FetchError>> => {
    const content = await attempt(purpose, () => client.rest.repos.getContent({ ...place, path: file, ref: commit }));
    if (!content.ok) return content;
    const { data } = content.value;
    // GitHub leaves the content of a file above 1 MB out; a directory is a list.
    if (Array.isArray(data) || data.type !== 'file' || data.encoding !== 'base64')
      return err({ code: 'limit', message: `${file} is not a file of at most 1 MB.`, fix: 'Name a policy file.' });
    return ok(new Uint8Array(Buffer.from(data.content, 'base64')));
  };
  const text = await read(path);
  if (!text.ok) return text;
  const resolveFile = async (file: string): Promise<Result<Uint8Array, string>> => {
    const content = await read(file);
    return content.ok ? content : err(clauseOf(content.error));
  };
  return ok({ text: text.value, commit, resolveFile });
}
