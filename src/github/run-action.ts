import type { RepositoryTree } from '../build-files/repository-tree.js';
import type { HardenedFile } from '../fix/harden/harden-file.js';
import { optionalField } from '../lib/collections.js';
import { err, ok, type Result } from '../lib/result.js';
import type { Wait } from '../lib/wait.js';
import type { Policy } from '../policy/policy.js';
import type { Platform } from '../references/platform.js';
import type { Report } from '../reports/report.js';
import type { BuildInputs, Engine, EngineRequest, Stop } from './engine.js';
import { type RepositoryName, type RunnerEnvironment, sameRepository } from './event/environment.js';
import { planEvent } from './event/event.js';
import type { ActionInputs } from './event/inputs.js';
import { groupMissingPermissions, requestedPermissions } from './event/requested-permissions.js';
import { resolvePlan } from './event/run-plan.js';
import type { Published } from './publish/publish.js';
import type { Renderers } from './publish/renderers.js';
import type { createClient, GitHubClient } from './repository/client.js';
import { Commits } from './repository/commits.js';

export interface ActionRun {
  readonly env: RunnerEnvironment;
  /** The event's, or null where the runner left none. */
  readonly payload: unknown;
  readonly inputs: ActionInputs;
  readonly evaluate: Engine;
  /** Makes the client for GitHub's API. */
  readonly connect: typeof createClient;
  readonly wait?: Wait | undefined;
  readonly remainingMilliseconds: () => number;
  readonly say: (sentence: string) => void;
  /** Takes secrets of the run out of data that is about to be written. */
  readonly scrub: (data: unknown) => void;
}

/** What a run came to. `stopped` carries no report: nothing was decided, which never is a pass. */
export type ActionOutcome =
  | {
      readonly kind: 'evaluated';
      readonly report: Report;
      readonly policy: Policy;
      readonly renderers: Renderers;
      /** The commit that was evaluated. */
      readonly commit: string;
      /** Only reviewed changes reach the ref of the commit. */
      readonly isProtected: boolean;
      /** Why not all of the commit was evaluated, as a sentence; null where it was. */
      readonly partial: string | null;
      /** Those that the inputs name in the place of the policy's. */
      readonly platforms: readonly Platform[];
      /** Shows it on GitHub, which may have to wait; returns what appeared and what did not, and never throws. */
      readonly publish: () => Promise<Published>;
    }
  | { readonly kind: 'nothing-to-evaluate'; readonly message: string };

/** One run of the Action, from the event to the verdict, ready to be shown. */
export async function runAction(run: ActionRun): Promise<Result<ActionOutcome, Stop>> {
  const { env, payload, inputs } = run;
  const event = planEvent(env, payload);
  if (!event.ok && event.error.code === 'nothing-to-evaluate') {
    return ok({ kind: 'nothing-to-evaluate', message: event.error.message });
  }
  if (!event.ok) return err({ code: 'indeterminate', message: event.error.message, fix: event.error.fix });

  const client = clientFor(run, inputs.token);
  const policyClient = inputs.policyToken === undefined ? null : clientFor(run, inputs.policyToken);
  const workspace = event.value.apiOnly ? null : env.workspace;
  const commits = new Commits({ client, repository: env.repository, workspace });
  const plan = await resolvePlan(event.value, commits, run.wait);
  if (!plan.ok) {
    const [{ message, fix } = plan.error] = groupMissingPermissions([plan.error], requestedPermissions(inputs));
    const stop: Stop = { code: 'indeterminate', message, fix };
    run.scrub(stop);
    return err(stop);
  }

  // What is not needed until GitHub has answered is not loaded before it is asked.
  const [
    { loadCatalog },
    { LOCK_PATH },
    { evaluatedPaths },
    { analysisCategory, identify },
    { GITHUB_API, listAttestations },
    { parseRemote },
    { runPolicy },
  ] = await Promise.all([
    import('../catalog/catalog.js'),
    import('../enforce/lock/lock.js'),
    import('./event/evaluated-paths.js'),
    import('./event/job-identity.js'),
    import('./repository/attestations.js'),
    import('../policy/policy-chain.js'),
    import('./run-policy.js'),
  ]);
  const { commit } = plan.value.evaluated;
  const job = identify(env, inputs, event.value.change === null ? [commit] : [commit, event.value.change.head]);
  const stopped = async (stop: Stop): Promise<Result<never, Stop>> => {
    run.scrub(stop);
    const { publishStop } = await import('./publish/publish-stop.js');
    await publishStop({ env, inputs, plan: event.value, client, job, stop, wait: run.wait });
    return err(stop);
  };
  const catalog = loadCatalog();
  const setting = { repository: env.repository, inputs, plan: plan.value, commits, client, policyClient, catalog };
  const policy = await runPolicy(setting);
  if (!policy.ok) {
    const { code, message, fix } = policy.error;
    return stopped({ code: code === 'unreadable' ? 'indeterminate' : 'usage', message, fix });
  }

  const only = await evaluatedPaths(inputs, plan.value);
  if (!only.ok) return stopped(only.error);
  const { findings, notices } = policy.value;
  const isSofter = inputs.onlyNew === 'all' && policy.value.policy.onlyNew !== true;
  const inputNotices = isSofter
    ? [
        "The input `only-new: true` has no effect because inputs can't make a policy more lenient. To use it, set `only-new: true` in the policy.",
      ]
    : [];
  const builds: BuildInputs = {
    buildArgs: inputs.buildArgs,
    buildContexts: inputs.buildContexts,
    platforms: inputs.platforms,
    ...optionalField('target', inputs.target),
    ...(only.value === null ? {} : { only: only.value }),
  };
  const attestations = listAttestations((repository) =>
    attestationClient(run, { client, policyClient, publicApi: GITHUB_API }, repository),
  );
  const evaluated = await run.evaluate({
    tree: plan.value.evaluated,
    policy: policy.value.policy,
    builds,
    change:
      plan.value.against === null
        ? null
        : {
            base: plan.value.base,
            against: plan.value.against,
            changedFiles: plan.value.changedFiles,
            onlyNew: inputs.onlyNew,
          },
    locked: inputs.locked,
    included: inputs.include,
    policyIsOwn: inputs.policy === undefined || parseRemote(inputs.policy) === undefined,
    listAttestations: attestations,
    preliminary: { findings, notices: [...plan.value.notices, ...notices, ...inputNotices] },
  });
  if (!evaluated.ok) return stopped(evaluated.error);

  const report = evaluated.value;
  run.scrub(report);
  // Findings are about the lines of the evaluated commit, which a merge may have moved away from the head's.
  const { renderersFor } = await import('./publish/renderers.js');
  const renderers = renderersFor(env, { commit, category: analysisCategory(job.id) });
  const publication = {
    env,
    inputs,
    plan: event.value,
    client,
    commits,
    report,
    renderers,
    evaluated: commit,
    job,
    touchesImages: touchesImages(report, plan.value.changedFiles, LOCK_PATH),
    harden: () =>
      hardenedFiles(run, { ...setting, policy: policy.value.policy, builds, report, listAttestations: attestations }),
    wait: run.wait,
  };
  const partial = only.value === null ? null : 'The inputs of the workflow excluded build files.';
  const publish = async (): Promise<Published> => {
    const { publishToGitHub } = await import('./publish/publish.js');
    const published = await publishToGitHub(publication);
    run.scrub(published);
    return published;
  };
  return ok({
    kind: 'evaluated',
    report,
    policy: policy.value.policy,
    renderers,
    commit,
    isProtected: plan.value.isProtected,
    partial,
    platforms: inputs.platforms,
    publish,
  });
}

