// How long the Action takes from its start to its first request to GitHub, beside Node that does nothing and beside a program
// that does no more than load @actions/github: the median of so many, in turns.
// Usage: node bench/first-request/first-request.mjs [TIMES] [--dist DIRECTORY]
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { BANNER } from '../../scripts/bundle/builtin-modules.mjs';
import { LESS_OF_PACKAGES } from '../../scripts/bundle/less-of-packages.mjs';
import { node } from '../bundled.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { dist: { type: 'string', default: fileURLToPath(new URL('../../dist', import.meta.url)) } },
});
const times = Number(positionals[0] ?? 20);
const directory = mkdtempSync(join(tmpdir(), 'bench-first-request-'));
const file = (name) => join(directory, name);
for (const name of ['output', 'summary']) writeFileSync(file(name), '');
for (const name of ['temp', 'workspace', 'home']) mkdirSync(file(name));
const [commit, before] = ['a', 'b'].map((digit) => digit.repeat(40));
const repository = {
  full_name: 'acme/shop',
  name: 'shop',
  owner: { login: 'acme' },
  default_branch: 'main',
  private: false,
};
const payload = { repository, ref: 'refs/heads/main', before, after: commit, commits: [], head_commit: { id: commit } };
writeFileSync(file('event.json'), JSON.stringify(payload));

let arrived = () => {};
const server = createServer((_request, response) => {
  arrived();
  response.writeHead(500).end('{}');
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const environment = {
  PATH: process.env.PATH,
  HOME: file('home'),
  CI: 'true',
  GITHUB_ACTIONS: 'true',
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_EVENT_PATH: file('event.json'),
  GITHUB_SHA: commit,
  GITHUB_REF: 'refs/heads/main',
  GITHUB_API_URL: `http://127.0.0.1:${server.address().port}`,
  GITHUB_SERVER_URL: 'https://github.example',
  GITHUB_WORKSPACE: file('workspace'),
  GITHUB_WORKFLOW: 'gate',
  GITHUB_JOB: 'gate',
  GITHUB_ACTION: 'gate',
  GITHUB_RUN_ID: '42',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_OUTPUT: file('output'),
  GITHUB_STEP_SUMMARY: file('summary'),
  RUNNER_TEMP: file('temp'),
  INPUT_TOKEN: `ghs_${'x'.repeat(36)}`,
};

/** From the start of the process until the server is asked. */
function firstRequest() {
  const start = performance.now();
  const child = spawn(node, [join(resolve(values.dist), 'action.js')], { env: environment, stdio: 'ignore' });
  return new Promise((done, fail) => {
    child.on('exit', (code) => fail(new Error(`the Action ended with ${code} before it asked GitHub`)));
    arrived = () => {
      const milliseconds = performance.now() - start;
      child.removeAllListeners('exit').on('exit', () => done(milliseconds));
      child.kill('SIGKILL');
    };
  });
}

function whole(args) {
  const start = performance.now();
  execFileSync(node, args, { env: environment, stdio: 'ignore' });
  return performance.now() - start;
}

const loading = file('actions-github.mjs');
await build({
  stdin: {
    contents: "import { context } from '@actions/github'; globalThis.context = context;",
    resolveDir: fileURLToPath(new URL('../..', import.meta.url)),
  },
  outfile: loading,
  bundle: true,
  platform: 'node',
  format: 'esm',
  banner: { js: BANNER },
  plugins: LESS_OF_PACKAGES,
  logLevel: 'error',
});

const runs = { bare: [], package: [], action: [] };
for (let time = 0; time < times; time++) {
  runs.bare.push(whole(['-e', '0']));
  runs.package.push(whole([loading]));
  runs.action.push(await firstRequest());
}
server.close();
rmSync(directory, { recursive: true });
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const [bare, github, action] = [runs.bare, runs.package, runs.action].map(median);
process.stdout.write('| `node -e 0` ms | @actions/github alone ms | first request ms | times |\n');
process.stdout.write('| --- | --- | --- | --- |\n');
process.stdout.write(
  `| ${bare.toFixed(0)} | ${github.toFixed(0)} | ${action.toFixed(0)} | ${(action / bare).toFixed(2)} |\n`,
);
