import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { BundledAction, payloadOf, type StepResult } from '../support/bundled-action.js';
import { useGitHub } from '../support/github-room.js';
import { type MadePullRequest, makePullRequest, runOnPullRequest } from '../support/pull-request-step.js';

// Each test starts the bundle as a process of its own, which waits a second between writes as GitHub asks.
jest.setTimeout(60_000);
const github = useGitHub();
let action: BundledAction;
beforeAll(() => {
  action = new BundledAction();
});
afterAll(() => action.remove());

const denied = (
  changes: Readonly<Record<string, string>> = { Dockerfile: 'FROM images.example/legacy/base:1\n' },
): MadePullRequest => makePullRequest(github, changes);

const onPullRequest = (
  pull: MadePullRequest,
  options: Parameters<typeof runOnPullRequest>[3] = {},
): Promise<StepResult> => runOnPullRequest(action, github, pull, options);

describe('a pull request that adds a denied base', () => {
  test('fails the job, and says so in annotation, summary, comment and outputs', async () => {
    const step = await onPullRequest(denied());
    expect(step.code).toBe(1);
    expect(step.outputs).toMatchObject({ verdict: 'fail' });
    expect(step.commands).toContainEqual(expect.stringMatching(/^::error .*file=Dockerfile,line=1/));
    expect(step.summary).toContain('no longer maintained');
    expect(github.state.comments).toHaveLength(1);
    expect(github.state.comments[0]?.body).toContain('no longer maintained');
  });

  test('writes the evidence that is asked for beside the reports', async () => {
    const step = await onPullRequest(denied(), { inputs: { evidence: 'fedramp, nist-800-53' } });
    const folder = dirname(step.outputs['report-json'] ?? '');
    const names = ['fedramp', 'nist-800-53'].flatMap((framework) =>
      ['json', 'md', 'oscal.json'].map((ending) => `evidence-${framework}.${ending}`),
    );
    expect(readdirSync(folder).sort()).toEqual([...names, 'report.json', 'report.md', 'report.sarif'].sort());
    expect(readFileSync(join(folder, 'evidence-fedramp.md'), 'utf8')).toContain('`denied-base` fail, error');
  });

  test('says the same from a checkout of the merge, with fewer requests', async () => {
    const pull = denied();
    const step = await onPullRequest(pull, { workspace: github.state.git.directory });
    expect(step.outputs).toMatchObject({ verdict: 'fail' });
    expect(github.server.operations()).not.toContain('git/get-tree');
  });

  test('keeps its verdict with a token that may only read, and says what to add', async () => {
    const step = await onPullRequest(denied(), { token: 'contents', inputs: { sarif: 'true' } });
    expect(step.code).toBe(1);
    expect(step.outputs).toMatchObject({ verdict: 'fail' });
    expect(step.summary).toContain('pull-requests: write');
    expect(step.summary).toContain('security-events: write');
    expect(github.state.comments).toEqual([]);
  });

  test('of a fork keeps its verdict, and points to the report action', async () => {
    const step = await onPullRequest(denied(), { token: 'read', headRepository: 'mallory/shop' });
    expect(step.code).toBe(1);
    expect(step.summary).toContain('read-only token');
  });
});

