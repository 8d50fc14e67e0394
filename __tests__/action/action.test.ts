import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readParts } from '../../src/github/publish/comment-parts.js';
import { BundledAction, payloadOf, type StepOptions, type StepResult } from '../support/github/bundled-action.js';
import { useGitHub } from '../support/github/fake-github.js';
import { GitHubState } from '../support/github/github-state.js';
import {
  DENYING_POLICY,
  type MadePullRequest,
  makePullRequest,
  POLICY_PATH,
  runOnPullRequest,
} from '../support/github/pull-request-step.js';
import { makeZip } from '../support/registry/zip-maker.js';

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
    const lines = 'permissions:\n  contents: read\n  pull-requests: write\n  security-events: write\n';
    expect(step.log).toContain(lines);
    expect(step.summary).toContain(`\`\`\`yaml\n${lines}\`\`\``.replace(/\n/g, '\n  '));
    expect(step.summary.match(/permissions:/g)).toHaveLength(1);
    expect(github.state.comments).toEqual([]);
  });

  test('ends the log with the verdict and where to read on', async () => {
    const step = await onPullRequest(denied());
    expect(step.log.trimEnd().split('\n').slice(-2)).toEqual([
      '❌ Base images: fail: 1 problem to mend, among 1 image use in 1 build file.',
      'Summary of the job: https://github.example/acme/shop/actions/runs/42',
    ]);
  });

  test('of a fork keeps its verdict, and points to the report action', async () => {
    const step = await onPullRequest(denied(), { token: 'read', headRepository: 'mallory/shop' });
    expect(step.code).toBe(1);
    expect(step.summary).toContain('read-only token');
  });

  test('of a fork says once what its token may not do, with a link to the page that helps', async () => {
    const environment = { GITHUB_ACTION_REPOSITORY: 'base-image-gate/base-image-gate', GITHUB_ACTION_REF: 'v1' };
    const inputs = { 'review-suggestions': 'true', sarif: 'true' };
    const step = await onPullRequest(denied(), { token: 'read', headRepository: 'mallory/shop', inputs, environment });
    const page =
      'https://github.com/base-image-gate/base-image-gate/blob/v1/docs/events.md#forks-dependabot-and-renovate';
    expect(step.summary.match(/read-only token/g)).toHaveLength(1);
    expect(step.summary).toContain(`[How](${page})`);
    expect(step.log).toContain(page);
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

  test('a token that is empty says so, and what to do', async () => {
    const step = await onPullRequest(denied(), { token: '' });
    expect(step.code).toBe(2);
    expect(step.summary).toContain('The input `token` is empty');
    expect(step.outputs).toMatchObject({ verdict: 'indeterminate' });
  });

  test('a token that may not read the repository says which lines the job needs', async () => {
    github.state.tokens.set('comments', { login: 'github-actions[bot]', permissions: { 'pull-requests': 'write' } });
    const step = await onPullRequest(denied(), { token: 'comments' });
    expect(step.code).toBe(2);
    expect(step.summary).toContain('```yaml\npermissions:\n  contents: read\n  pull-requests: write\n```');
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
    expect(step.outputs).toMatchObject({ verdict: 'indeterminate' });
    expect(step.summary).toContain('nothing was decided');
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

  test('a line of paths that matches no file is wrong usage, not a pass', async () => {
    const pull = denied({ 'a/Dockerfile': 'FROM images.example/legacy/a:1\n' });
    for (const paths of ['servces/**', 'a/**\nb/Dockerfile', 'a']) {
      const step = await onPullRequest(pull, { inputs: { paths } });
      expect(step.code).toBe(3);
      expect(step.outputs).toMatchObject({ verdict: 'indeterminate' });
      expect(step.summary).toContain('matches no file of the judged commit');
    }
  });

  test('a folder without build files, and one that the change removes, leave nothing to judge, and say so', async () => {
    const base = { 'old/Dockerfile': 'FROM images.example/legacy/old:1\n', 'README.md': 'a shop' };
    const pull = makePullRequest(github, {}, base, ['old/Dockerfile']);
    for (const paths of ['old/**', '*.md']) {
      const step = await onPullRequest(pull, { inputs: { paths } });
      expect(step.outputs).toMatchObject({ verdict: 'pass' });
      expect(step.summary).toContain('so nothing was judged');
    }
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

describe('a run that stops before it has a verdict', () => {
  test('takes back what the comment says of an earlier push', async () => {
    const pull = denied({ Dockerfile: 'FROM scratch\nCOPY --from=images.example/tool:1 / /\n' });
    await onPullRequest(pull);
    expect(github.state.comments[0]?.body).toContain('Base images: pass');
    const { git } = github.state;
    git.commit('main', { [POLICY_PATH]: 'version: 1\nextends: acme/gone/base.yml@main\n' });
    const stopped = await onPullRequest(pull);
    expect(stopped.code).toBe(2);
    expect(github.state.comments).toHaveLength(1);
    const body = github.state.comments[0]?.body ?? '';
    expect(body).toContain('### ❓ Base images: indeterminate · nothing was decided');
    expect(body).toContain('👉 Check its repository, path and ref.');
    expect(body).not.toContain('Base images: pass');
  });

  test('starts no comment, writes none on a newer push, and none where it may not', async () => {
    const pull = denied();
    const misspelt = { inputs: { policy: 'base-images.yml' } };
    expect((await onPullRequest(pull, misspelt)).code).toBe(3);
    expect(github.state.comments).toEqual([]);
    await onPullRequest(pull);
    const [before] = structuredClone(github.state.comments);
    await onPullRequest(pull, { ...misspelt, token: 'contents' });
    const head = { sha: github.state.git.commit('feature', { a: '' }), ref: 'feature', repository: 'acme/shop' };
    github.state.pullRequests.set(7, { number: 7, head, base: { ref: 'main' } });
    await onPullRequest(pull, misspelt);
    expect(github.state.comments).toEqual([before]);
  });

  test('shows the lines of an invalid policy one below the other', async () => {
    const others = new GitHubState('acme/policies');
    others.git.commit('main', { 'base.yml': 'version: 1\nprofil: strict\nalow: []\n' });
    github.state.others.set('acme/policies', others);
    const step = await onPullRequest(denied(), { inputs: { policy: 'acme/policies/base.yml@main' } });
    expect(step.code).toBe(3);
    expect(step.summary).toMatch(/```\n.*base\.yml:2:1: .*"profil".*\n.*base\.yml:3:1: .*"alow"/);
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

describe('links', () => {
  test('lead to the commit that was judged, whose lines they speak of', async () => {
    const { git } = github.state;
    const pull = denied();
    const start = git.tip('main') ?? '';
    const base = git.commit(
      'main',
      { Dockerfile: '# one\n# two\n', [POLICY_PATH]: DENYING_POLICY },
      { parents: [start] },
    );
    const merged = { Dockerfile: '# one\n# two\nFROM images.example/legacy/base:1\n', [POLICY_PATH]: DENYING_POLICY };
    const merge = git.commit('merge', merged, { parents: [base, pull.head] });
    const step = await onPullRequest({ head: pull.head, merge });
    const place = `/blob/${merge}/Dockerfile?plain=1#L3`;
    expect(github.state.comments[0]?.body).toContain(place);
    expect(step.summary).toContain(place);
  });
});

describe('jobs that differ in one input alone', () => {
  test.each([
    ['profile', 'observe', 'strict'],
    ['policy', '.github/base-image-gate.yml', 'other.yml'],
    ['build-contexts', 'x=docker-image://images.example/a:1', 'x=docker-image://images.example/b:1'],
  ])('%s keep a part and an analysis each', async (name, first, second) => {
    const policy = { [POLICY_PATH]: DENYING_POLICY, 'other.yml': DENYING_POLICY };
    const pull = makePullRequest(github, { Dockerfile: 'FROM images.example/legacy/base:1\n' }, policy);
    for (const value of [first, second]) await onPullRequest(pull, { inputs: { [name]: value, sarif: 'true' } });
    expect(github.state.comments).toHaveLength(1);
    expect(readParts(github.state.comments[0]?.body ?? '')).toHaveLength(2);
    const categories = github.state.uploads.map(({ sarif }) => JSON.parse(sarif).runs[0].automationDetails.id);
    expect(new Set(categories).size).toBe(2);
  });
});

describe('a pull request with hundreds of problems', () => {
  test('stays within every limit, and says what was left out', async () => {
    const lines = Array.from({ length: 400 }, (_, index) => `FROM images.example/legacy/${'x'.repeat(60)}${index}:1\n`);
    const step = await onPullRequest(denied({ Dockerfile: lines.join('') }), { inputs: { sarif: 'true' } });
    expect(step.code).toBe(1);
    expect(step.commands.filter((line) => line.startsWith('::error'))).toHaveLength(10);
    expect(step.commands.filter((line) => line.startsWith('::warning')).length).toBeLessThanOrEqual(10);
    expect(step.summary).toMatch(/GitHub shows ten errors and ten warnings of a step: \d+ more are only here/);
    expect(step.summary.match(/^\d+\. ❌/gm)?.length).toBeGreaterThanOrEqual(100);
    expect(step.summary).not.toContain('could not be shown');
    const body = github.state.comments[0]?.body ?? '';
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body).toContain('400 problems to mend');
    expect(body).toMatch(/_\d+ more in the summary of the job\._/);
    expect(JSON.parse(github.state.uploads[0]?.sarif ?? '').runs[0].results.length).toBeGreaterThanOrEqual(400);
  });
});

describe('a pull request that was closed', () => {
  test('is left alone, and the verdict stays', async () => {
    const pull = denied();
    const known = github.state.pullRequests.get(7);
    if (known !== undefined) known.state = 'closed';
    const step = await onPullRequest(pull, { inputs: { 'review-suggestions': 'true' } });
    expect(step.code).toBe(1);
    expect(step.summary).toContain('it is closed');
    expect(github.state.comments).toEqual([]);
  });
});

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
    ['without an artifact', {}, 'left no artifact'],
    ['for a fork that was deleted', { head_repository: null }, 'was deleted'],
    ['of push', { event: 'push' }, 'The run was started by push'],
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
    expect(report.summary).toContain('runs on workflow');
  });
});