/** Whether a change touches the lock or a file that names an image; true where what it changes is not known. */
function touchesImages({ uses }: Report, changedFiles: readonly string[] | null, lock: string): boolean {
  if (changedFiles === null) return true;
  const changed = new Set(changedFiles);
  return changed.has(lock) || uses.some(({ file }) => changed.has(file));
}

/**
 * The client that requests attestations of a repository: the run's token for its own repository, the policy token
 * for others. Tokens of a GitHub Enterprise Server are never sent to github.com.
 */
function attestationClient(
  run: ActionRun,
  {
    client,
    policyClient,
    publicApi,
  }: { readonly client: GitHubClient; readonly policyClient: GitHubClient | null; readonly publicApi: string },
  repository: RepositoryName,
): GitHubClient {
  const { env, remainingMilliseconds, say, connect } = run;
  if (env.serverUrl !== 'https://github.com')
    return connect({ apiUrl: publicApi, remainingMilliseconds, onWaiting: say });
  return sameRepository(repository, env.repository) ? client : (policyClient ?? client);
}

function clientFor({ env, remainingMilliseconds, say, connect }: ActionRun, token: string): GitHubClient {
  return connect({ token, apiUrl: env.apiUrl, remainingMilliseconds, onWaiting: say });
}

/** Build files rewritten to images that the policy allows, as far as the gate has nothing against them. */
async function hardenedFiles(
  run: ActionRun,
  given: Pick<EngineRequest, 'policy' | 'builds' | 'listAttestations'> & {
    readonly plan: { readonly evaluated: RepositoryTree; readonly changedFiles: readonly string[] | null };
    readonly report: Report;
  },
): Promise<readonly HardenedFile[]> {
  const { plan, policy, builds, report, listAttestations } = given;
  const [{ readingOf }, { overlaidTree }] = await Promise.all([
    import('./engine.js'),
    import('../fix/overlaid-tree.js'),
  ]);
  const reading = readingOf(builds, policy);
  const { changedFiles } = plan;
  // On other files a suggestion can't stand.
  if (!reading.ok || changedFiles === null) return [];
  const { hardenRepository } = await import('../fix/harden/harden-repository.js');
  const tree = plan.evaluated;
  const hardened = await hardenRepository({
    tree,
    reading: reading.value,
    report: { ...report, uses: report.uses.filter(({ file }) => changedFiles.includes(file)) },
    policy,
    now: new Date(),
    evaluate: (contents) =>
      run.evaluate({
        tree: overlaidTree(tree, contents),
        policy,
        builds: { ...builds, only: [...contents.keys()] },
        change: null,
        locked: false,
        included: [],
        policyIsOwn: false,
        listAttestations,
        preliminary: { findings: [], notices: [] },
      }),
  });
  return hardened.files;
}
