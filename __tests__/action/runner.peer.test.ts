import { spawn } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { payloadOf, pullRequestPayload } from '../support/github/action-step.js';
import { useGitHub } from '../support/github/fake-github.js';
import { makePullRequest, POLICY_PATH } from '../support/github/pull-request-step.js';
import { builtBundle } from '../support/process/bundle.js';
import { describeWithPeers } from '../support/process/peers.js';

const POLICY = 'version: 1\ndeny:\n  - { image: "images.example/legacy/**", reason: no longer maintained }\n';
const BASE = { [POLICY_PATH]: POLICY, Dockerfile: 'FROM images.example/legacy/base:1\n' };
const ACTION = 'base-image-gate/base-image-gate@v2';

const STEPS = `
      - id: gate
        uses: ${ACTION}
        with: { tracking-issue: true, token: "\${{ secrets.GITHUB_TOKEN }}" }
      - if: always()
        run: >-
          echo "SEEN verdict=\${{ steps.gate.outputs.verdict }} errors=\${{ steps.gate.outputs.errors }}
          images=\${{ steps.gate.outputs.images }} html=$(test -s '\${{ steps.gate.outputs.report-html }}' && echo yes)"
`;
const JOB = `jobs:\n  gate:\n    runs-on: ubuntu-latest\n    steps:${STEPS}`;

/** What a runner is given, and what the repository of the run has beside the workflow. */
interface Started {
  readonly event: string;
  readonly payload: unknown;
  readonly sha: string;
  readonly ref: string;
  readonly workflows: Readonly<Record<string, string>>;
}

/**
 * The bundle as a runner starts it: the inputs, outputs, files and environment are those of nektos/act, which is no
 * program of ours. It runs steps on this machine, without containers.
 *
 * @see https://nektosact.com/usage/runners.html#using-your-own-machine-as-a-runner-for-linux-windows-or-macos
 */
