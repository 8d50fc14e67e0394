import { cut } from '../../lib/escape/visible.js';
import { formatPlatform } from '../../references/platform.js';
import { partId } from '../publish/comment-parts.js';
import type { RunnerEnvironment } from './environment.js';
import type { ActionInputs } from './inputs.js';

/** The inputs that decide what a job evaluates and how: what shows two jobs of one name apart. */
type IdentityInputs = Pick<
  ActionInputs,
  | 'policy'
  | 'profile'
  | 'paths'
  | 'changedFilesOnly'
  | 'locked'
  | 'include'
  | 'buildArgs'
  | 'buildContexts'
  | 'platforms'
  | 'target'
  | 'onlyNew'
  | 'commentKey'
  | 'name'
>;

/** What shows one job's part of the comment, analysis in code scanning and tracking issue from those of others. */
export interface JobIdentity {
  /** The same in every run of the job. */
  readonly id: string;
  /** What it was before it was given a name: what it left under that is taken over. Absent without a name. */
  readonly formerly?: string;
  /** What people call it where several are distinguished. */
  readonly title: string;
}

/** Identifies this job. `commits`: what the run is about, whose ids say nothing about the job where an input has them. */
export function identify(env: RunnerEnvironment, inputs: IdentityInputs, commits: readonly string[]): JobIdentity {
  const derived = jobId(env, inputs, [env.commit, ...commits]);
  const { name } = inputs;
  if (name === undefined) return { id: derived, title: jobTitle(env, inputs) };
  return { id: namedId(env, name), formerly: derived, title: cut(name, MAX_TITLE_LENGTH) };
}

/** A name is the workflow's own: two workflows may call a job alike. */
function namedId({ workflowFile, workflow }: RunnerEnvironment, name: string): string {
  return partId({ workflow: workflowFile || workflow, job: name, step: '', inputs: {} });
}

function jobId(env: RunnerEnvironment, inputs: IdentityInputs, commits: readonly string[]): string {
  const settled = (values: readonly string[]) => values.map((value) => withoutRun(value, env, commits));
  const settings = {
    key: inputs.commentKey,
    policy: inputs.policy ?? '',
    profile: inputs.profile ?? '',
    // In which order paths and platforms are listed changes nothing of what is evaluated.
    paths: inputs.paths.toSorted(),
    changedFilesOnly: inputs.changedFilesOnly,
    // Left out where it is not set, so that jobs keep the ids that earlier releases gave them.
    ...(inputs.locked ? { locked: true } : {}),
    ...(inputs.include.length > 0 ? { include: inputs.include.toSorted() } : {}),
    args: settled(inputs.buildArgs),
    contexts: settled(inputs.buildContexts),
    platforms: inputs.platforms.map(formatPlatform).toSorted(),
    target: inputs.target ?? '',
    onlyNew: inputs.onlyNew,
  };
  const { job, step } = env;
  // `asked` is part of the id: another name would orphan the comments of earlier releases.
  return partId({ workflow: env.workflowFile || env.workflow, job, step, inputs: { asked: JSON.stringify(settings) } });
}

/** As short as people write a commit. */
const COMMIT_PREFIX = 7;
/** The runs of a new GitHub Enterprise Server have short numbers, which a value may hold by chance. */
const MIN_RUN_ID = 8;
const DATE_TIME = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

/** `NAME=value`; the name alone where the value is of this run, such as its commit, branch, run id or time. */
function withoutRun(pair: string, env: RunnerEnvironment, commits: readonly string[]): string {
  const [name = '', ...rest] = pair.split('=');
  const value = rest.join('=');
  const ofThisRun =
    commits.some((commit) => value.includes(commit.slice(0, COMMIT_PREFIX))) ||
    (env.runId.length >= MIN_RUN_ID && value.includes(env.runId)) ||
    DATE_TIME.test(value) ||
    env.refNames.includes(value);
  return ofThisRun ? name : pair;
}

const MAX_TITLE_ITEMS = 3;
const MAX_TITLE_LENGTH = 60;

/** The paths it evaluates, else its name and its inputs. Values of build arguments stay out: some are secrets. */
function jobTitle(env: RunnerEnvironment, inputs: IdentityInputs): string {
  if (inputs.paths.length > 0) return cut(inputs.paths.slice(0, MAX_TITLE_ITEMS).join(', '), MAX_TITLE_LENGTH);
  const named = [inputs.target, ...inputs.platforms.map(formatPlatform), inputs.profile, inputs.policy].filter(
    (text) => text !== undefined,
  );
  const shown = named.slice(0, MAX_TITLE_ITEMS).join(', ');
  return cut(shown === '' ? env.job : `${env.job} (${shown})`, MAX_TITLE_LENGTH);
}

/** Under which a job's analyses are filed in code scanning. */
export function analysisCategory(id: string): string {
  return `base-image-gate/${id}`;
}
