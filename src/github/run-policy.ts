import type { Catalogue } from '../catalog/catalogue.js';
import { builtInPolicy } from '../policy/baseline.js';
import { withDefaultAllowList } from '../policy/default-allow.js';
import { loadPolicy } from '../policy/load.js';
import type { Policy, Profile } from '../policy/policy.js';
import { parseRemote } from '../policy/policy-chain.js';
import { formatProblem } from '../policy/problem.js';
import type { Finding } from '../reports/report.js';
import { err, ok, type Result } from '../result.js';
import { rules } from '../rules/index.js';
import { type BranchPolicy, loadBranchPolicy, MAX_POLICY_BYTES, previewPolicy } from './branch-policy.js';
import type { GitHubClient } from './client.js';
import type { CommitTree } from './commit-tree.js';
import type { Commits } from './commits.js';
import type { RepositoryName } from './environment.js';
import { type ActionInputs, DEFAULT_POLICY_PATH } from './inputs.js';
import { policyChanges } from './policy-change.js';
import { earlierVersions } from './policy-history.js';
import { fetchPolicy, NEEDS_TOKEN, policyLoader } from './policy-loader.js';
import type { RunPlan } from './run-plan.js';

export interface PolicySetting {
  readonly repository: RepositoryName;
  readonly inputs: ActionInputs;
  readonly plan: RunPlan;
  readonly commits: Commits;
  readonly client: GitHubClient;
  readonly policyClient: GitHubClient | null;
  readonly catalogue: Catalogue;
}

/** Why no policy can be applied: the input names one that is not there, or is not valid. */
export interface PolicyFailure {
  readonly code: 'bad-policy' | 'unreadable';
  readonly message: string;
}

/** The policy of a run: of another repository where the input says so, else of the branch, with the change previewed. */
export async function runPolicy(setting: PolicySetting): Promise<Result<BranchPolicy, PolicyFailure>> {
  const path = setting.inputs.policy ?? DEFAULT_POLICY_PATH;
  const remote = parseRemote(path);
  if (remote !== undefined) return remotePolicy(setting, remote);
  const access = accessOf(setting);
  const { tree, name } = setting.plan.policy;
  const loaded = await loadBranchPolicy({
    path,
    branch: { tree, name },
    load: policyLoader(access),
    treeAt: (commit) => setting.commits.tree(commit),
    earlier: () => earlierVersions(setting.client, setting.repository, tree.commit, path),
    builtIn: (profile) => withoutFile(setting, profile),
    profile: profileWithoutFile(setting),
  });
  if (!loaded.ok) return err({ code: 'unreadable', message: loaded.error });
  const notices = [...loaded.value.notices];
  if (setting.inputs.policy !== undefined && loaded.value.policy.source.path === undefined) {
    notices.push(`The policy ${path} is not at ${name}, so ${loaded.value.policy.source.name} was used.`);
  }
  const preview = await previewed(setting, path, loaded.value.policy);
  return ok({
    policy: loaded.value.policy,
    findings: [...loaded.value.findings, ...preview.findings],
    notices: [...notices, ...preview.notices],
  });
}

function profileWithoutFile({ inputs }: PolicySetting): Profile {
  return inputs.profile ?? 'baseline';
}

/** What holds in a repository that has no policy file. */
function withoutFile({ catalogue }: PolicySetting, profile: Profile): Policy {
  return withDefaultAllowList(builtInPolicy(profile), catalogue);
}

function accessOf({ repository, client, policyClient, catalogue }: PolicySetting): Parameters<typeof policyLoader>[0] {
  return { repository, client, policyClient, catalogue };
}

async function previewed(
  setting: PolicySetting,
  path: string,
  policy: Policy,
): Promise<{ readonly findings: readonly Finding[]; readonly notices: readonly string[] }> {
  const { judged, changedFiles, policy: branch } = setting.plan;
  const named = changedFiles?.filter((file) => file === path || policy.dependsOn.includes(file)) ?? [];
  // The path may be a link, or lead through one, so that other files are edited and what is read changes.
  const isOther = changedFiles !== null && named.length === 0 && !(await isSameFile(path, branch.tree, judged));
  const touched = isOther ? [path] : named;
  if (touched.length === 0) return { findings: [], notices: [] };
  const known = new Set(policy.source.extends.map(({ name }) => name.split('/').slice(0, 2).join('/').toLowerCase()));
  const load = policyLoader(accessOf(setting), (repository) => known.has(repository));
  const { policy: next, findings } = await previewPolicy(path, judged, load);
  const intro = `This change edits the policy (${touched.join(', ')}). It was judged by the policy at ${branch.name}; the edit holds once it is merged.`;
  if (findings.some(({ level }) => level === 'error')) return { findings, notices: [intro] };
  const after = next ?? withoutFile(setting, profileWithoutFile(setting));
  const differences = policyChanges(policy, after);
  return {
    findings,
    notices: [`${intro} ${differences.length === 0 ? 'It changes nothing that is judged.' : differences.join(' ')}`],
  };
}

/** Whether a path reads alike in two commits. Content of one id is read once, so this costs nothing where it does. */
async function isSameFile(path: string, one: CommitTree, other: CommitTree): Promise<boolean> {
  const [before, after] = [await one.read(path, MAX_POLICY_BYTES), await other.read(path, MAX_POLICY_BYTES)];
  if (!before.ok || !after.ok) return !before.ok && !after.ok && before.error.code === after.error.code;
  return Buffer.compare(before.value, after.value) === 0;
}

async function remotePolicy(
  { inputs, client, policyClient, catalogue }: PolicySetting,
  remote: NonNullable<ReturnType<typeof parseRemote>>,
): Promise<Result<BranchPolicy, PolicyFailure>> {
  const via = policyClient ?? client;
  const fetched = await fetchPolicy(via, remote);
  if (!fetched.ok) {
    const remedy = policyClient === null ? ` ${NEEDS_TOKEN}` : '';
    return err({ code: 'unreadable', message: `${fetched.error}${remedy}` });
  }
  const loaded = await loadPolicy({
    ...fetched.value,
    path: remote.path,
    repository: `${remote.owner}/${remote.repository}`,
    resolveExtends: (target) => fetchPolicy(via, target),
    rules,
    catalogue,
  });
  if (!loaded.ok) {
    const problems = loaded.error.map(formatProblem).join('\n');
    return err({ code: 'bad-policy', message: `The policy ${inputs.policy ?? ''} is invalid:\n${problems}` });
  }
  return ok({ policy: loaded.value.policy, findings: [], notices: loaded.value.warnings.map(formatProblem) });
}
