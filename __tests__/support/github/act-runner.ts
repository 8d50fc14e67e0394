import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from '@jest/globals';
import { builtBundle } from '../process/bundle.js';
import type { FakeGitHub } from './fake-github.js';

/** What a runner is given, and what the repository of the run has beside the workflow. */
export interface ActRun {
  readonly event: string;
  readonly payload: unknown;
  readonly sha: string;
  readonly ref: string;
  /** Files of the workspace, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** The workflow that is run; `.github/workflows/gate.yml` where it is not named. */
  readonly workflow?: string;
  /** The name of the token that the job has on the local GitHub. */
  readonly token?: string;
  readonly secrets?: Readonly<Record<string, string>>;
}

/** The job's exit code, the log, and the directory that the stand-ins of other actions write to. */
export interface ActResult {
  readonly code: number | null;
  readonly log: string;
  readonly written: string;
}

/**
 * Runs workflows with nektos/act, a runner that is no program of ours: inputs, outputs, files and environment are its own. It
 * runs steps on this machine, without containers. `actions` are directories that stand for actions, by `owner/repository@ref`;
 * the Action itself has its refs in `refs`.
 *
 * @see https://nektosact.com/usage/runners.html#using-your-own-machine-as-a-runner-for-linux-windows-or-macos
 */
export function useActRunner(
  github: FakeGitHub,
  { refs, actions = {} }: { readonly refs: readonly string[]; readonly actions?: Readonly<Record<string, string>> },
): (run: ActRun) => Promise<ActResult> {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'runner-'));
    const root = fileURLToPath(new URL('../../..', import.meta.url));
    for (const path of ['action.yml', 'report']) {
      cpSync(join(root, path), join(directory, 'action', path), { recursive: true });
    }
    cpSync(builtBundle(), join(directory, 'action/dist'), { recursive: true });
    for (const [name, text] of Object.entries(actions)) write(join(directory, 'actions', name), { 'action.yml': text });
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));

  return async ({ event, payload, sha, ref, files, workflow = 'gate.yml', token = 'write', secrets = {} }) => {
    const workspace = mkdtempSync(join(directory, 'repository-'));
    const written = mkdtempSync(join(directory, 'written-'));
    write(workspace, { 'event.json': JSON.stringify(payload), ...files });
    const repositories = {
      ...Object.fromEntries(refs.map((one) => [`base-image-gate/base-image-gate@${one}`, join(directory, 'action')])),
      ...Object.fromEntries(Object.keys(actions).map((name) => [name, join(directory, 'actions', name)])),
    };
    const environment = {
      GITHUB_API_URL: github.server.apiUrl,
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_REF: ref,
      SHA_REF: sha,
      WRITTEN: written,
    };
    const child = spawn(
      'act',
      [
        event,
        ...['--directory', workspace, '--workflows', `.github/workflows/${workflow}`, '--eventpath', 'event.json'],
        ...['--platform', 'ubuntu-latest=-self-hosted', '--no-cache-server'],
        ...Object.entries({ GITHUB_TOKEN: token, ...secrets }).flatMap(([name, value]) => [
          '--secret',
          `${name}=${value}`,
        ]),
        ...Object.entries(repositories).flatMap(([name, path]) => ['--local-repository', `${name}=${path}`]),
        ...Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      ],
      { env: { PATH: process.env['PATH'], HOME: workspace, XDG_CACHE_HOME: join(workspace, 'cache') } },
    );
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += String(chunk)));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return { code, log, written };
  };
}

function write(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
}
