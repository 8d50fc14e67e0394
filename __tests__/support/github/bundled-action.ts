import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { builtBundle, compiledOnce } from '../process/bundle.js';
import { webhookExamples } from './webhook-examples.js';

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
  /** Called with the process once it has written something. */
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

/** The bundle as users run it, with a temporary directory for what its steps write. */
export class BundledAction {
  readonly #dist = builtBundle();
  readonly #directory = mkdtempSync(join(tmpdir(), 'gate-action-'));

  /** Runs the bundle with a runner's environment, and reads what it left. */
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
      ...compiledOnce(),
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
    const entry = join(this.#dist, options.entry ?? 'action.js');
    const child = spawn(process.execPath, [entry], { env: environment, cwd: file('workspace') });
    let log = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        log += text;
        options.onOutput?.((signal) => child.kill(signal));
      });
    }
    const code = await new Promise<number | null>((done) => child.on('close', done));
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

/** The bundle for the tests of a file. What its steps wrote is removed after them. */
export function useBundledAction(): BundledAction {
  const action = new BundledAction();
  afterAll(() => action.remove());
  return action;
}

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
  const [example] = webhookExamples('pull_request');
  const payload = Object(example);
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
  const [example] = webhookExamples(event);
  const payload = Object(example);
  payload.repository = { ...payload.repository, full_name: 'acme/shop', default_branch: 'main' };
  return { ...payload, ...changes };
}
