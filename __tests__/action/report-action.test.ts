import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { payloadOf, type StepOptions, type StepResult } from '../support/github/action-step.js';
import { type MadePullRequest, useGate } from '../support/github/pull-request-step.js';
import { makeZip } from '../support/registry/zip-maker.js';

const { action, github, denied, onPullRequest } = useGate();

describe('the report action', () => {
  /** A run of the gate for a fork, whose token may only read. */
  async function runForFork(): Promise<{ readonly pull: MadePullRequest; readonly gate: StepResult }> {
    const pull = denied();
    const fork = { sha: pull.head, ref: 'feature', repository: 'mallory/shop' };
    github.state.pullRequests.set(7, { number: 7, head: fork, base: { ref: 'main' } });
    return { pull, gate: await onPullRequest(pull, { token: 'read', headRepository: 'mallory/shop' }) };
  }

  function reportOn(
    pull: MadePullRequest,
    options: Partial<StepOptions> = {},
    changes: object = {},
  ): Promise<StepResult> {
    const workflowRun = {
      id: 4711,
      event: 'pull_request',
      name: 'gate',
      head_sha: pull.head,
      head_branch: 'feature',
      html_url: 'https://github.example/acme/shop/actions/runs/4711',
      head_repository: { full_name: 'mallory/shop' },
      repository: { full_name: 'acme/shop' },
      ...changes,
    };
    return action.run({
      apiUrl: github.server.apiUrl,
      entry: 'report-action.js',
      event: 'workflow_run',
      payload: payloadOf('workflow_run', { workflow_run: workflowRun }),
      sha: pull.merge,
      ref: 'refs/heads/main',
      token: 'write',
      ...options,
    });
  }

  function upload(gate: StepResult): void {
    const text = readFileSync(gate.outputs['report-json'] ?? '', 'utf8');
    const archive = makeZip({ 'report.json': text });
    github.state.artifacts.push({ id: 1, run: 4711, name: 'base-image-gate', archive });
  }

  test('posts what a fork’s run of the gate uploaded, as the fork’s word', async () => {
    const { pull, gate } = await runForFork();
    upload(gate);
    const report = await reportOn(pull);
    expect(report.code).toBe(0);
    expect(report.log).toContain('Reported on #7.');
    expect(report.summary).toContain('Reported on');
    expect(github.state.comments[0]?.body).toMatch(/Reported by the fork's own run[\s\S]*no longer maintained/);
    expect(github.server.operations().join()).not.toMatch(/check|status/);
    expect(action.leftovers().filter((path) => path.includes('artifact'))).toEqual([]);
  });

  test('without a token says what is missing, in the summary too', async () => {
    const report = await reportOn(denied(), { token: '' });
    expect(report.code).toBe(2);
    expect(report.summary).toContain('is empty');
    expect(github.state.comments).toEqual([]);
  });

  test('posts what a file holds, where one is named', async () => {
    const { pull, gate } = await runForFork();
    const report = await reportOn(pull, { inputs: { report: gate.outputs['report-json'] ?? '' } });
    expect(report.code).toBe(0);
    expect(github.state.comments[0]?.body).toContain('no longer maintained');
  });

  test.each([
    ['without an artifact', {}, 'has no artifact'],
    ['for a fork that was deleted', { head_repository: null }, 'was deleted'],
    ['of push', { event: 'push' }, 'triggered by push'],
  ])('says in log and summary why it posts nothing on a run %s', async (_what, changes, said) => {
    const report = await reportOn(denied(), {}, changes);
    expect(report.code).toBe(0);
    expect(report.log).toContain(said);
    expect(report.summary).toContain(said);
    expect(github.state.comments).toEqual([]);
  });

  test('says which permission it lacks', async () => {
    const report = await reportOn(denied(), { token: 'contents' });
    expect(report.code).toBe(2);
    expect(report.commands).toContainEqual(expect.stringContaining('actions: read'));
    const lines = ['actions: read', 'contents: read', 'pull-requests: write'].map((line) => `  ${line}\n`).join('');
    expect(report.summary).toContain(`\`\`\`yaml\npermissions:\n${lines}\`\`\``);
  });

  test('ends in exit code 2, with a sentence, where it is used on another event', async () => {
    const report = await reportOn(denied(), { payload: {}, event: 'push' });
    expect(report.code).toBe(2);
    expect(report.summary).toContain('runs only on workflow');
  });
});
