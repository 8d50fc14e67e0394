import { exitCodeOf } from '../../../src/gate/verdict.js';
import { readRunnerEnvironment } from '../../../src/github/event/environment.js';
import { readInputs } from '../../../src/github/event/inputs.js';
import { makeEngine } from '../../../src/github/make-engine.js';
import { createClient } from '../../../src/github/repository/client.js';
import { runAction } from '../../../src/github/run-action.js';
import { Secrets } from '../../../src/lib/scrub.js';
import type { Report } from '../../../src/reports/report.js';
import type { StepOptions } from './action-step.js';

/** What a run in this process is given: a step of the bundle, without what only a process of its own has. */
export type RunOptions = Omit<StepOptions, 'payload' | 'token' | 'entry' | 'onOutput'> & {
  readonly payload: unknown;
  /** `write` where it is left out. */
  readonly token?: string;
  /** Called instead of waiting, with the milliseconds. */
  readonly wait?: (milliseconds: number) => void;
  /** Whether what was found is shown on the GitHub. */
  readonly publish?: boolean;
};

/** What a run came to, by the exit code that the step would have. */
export interface RunResult {
  readonly code: 0 | 1 | 2 | 3;
  /** Null where nothing was decided or there was nothing to evaluate. */
  readonly report: Report | null;
  /** Why nothing was decided; empty where something was. */
  readonly message: string;
  /** The commit that was evaluated. */
  readonly commit: string | null;
  /** What a summary would show, and what could not be shown. */
  readonly summary: string;
}

/** One run of the Action with the real engine, in this process: milliseconds instead of the start of a bundle. */
export async function runInProcess(options: RunOptions): Promise<RunResult> {
  const { inputs = {}, token = 'write', wait, environment = {} } = options;
  const env = readRunnerEnvironment({
    GITHUB_EVENT_NAME: options.event,
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_SHA: options.sha,
    GITHUB_REF: options.ref,
    GITHUB_API_URL: options.apiUrl,
    GITHUB_SERVER_URL: 'https://github.example',
    GITHUB_WORKSPACE: options.workspace ?? '/nonexistent',
    GITHUB_WORKFLOW: 'gate',
    GITHUB_JOB: 'gate',
    GITHUB_ACTION: 'gate',
    GITHUB_RUN_ID: '42',
    ...environment,
  });
  const secrets = new Secrets();
  const given = { ...inputs, token };
  const read = readInputs((name) => Object.entries(given).find(([key]) => key === name)?.[1] ?? '', Object.keys(given));
  if (!read.ok) return { ...NOTHING, code: 3, message: read.error.message };
  const outcome = await runAction({
    env,
    payload: options.payload,
    inputs: read.value,
    connect: (connection) => createClient({ ...connection, paced: false }),
    evaluate: makeEngine({
      credentials: read.value.registryCredentials,
      environment,
      workspace: env.workspace,
      temporaryDirectory: env.temporaryDirectory,
      mask: (secret) => secrets.add(secret),
      notice: () => {},
    }),
    remainingMilliseconds: () => 30_000,
    say: () => {},
    scrub: (data) => secrets.scrub(data),
    wait: async (milliseconds) => wait?.(milliseconds),
  });
  if (!outcome.ok) {
    const { code, message, fix } = outcome.error;
    return { ...NOTHING, code: code === 'usage' ? 3 : 2, message: `${message} ${fix}` };
  }
  if (outcome.value.kind === 'nothing-to-evaluate') return { ...NOTHING, code: 0, message: outcome.value.message };
  const { report, renderers, commit, publish } = outcome.value;
  const { shortfalls } = options.publish === true ? await publish() : { shortfalls: [] };
  const summary = [renderers.summary(report, {}), ...shortfalls.map(({ message, fix }) => `${message} ${fix}`)];
  return { code: exitCodeOf(report.verdict), report, message: '', commit, summary: summary.join('\n') };
}

const NOTHING: Omit<RunResult, 'code' | 'message'> = { report: null, commit: null, summary: '' };
