import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { context } from '@actions/github';
import { afterAll, jest } from '@jest/globals';
import { runReportStep } from '../../../src/github/report-step.js';
import { createClient } from '../../../src/github/repository/client.js';
import { runStep } from '../../../src/github/step.js';
import { builtBundle, compiledOnce } from '../process/bundle.js';
import { webhookExample } from './webhook-examples.js';

/** What a step of a job is run with. */
export interface StepOptions {
  readonly apiUrl: string;
  readonly event: string;
  /** The event's payload, or the text of its file; null leaves the file out. */
  readonly payload: object | string | null;
  readonly sha: string;
  readonly ref: string;
  readonly token: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly workspace?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly entry?: 'action.js' | 'report-action.js';
  /** Called with the process of a bundle once it has written something. */
  readonly onOutput?: (kill: (signal: NodeJS.Signals) => void) => void;
}

export interface StepResult {
  readonly code: number | null;
  readonly log: string;
  /** Annotations and masks, as the runner would read them. */
  readonly commands: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** Runs steps of the Action, with a temporary directory for what they write. */
export class ActionStep {
  readonly #run: Runner;
  readonly #directory = mkdtempSync(join(tmpdir(), 'gate-action-'));

  constructor(run: Runner) {
    this.#run = run;
  }

  /** Runs a step with a runner's environment, and reads what it left. */
  async run(options: StepOptions): Promise<StepResult> {
    const directory = mkdtempSync(join(this.#directory, 'step-'));
    const file = (name: string): string => join(directory, name);
    for (const name of ['output', 'summary']) writeFileSync(file(name), '');
    for (const name of ['temp', 'workspace', 'home']) mkdirSync(file(name));
    if (options.payload !== null) {
      const text = typeof options.payload === 'string' ? options.payload : JSON.stringify(options.payload);
      writeFileSync(file('event.json'), text);
    }
    const inputs = Object.entries({ token: options.token, ...options.inputs });
    const environment: NodeJS.ProcessEnv = {
      PATH: process.env['PATH'],
      HOME: file('home'),
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_EVENT_NAME: options.event,
      GITHUB_EVENT_PATH: file('event.json'),
      GITHUB_SHA: options.sha,
      GITHUB_REF: options.ref,
      GITHUB_API_URL: options.apiUrl,
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_WORKSPACE: options.workspace ?? file('workspace'),
      GITHUB_WORKFLOW: 'gate',
      GITHUB_JOB: 'gate',
      GITHUB_ACTION: 'gate',
      GITHUB_RUN_ID: '42',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_OUTPUT: file('output'),
      GITHUB_STEP_SUMMARY: file('summary'),
      RUNNER_TEMP: file('temp'),
      ...Object.fromEntries(inputs.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
      ...options.environment,
    };
    const { code, log } = await this.#run(environment, options, file('workspace'));
    return {
      code,
      log,
      commands: log.split('\n').filter((line) => line.startsWith('::')),
      outputs: readOutputs(readFileSync(file('output'), 'utf8')),
      summary: readFileSync(file('summary'), 'utf8'),
    };
  }

  /** Every file that a step left in RUNNER_TEMP, in the order of steps. */
  leftovers(): readonly string[] {
    return readdirSync(this.#directory, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.includes('/temp/'),
    );
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

type Runner = (
  environment: NodeJS.ProcessEnv,
  options: StepOptions,
  directory: string,
) => Promise<Pick<StepResult, 'code' | 'log'>>;

/**
 * The Action's step for the tests of a file, run in this process: all but what only a process has (signals, a crash).
 * What its steps wrote is removed after the tests.
 */
export function useAction(): ActionStep {
  return removedAfterwards(new ActionStep(runHere));
}

/** The same as users run it: the bundle, in a process of its own. It takes ten times as long. */
export function useBundledAction(): ActionStep {
  return removedAfterwards(new ActionStep(runBundle));
}

function removedAfterwards(action: ActionStep): ActionStep {
  afterAll(() => action.remove());
  return action;
}

// Environment and output are the process's, so that a step here waits for the one before.
let previous: Promise<unknown> = Promise.resolve();
const runHere: Runner = (environment, options) => {
  const step = previous.then(() => runNow(environment, options));
  previous = step.catch(() => undefined);
  return step;
};

const runNow = async (
  environment: NodeJS.ProcessEnv,
  options: StepOptions,
): Promise<Pick<StepResult, 'code' | 'log'>> => {
  // @actions/github reads the event when it is loaded, which is once in this process.
  context.payload = payloadIn(options);
  const own = { ...process.env };
  let log = '';
  const written = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    log += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    return true;
  });
  replaceEnvironment(environment);
  try {
    const started = Date.now();
    const setting = { started, deadline: started + 60_000, connect: unpaced, wait: async () => {} };
    const code = options.entry === 'report-action.js' ? await runReportStep(setting) : await runStep(setting);
    return { code, log };
  } finally {
    written.mockRestore();
    replaceEnvironment(own);
  }
};

const unpaced: typeof createClient = (options) => createClient({ ...options, paced: false });

function payloadIn({ payload }: StepOptions): typeof context.payload {
  if (typeof payload === 'string') throw new Error('A payload that is no object needs the bundle.');
  return { ...payload };
}

function replaceEnvironment(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
}

const runBundle: Runner = async (environment, options, directory) => {
  const entry = join(builtBundle(), options.entry ?? 'action.js');
  const child = spawn(process.execPath, [entry], { env: { ...compiledOnce(), ...environment }, cwd: directory });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      log += text;
      options.onOutput?.((signal) => child.kill(signal));
    });
  }
  const code = await new Promise<number | null>((done) => child.on('close', done));
  return { code, log };
};

/** @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#multiline-strings */
function readOutputs(text: string): Readonly<Record<string, string>> {
  const outputs: Record<string, string> = {};
  const pattern = /^([^\n<]+)<<(ghadelimiter_[^\n]+)\n([\s\S]*?)\n\2$/gm;
  for (const [, name = '', , value = ''] of text.matchAll(pattern)) outputs[name] = value;
  return outputs;
}

/** GitHub's example of `pull_request`, made to speak of this pull request of `acme/shop`. */
export function pullRequestPayload(pull: {
  readonly number: number;
  readonly head: string;
  readonly headRepository: string | null;
  readonly base?: string;
}): object {
  const payload = Object(webhookExample('pull_request'));
  const request = payload.pull_request;
  payload.number = pull.number;
  request.number = pull.number;
  request.head.sha = pull.head;
  request.head.ref = 'feature';
  if (pull.headRepository === null) request.head.repo = null;
  else request.head.repo.full_name = pull.headRepository;
  request.base.ref = pull.base ?? 'main';
  for (const repository of [request.base.repo, payload.repository]) {
    Object.assign(repository, { full_name: 'acme/shop', default_branch: 'main' });
  }
  return payload;
}

/** GitHub's example of another event, made to speak of `acme/shop` and `main`. */
export function payloadOf(event: string, changes: Readonly<Record<string, unknown>> = {}): object {
  const payload = Object(webhookExample(event));
  payload.repository = { ...payload.repository, full_name: 'acme/shop', default_branch: 'main' };
  return { ...payload, ...changes };
}
