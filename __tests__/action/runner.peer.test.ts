import { expect, test } from '@jest/globals';
import { type ActRun, useActRunner } from '../support/github/act-runner.js';
import { payloadOf, pullRequestPayload } from '../support/github/action-step.js';
import { useGitHub } from '../support/github/fake-github.js';
import { makePullRequest, POLICY_PATH } from '../support/github/pull-request-step.js';
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

const COMPOSITE = `name: build
description: checks, then builds
outputs:
  verdict: { value: "\${{ steps.inner.outputs.verdict }}", description: v }
runs:
  using: composite
  steps:
    - id: inner
      uses: ${ACTION}
      with: { token: write }
`;

describeWithPeers(['act', 'git'], "nektos/act runs the Action's bundle", () => {
  const github = useGitHub();
  const started = useActRunner(github, { refs: ['v2'], actions: { 'acme/build@v1': COMPOSITE } });

  /** The job's exit code, and what the step after the gate saw. */
  async function run({ workflows, ...rest }: Omit<ActRun, 'files'> & { readonly workflows: ActRun['files'] }) {
    const { code, log } = await started({ ...rest, files: workflows });
    return { code, seen: /\| (SEEN .*)/.exec(log)?.[1] ?? '' };
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

  test('on merge_group evaluates the commit of the group', async () => {
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
  ])('on %s evaluates the tip of the branch', async (event, on, payload) => {
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

  test('runs within a reusable workflow', async () => {
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