describeWithPeers(['act', 'git'], "nektos/act runs the Action's bundle", () => {
  const github = useGitHub();
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'runner-'));
    const action = join(directory, 'action');
    mkdirSync(action);
    copyFileSync(fileURLToPath(new URL('../../action.yml', import.meta.url)), join(action, 'action.yml'));
    cpSync(builtBundle(), join(action, 'dist'), { recursive: true });
    mkdirSync(join(directory, 'composite'));
    writeFileSync(
      join(directory, 'composite/action.yml'),
      `name: build\ndescription: checks, then builds\noutputs:\n  verdict: { value: "\${{ steps.inner.outputs.verdict }}", description: v }\nruns:\n  using: composite\n  steps:\n    - id: inner\n      uses: ${ACTION}\n      with: { token: write }\n`,
    );
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));

  /** The job's exit code, the log without its prefixes, and what the step after the gate saw. */
  async function run({ event, payload, sha, ref, workflows }: Started) {
    const workspace = mkdtempSync(join(directory, 'repository-'));
    for (const [path, text] of Object.entries({ 'event.json': JSON.stringify(payload), ...workflows })) {
      mkdirSync(dirname(join(workspace, path)), { recursive: true });
      writeFileSync(join(workspace, path), text);
    }
    const environment = {
      GITHUB_API_URL: github.server.apiUrl,
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_REF: ref,
      SHA_REF: sha,
    };
    const child = spawn(
      'act',
      [
        event,
        ...['--directory', workspace, '--workflows', '.github/workflows/gate.yml', '--eventpath', 'event.json'],
        ...['--platform', 'ubuntu-latest=-self-hosted', '--secret', 'GITHUB_TOKEN=write', '--no-cache-server'],
        ...['--local-repository', `${ACTION}=${join(directory, 'action')}`],
        ...['--local-repository', `acme/build@v1=${join(directory, 'composite')}`],
        ...Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      ],
      { env: { PATH: process.env['PATH'], HOME: workspace, XDG_CACHE_HOME: join(workspace, 'cache') } },
    );
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += String(chunk)));
    const code = await new Promise((resolve) => child.on('close', resolve));
    return { code, log, seen: /\| (SEEN .*)/.exec(log)?.[1] ?? '' };
  }

  const gate = (on: string) => ({ '.github/workflows/gate.yml': `on: ${on}\n${JOB}` });
  const FAILED = 'SEEN verdict=fail errors=1 images=1 html=yes';
  const pull = () => {
    const { head, merge } = makePullRequest(github, { Dockerfile: 'FROM images.example/legacy/base:2\n' }, BASE);
    const payload = pullRequestPayload({ number: 7, head, headRepository: 'acme/shop' });
    return { event: 'pull_request', payload, sha: merge, ref: 'refs/pull/7/merge' };
  };

  test('on pull_request, where the failed step leaves its outputs and a comment', async () => {
    const { code, seen } = await run({ ...pull(), workflows: gate('pull_request') });
    expect([code, seen]).toEqual([1, FAILED]);
    expect(github.state.comments.map(({ body }) => body)).toEqual([expect.stringContaining('no longer maintained')]);
    expect(github.state.issues).toEqual([]);
  });

  test('on merge_group, for the commit of the group', async () => {
    const tip = github.state.git.commit('main', BASE);
    const group = github.state.git.commit('gh-readonly-queue/main/pr-7', BASE, { parents: [tip] });
    const payload = payloadOf('merge_group', { merge_group: { head_sha: group, base_ref: 'refs/heads/main' } });
    const at = { sha: group, ref: 'refs/heads/gh-readonly-queue/main/pr-7' };
    const { code, seen } = await run({ event: 'merge_group', payload, ...at, workflows: gate('merge_group') });
    expect([code, seen]).toEqual([1, FAILED]);
  });

  test.each([
    ['push', 'push', payloadOf('push', { deleted: false })],
    ['schedule', '\n  schedule:\n    - cron: "0 4 * * *"', payloadOf('workflow_dispatch')],
    ['workflow_dispatch', 'workflow_dispatch', payloadOf('workflow_dispatch')],
  ])('on %s, for the tip of the branch', async (event, on, payload) => {
    const sha = github.state.git.commit('main', BASE);
    const { code, seen } = await run({ event, payload, sha, ref: 'refs/heads/main', workflows: gate(on) });
    expect([code, seen]).toEqual([1, FAILED]);
    expect(github.state.issues.length).toBe(event === 'schedule' ? 1 : 0);
  });

  test('passes a job whose images are allowed', async () => {
    const sha = github.state.git.commit('main', { [POLICY_PATH]: POLICY, Dockerfile: 'FROM scratch\n' });
    const at = { sha, ref: 'refs/heads/main' };
    const { code, seen } = await run({ event: 'push', payload: payloadOf('push'), ...at, workflows: gate('push') });
    expect([code, seen]).toEqual([0, 'SEEN verdict=pass errors=0 images=0 html=yes']);
  });

  test('within a composite action, whose step leaves its outputs', async () => {
    const steps = `
      - id: gate
        uses: acme/build@v1
      - if: always()
        run: echo "SEEN verdict=\${{ steps.gate.outputs.verdict }}"
`;
    const workflow = `on: pull_request\njobs:\n  gate:\n    runs-on: ubuntu-latest\n    steps:${steps}`;
    const { code, seen } = await run({ ...pull(), workflows: { '.github/workflows/gate.yml': workflow } });
    expect([code, seen]).toEqual([1, 'SEEN verdict=fail']);
    expect(github.state.comments).toHaveLength(1);
  });

  test('within a reusable workflow', async () => {
    const caller = 'on: pull_request\njobs:\n  call:\n    uses: ./.github/workflows/called.yml\n    secrets: inherit\n';
    const workflows = {
      '.github/workflows/gate.yml': caller,
      '.github/workflows/called.yml': `on: workflow_call\n${JOB}`,
    };
    const { code, seen } = await run({ ...pull(), workflows });
    expect([code, seen]).toEqual([1, FAILED]);
    expect(github.state.comments).toHaveLength(1);
  });
});
