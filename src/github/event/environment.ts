import { version } from '../../lib/version.js';

/** `owner/name`, as GitHub spells repositories. */
export interface RepositoryName {
  readonly owner: string;
  readonly name: string;
}

/**
 * What the runner shows a job, as far as the Action asks.
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/variables
 */
export interface RunnerEnvironment {
  readonly eventName: string;
  readonly eventPath: string | null;
  readonly repository: RepositoryName;
  /** The commit that triggered the run: for `pull_request`, the merge of head and base. */
  readonly commit: string;
  readonly ref: string;
  /** Every name that the run's refs go by: the ref itself, its branch or tag, the pull request's head and base. */
  readonly refNames: readonly string[];
  readonly apiUrl: string;
  readonly serverUrl: string;
  readonly workspace: string;
  readonly temporaryDirectory: string;
  /** Its name, which two workflows may share. */
  readonly workflow: string;
  /** Its file, as owner/repository/path, where the runner shows. */
  readonly workflowFile: string;
  readonly job: string;
  readonly step: string;
  readonly runId: string;
  /** How often the run was started, from 1; empty where the runner does not say. */
  readonly runAttempt: string;
  /** Where the Action's pages are; null where it is used from a path and its repository is not known. */
  readonly docsUrl: string | null;
}

/** A value that the runner should have set and did not: without it the Action does not know what to evaluate. */
class EnvironmentError extends Error {
  readonly code = 'no-runner';
}

/** Reads `owner/name`; null when the text is anything else. */
export function parseRepositoryName(text: string): RepositoryName | null {
  const match = /^([A-Za-z0-9_.-]{1,100})\/([A-Za-z0-9_.-]{1,100})$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  if ([match[1], match[2]].some((part) => /^\.{1,2}$/.test(part))) return null;
  return { owner: match[1], name: match[2] };
}

/** The text `owner/name`. */
export function formatRepositoryName(repository: RepositoryName): string {
  return `${repository.owner}/${repository.name}`;
}

/** Whether two names mean one repository: GitHub ignores case. */
export function sameRepository(a: RepositoryName, b: RepositoryName): boolean {
  return formatRepositoryName(a).toLowerCase() === formatRepositoryName(b).toLowerCase();
}

const REF_NAMES = ['GITHUB_REF', 'GITHUB_REF_NAME', 'GITHUB_HEAD_REF', 'GITHUB_BASE_REF'] as const;

const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** Whether a text is a full commit id: SHA-1, or SHA-256 on repositories made so. */
export function isCommit(text: string): boolean {
  return COMMIT.test(text);
}

/** Reads the runner's variables. Throws EnvironmentError, naming the variable, where the process is not a job's step. */
export function readRunnerEnvironment(env: Readonly<Record<string, string | undefined>>): RunnerEnvironment {
  const need = (name: string): string => {
    const value = env[name];
    if (value !== undefined && value !== '') return value;
    throw new EnvironmentError(
      `${name} is not set, so this is not a step of a GitHub Actions job. On the command line, run "base-image-gate check" instead.`,
    );
  };
  const repository = parseRepositoryName(need('GITHUB_REPOSITORY'));
  if (repository === null) {
    throw new EnvironmentError('GITHUB_REPOSITORY is not of the form owner/name. The runner sets it.');
  }
  const commit = need('GITHUB_SHA');
  if (!isCommit(commit)) throw new EnvironmentError('GITHUB_SHA is not a commit ID. The runner sets it.');
  return {
    eventName: need('GITHUB_EVENT_NAME'),
    eventPath: env['GITHUB_EVENT_PATH'] || null,
    repository,
    commit,
    ref: env['GITHUB_REF'] ?? '',
    refNames: REF_NAMES.flatMap((name) => env[name] || []),
    apiUrl: env['GITHUB_API_URL'] || 'https://api.github.com',
    serverUrl: env['GITHUB_SERVER_URL'] || 'https://github.com',
    workspace: env['GITHUB_WORKSPACE'] || process.cwd(),
    temporaryDirectory: env['RUNNER_TEMP'] || '',
    workflow: env['GITHUB_WORKFLOW'] ?? '',
    workflowFile: env['GITHUB_WORKFLOW_REF']?.split('@', 1)[0] ?? '',
    job: env['GITHUB_JOB'] ?? '',
    step: env['GITHUB_ACTION'] ?? '',
    runId: env['GITHUB_RUN_ID'] ?? '',
    runAttempt: /^\d+$/.exec(env['GITHUB_RUN_ATTEMPT'] ?? '')?.[0] ?? '',
    docsUrl: docsUrl(env),
  };
}

/** The page of the run, which has the job's summary. */
export function runUrl({ serverUrl, repository, runId, runAttempt }: RunnerEnvironment): string {
  const run = `${serverUrl}/${formatRepositoryName(repository)}/actions/runs/${runId}`;
  // The run alone is its last attempt, which may have found something else.
  return runAttempt === '' ? run : `${run}/attempts/${runAttempt}`;
}

const PUBLISHED = 'https://github.com/base-image-gate/base-image-gate/blob';

/**
 * Where the pages of the Action are. On another server than github.com its repository may be a copy, whose name github.com
 * does not know: links lead to what was published with this version.
 */
function docsUrl(env: Readonly<Record<string, string | undefined>>): string | null {
  const { GITHUB_ACTION_REPOSITORY: repository, GITHUB_ACTION_REF: ref, GITHUB_SERVER_URL: server } = env;
  if (server !== undefined && server !== '' && server !== 'https://github.com') return `${PUBLISHED}/v${version}/docs`;
  if (repository === undefined || ref === undefined || parseRepositoryName(repository) === null) return null;
  return /^[A-Za-z0-9._/-]{1,100}$/.test(ref) ? `https://github.com/${repository}/blob/${ref}/docs` : null;
}