describe('what goes wrong around the run', () => {
  test.each([
    ['missing', null],
    ['empty', ''],
    ['no JSON', '{'],
    ['a list', '[]'],
    ['a text', '"hello"'],
  ])('a payload that is %s ends in a sentence and exit code 2', async (_what, payload) => {
    const step = await onPullRequest(denied(), { payload });
    expect(step.code).toBe(2);
    expect(step.outputs).toMatchObject({ verdict: 'indeterminate' });
    expect(step.log).toContain('left no readable payload');
    expect(step.log).not.toMatch(/^\s+at /m);
  });

  test('an input that can’t be read is wrong usage', async () => {
    const step = await onPullRequest(denied(), { inputs: { 'only-new': 'perhaps' } });
    expect(step.code).toBe(3);
    expect(step.log).toContain('The input `only-new` is "perhaps".');
  });

  test('a line of credentials that can’t be read is masked and not shown', async () => {
    const step = await onPullRequest(denied(), { inputs: { 'registry-credentials': 'hunter2' } });
    expect(step.code).toBe(3);
    expect(step.log.replace('::add-mask::hunter2', '')).not.toContain('hunter2');
  });

  test('every secret is masked before anything else is written', async () => {
    const inputs = { 'policy-token': 'tok-2', 'registry-credentials': 'r.example user pass word\n' };
    const step = await onPullRequest(denied(), { inputs });
    const basic = Buffer.from('user:pass word').toString('base64');
    expect(step.commands.slice(0, 4)).toEqual(
      ['write', 'tok-2', 'pass word', basic].map((secret) => `::add-mask::${secret}`),
    );
  });

  test('an API that is not there ends in exit code 2', async () => {
    const step = await onPullRequest(denied(), { apiUrl: 'http://127.0.0.1:1' });
    expect(step.code).toBe(2);
    expect(step.summary).toContain('could not be reached');
  });

  test('a token that GitHub does not accept ends in exit code 2', async () => {
    const step = await onPullRequest(denied(), { token: 'expired' });
    expect(step.code).toBe(2);
    expect(step.summary).toContain('does not accept the token');
  });

  test('an answer that nobody foresaw costs an output, not the verdict', async () => {
    github.server.faults.push({ operation: 'pulls/get', status: 200 });
    const step = await onPullRequest(denied({ Dockerfile: 'FROM scratch\n' }));
    expect(step.code).toBe(0);
    expect(step.outputs).toMatchObject({ verdict: 'pass' });
    expect(step.summary).toContain('Could not comment');
  });

  test('a ref that GitHub names by something else than a commit is not believed', async () => {
    github.server.faults.push({ operation: 'git/get-ref', status: 200 });
    expect((await onPullRequest(denied())).code).toBe(2);
  });

  test('outside a runner it says what to run instead', async () => {
    const step = await onPullRequest(denied(), { environment: { GITHUB_REPOSITORY: '' } });
    expect(step.code).toBe(2);
    expect(step.log).toContain('base-image-gate check');
  });

  test('a file system that can’t be written to costs files, not the verdict', async () => {
    const nowhere = '/proc/nowhere';
    const environment = { RUNNER_TEMP: nowhere, GITHUB_STEP_SUMMARY: nowhere, GITHUB_OUTPUT: nowhere };
    const step = await onPullRequest(denied(), { environment });
    expect(step.code).toBe(1);
    expect(step.log).toContain('Could not write the reports');
    expect(step.log).toContain('Could not write the job summary');
    expect(github.state.comments).toHaveLength(1);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('%s decides nothing', async (signal) => {
    const step = await onPullRequest(denied(), { onOutput: (kill) => kill(signal) });
    expect(step.code).toBe(2);
    expect(step.outputs['verdict']).toBeUndefined();
  });

  test('a deleted ref leaves nothing to judge', async () => {
    const step = await action.run({
      apiUrl: github.server.apiUrl,
      event: 'push',
      payload: payloadOf('push', { deleted: true }),
      sha: '0'.repeat(40),
      ref: 'refs/heads/gone',
      token: 'write',
    });
    expect(step.code).toBe(0);
    expect(step.summary).toContain('nothing to judge');
  });
});

describe('inputs', () => {
  test('paths and changed-files-only leave the rest unjudged, and listed', async () => {
    const pull = denied({ 'a/Dockerfile': 'FROM images.example/legacy/a:1\n', 'b/Dockerfile': 'FROM scratch\n' });
    const step = await onPullRequest(pull, { inputs: { paths: 'b/**' } });
    expect(step.outputs).toMatchObject({ verdict: 'pass' });
    expect(step.summary).toContain('a/Dockerfile');
    const changed = await onPullRequest(pull, { inputs: { 'changed-files-only': 'true' } });
    expect(changed.outputs).toMatchObject({ verdict: 'fail' });
  });

  test('legs of a matrix share one comment, each with a part that says what it judges', async () => {
    const pull = denied({
      'a/Dockerfile': 'FROM images.example/legacy/a:1\n',
      'b/Dockerfile': 'FROM images.example/b:1\n',
    });
    await onPullRequest(pull, { inputs: { paths: 'a/**' } });
    await onPullRequest(pull, { inputs: { paths: 'b/**' } });
    expect(github.state.comments).toHaveLength(1);
    const headings = github.state.comments[0]?.body.match(/^### .*$/gm) ?? [];
    expect(headings.map((heading) => /Base images, ([ab])\//.exec(heading)?.[1]).sort()).toEqual(['a', 'b']);
  });

  test('comment: never and on-failure keep quiet', async () => {
    const clean = denied({ Dockerfile: 'FROM scratch\nCOPY --from=images.example/tool:1 / /\n' });
    await onPullRequest(clean, { inputs: { comment: 'on-failure' } });
    expect(github.state.comments).toEqual([]);
    await onPullRequest(clean);
    expect(github.state.comments).toHaveLength(1);
    github.state.comments.length = 0;
    await onPullRequest(denied(), { inputs: { comment: 'never' } });
    expect(github.state.comments).toEqual([]);
  });

  test('a slower run for an earlier push leaves the comment alone', async () => {
    const pull = denied();
    const later = github.state.git.commit('feature', { Dockerfile: 'FROM scratch\n' });
    const head = { sha: later, ref: 'feature', repository: 'acme/shop' };
    github.state.pullRequests.set(7, { number: 7, head, base: { ref: 'main' } });
    const step = await onPullRequest(pull);
    expect(step.code).toBe(1);
    expect(github.state.comments).toEqual([]);
    expect(step.summary).toContain('newer commit');
  });

  test('on GitHub Enterprise Server everything goes to its own address', async () => {
    await github.stop();
    await github.start('/api/v3');
    const step = await onPullRequest(denied());
    expect(step.code).toBe(1);
    expect(github.state.comments).toHaveLength(1);
  });
});

describe('outputs', () => {
  test('name files with the whole report', async () => {
    const step = await onPullRequest(denied());
    const json = JSON.parse(readFileSync(step.outputs['report-json'] ?? '', 'utf8'));
    expect(json).toMatchObject({ schema: 'base-image-gate/check/v1', verdict: 'fail' });
    const sarif = JSON.parse(readFileSync(step.outputs['report-sarif'] ?? '', 'utf8'));
    expect(sarif.version).toBe('2.1.0');
    expect(readFileSync(step.outputs['report-markdown'] ?? '', 'utf8')).toContain('Base images');
  });
});

describe('the report action', () => {
  test('posts what a fork’s run of the gate found, as the fork’s word', async () => {
    const pull = denied();
    const fork = { sha: pull.head, ref: 'feature', repository: 'mallory/shop' };
    github.state.pullRequests.set(7, { number: 7, head: fork, base: { ref: 'main' } });
    const gate = await onPullRequest(pull, { token: 'read', headRepository: 'mallory/shop' });
    const workflowRun = {
      event: 'pull_request',
      name: 'gate',
      head_sha: pull.head,
      head_branch: 'feature',
      html_url: 'https://github.example/acme/shop/actions/runs/1',
      head_repository: { full_name: 'mallory/shop' },
      repository: { full_name: 'acme/shop' },
    };
    const report = await action.run({
      apiUrl: github.server.apiUrl,
      entry: 'report-action.js',
      event: 'workflow_run',
      payload: payloadOf('workflow_run', { workflow_run: workflowRun }),
      sha: pull.merge,
      ref: 'refs/heads/main',
      token: 'write',
      inputs: { report: gate.outputs['report-json'] ?? '' },
    });
    expect(report.code).toBe(0);
    expect(report.log).toContain('Reported on #7.');
    expect(github.state.comments[0]?.body).toMatch(/Reported by the fork’s own run[\s\S]*no longer maintained/);
  });

  test('ends in exit code 2 where there is no report', async () => {
    const report = await action.run({
      apiUrl: github.server.apiUrl,
      entry: 'report-action.js',
      event: 'workflow_run',
      payload: {},
      sha: 'a'.repeat(40),
      ref: 'refs/heads/main',
      token: 'write',
    });
    expect(report.code).toBe(2);
    expect(report.log).toContain('`report` is empty');
  });
});
