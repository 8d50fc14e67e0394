import type { Catalog } from '../catalog/catalog.js';
import type { Failure } from '../lib/failure.js';
import { err, ok, type Result } from '../lib/result.js';
import { builtInPolicy } from '../policy/baseline.js';
import { withDefaultAllowlist } from '../policy/default-allow.js';
import { OTHER_POLICY_PATH, POLICY_PATH, type Policy, type Profile } from '../policy/policy.js';
import { parseRemote, type RemotePolicy } from '../policy/policy-chain.js';
import { formatProblem } from '../policy/problem.js';
import type { Finding } from '../reports/report.js';
import type { RepositoryName } from './event/environment.js';
import type { ActionInputs } from './event/inputs.js';
import type { RunPlan } from './event/run-plan.js';
import {
  type BranchPolicy,
  loadBranchPolicy,
  MAX_POLICY_BYTES,
  type PolicyUnavailable,
  previewPolicy,
  unavailableIn,
} from './repository/branch-policy.js';
import type { GitHubClient } from './repository/client.js';
import type { CommitTree } from './repository/commit-tree.js';
import type { Commits } from './repository/commits.js';
import { policyChanges } from './repository/policy-change.js';
import { earlierVersions } from './repository/policy-history.js';
import { fetchPolicy, fixFor, policyLoader } from './repository/policy-loader.js';

export interface PolicySetting {
  readonly repository: RepositoryName;
  readonly inputs: ActionInputs;
  readonly plan: RunPlan;
  readonly commits: Commits;
  readonly client: GitHubClient;
  readonly policyClient: GitHubClient | null;
  readonly catalog: Catalog;
}

/** Why no policy can be applied: the input names one that is not there, or is not valid. */
export type PolicyFailure = Failure<'no-policy' | 'bad-policy' | 'unreadable'>;

/** Where a commit keeps its policy. */
async function ownPath(tree: CommitTree): Promise<string> {
  const isOther = (await isMissing(tree, POLICY_PATH)) && !(await isMissing(tree, OTHER_POLICY_PATH));
  return isOther ? OTHER_POLICY_PATH : POLICY_PATH;
}

/** The policy of a run: of another repository where the input says so, else of the branch, with the change previewed. */
export async function runPolicy(setting: PolicySetting): Promise<Result<BranchPolicy, PolicyFailure>> {
  const path = setting.inputs.policy ?? (await ownPath(setting.plan.policy.tree));
  const remote = parseRemote(path);
  if (remote !== undefined) return remotePolicy(setting, remote);
  const access = accessOf(setting);
  const { tree, name } = setting.plan.policy;
  if (setting.inputs.policy !== undefined && (await isMissing(tree, path))) {
    const isAdded = !(await isMissing(setting.plan.evaluated, path));
    return err({
      code: 'no-policy',
      message: `The input \`policy\` names ${path}, which is not at ${name}${isAdded ? '; this change adds it' : ''}.`,
      fix: isAdded
        ? 'Merge the policy first, and set the input afterwards: a change is never evaluated by a policy that it adds itself.'
        : `Write its path relative to the repository's root, or owner/repository/path@ref for a policy in another repository. Without the input, ${POLICY_PATH} is read.`,
    });
  }
  const loaded = await loadBranchPolicy({
    path,
    branch: { tree, name },
    load: policyLoader(access),
    treeAt: (commit) => setting.commits.tree(commit),
    earlier: () => earlierVersions(setting.client, setting.repository, tree.commit, path),
    builtIn: (profile) => withoutFile(setting, profile),
    profile: profileWithoutFile(setting),
  });
  if (!loaded.ok) return unreadable(loaded.error);
  const after = setting.inputs.policy ?? (await ownPath(setting.plan.evaluated));
  const preview = await previewed(setting, { before: path, after }, loaded.value.policy);
  return ok({
    policy: loaded.value.policy,
    findings: [...loaded.value.findings, ...preview.findings],
    notices: [...loaded.value.notices, ...preview.notices],
  });
}

/** A named policy that is not there must not be replaced by a softer one, also where the change adds it. */
async function isMissing(tree: CommitTree, path: string): Promise<boolean> {
  const text = await tree.read(path, MAX_POLICY_BYTES);
  return !text.ok && text.error.code === 'not-found';
}

function unreadable({ message, fix }: PolicyUnavailable): Result<never, PolicyFailure> {
  return err({ code: 'unreadable', message, fix });
}

function profileWithoutFile({ inputs }: PolicySetting): Profile {
  return inputs.profile ?? 'baseline';
}

/** What holds in a repository that has no policy file. */
function withoutFile({ catalog }: PolicySetting, profile: Profile): Policy {
  return withDefaultAllowlist(builtInPolicy(profile), catalog);
}

function accessOf({ repository, client, policyClient, catalog }: PolicySetting): Parameters<typeof policyLoader>[0] {
  return { repository, client, policyClient, catalog };
}

async function previewed(
  setting: PolicySetting,
  /** They differ where the change brings a file of the other ending, which counts once it is merged. */
  path: { readonly before: string; readonly after: string },
  policy: Policy,
): Promise<{ readonly findings: readonly Finding[]; readonly notices: readonly string[] }> {
  const { evaluated, changedFiles, policy: branch } = setting.plan;
  const named =
    changedFiles?.filter((file) => file === path.before || file === path.after || policy.dependsOn.includes(file)) ??
    [];
  // The path may be a link, or lead through one, so that other files are edited and what is read changes.
  const isOther =
    changedFiles !== null && named.length === 0 && !(await isSameFile(path.before, branch.tree, evaluated));
  const touched = isOther ? [path.before] : named;
  if (touched.length === 0) return { findings: [], notices: [] };
  const known = new Set(policy.source.extends.map(({ name }) => name.split('/').slice(0, 2).join('/').toLowerCase()));
  const load = policyLoader(accessOf(setting), (repository) => known.has(repository));
  const { policy: next, findings } = await previewPolicy(path.after, evaluated, load);
  const intro = `This change edits the policy (${touched.join(', ')}). It was evaluated by the policy at ${branch.name}; the edit takes effect once it is merged.`;
  if (findings.some(({ level }) => level === 'error')) return { findings, notices: [intro] };
  const after = next ?? withoutFile(setting, profileWithoutFile(setting));
  const differences = policyChanges(policy, after);
  return {
    findings,
    notices: [`${intro} ${differences.length === 0 ? 'It does not change any result.' : differences.join(' ')}`],
  };
}

/** Whether a path reads alike in two commits. Content of one id is read once, so this costs nothing where it does. */
async function isSameFile(path: string, one: CommitTree, other: CommitTree): Promise<boolean> {
  const [before, after] = [await one.read(path, MAX_POLICY_BYTES), await other.read(path, MAX_POLICY_BYTES)];
  if (!before.ok || !after.ok) return !before.ok && !after.ok && before.error.code === after.error.code;
  return Buffer.compare(before.value, after.value) === 0;
}

async function remotePolicy(
  setting: PolicySetting,
  remote: RemotePolicy,
): Promise<Result<BranchPolicy, PolicyFailure>> {
  const access = accessOf(setting);
  const via = access.policyClient ?? access.client;
  const fetched = await fetchPolicy(via, remote);
  if (!fetched.ok) {
    const fix = fixFor(fetched.error, remote, access.policyClient === null ? 'token' : 'policy-token');
    return unreadable({ message: fetched.error.message, fix });
  }
  const load = policyLoader({ ...access, repository: { owner: remote.owner, name: remote.repository } });
  const loaded = await load({ ...fetched.value, path: remote.path });
  if (loaded.ok)
    return ok({ policy: loaded.value.policy, findings: [], notices: loaded.value.warnings.map(formatProblem) });
  const unavailable = unavailableIn(loaded.error);
  if (unavailable !== undefined) return unreadable(unavailable);
  const problems = loaded.error.map(formatProblem).join('\n');
  return err({
    code: 'bad-policy',
    message: `The policy ${setting.inputs.policy ?? ''} is invalid:\n${problems}`,
    fix: `Fix it in ${remote.owner}/${remote.repository}: an invalid policy evaluates nothing.`,
  });
}
