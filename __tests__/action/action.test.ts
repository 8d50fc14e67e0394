import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { digestOf } from '../../src/references/digest.js';
import { useBundledAction } from '../support/github/action-step.js';
import { DENYING_POLICY, POLICY_PATH, runOnPullRequest, useGate } from '../support/github/pull-request-step.js';

const { github, denied, onPullRequest } = useGate();
const bundled = useBundledAction();

describe('a pull request that adds a denied base', () => {
  test('fails the job, and says so in annotation, summary, comment and outputs', async () => {
    const step = await runOnPullRequest(bundled, github, denied());
    expect(step.code).toBe(1);
    const counts = { findings: '1', errors: '1', warnings: '0', images: '1', coverage: '0/1' };
    expect(step.outputs).toMatchObject({ verdict: 'fail', ...counts });
    expect(step.outputs['comment-url']).toBe(
      `https://github.example/acme/shop/pull/7#issuecomment-${github.state.comments[0]?.id}`,
    );
    expect(step.commands).toContainEqual(expect.stringMatching(/^::error .*file=Dockerfile,line=1/));
    expect(step.summary).toContain('no longer maintained');
    expect(github.state.comments).toHaveLength(1);
    expect(github.state.comments[0]?.body).toContain('no longer maintained');
  });

  test('writes the evidence that is asked for beside the reports', async () => {
    const step = await runOnPullRequest(bundled, github, denied(), { inputs: { evidence: 'fedramp, nist-800-53' } });
    const directory = dirname(step.outputs['report-json'] ?? '');
    const names = ['fedramp', 'nist-800-53'].flatMap((framework) =>
      ['json', 'md', 'oscal.json'].map((ending) => `evidence-${framework}.${ending}`),
    );
    expect(readdirSync(directory).sort()).toEqual(
      [...names, 'report.html', 'report.json', 'report.md', 'report.sarif', 'source-policy.json'].sort(),
    );
    expect(readFileSync(join(directory, 'evidence-fedramp.md'), 'utf8')).toContain('`denied-base` fail, error');
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

  test('writes every finding to the log, folded by file', async () => {
    const build = Array.from({ length: 12 }, (_, index) => `FROM images.example/legacy/base:${index} AS s${index}`);
    const step = await onPullRequest(denied({ 'api/Dockerfile': `${build.join('\n')}\n` }));
    const [, group = ''] = /::group::api\/Dockerfile: (12 errors[\s\S]*?)::endgroup::/.exec(step.log) ?? [];
    expect(group.match(/^\d+:6 error: denied-base: .* no longer maintained/gm)).toHaveLength(12);
    expect(group).toContain('  Fix: ');
  });

  test('ends the log with the verdict and where to read on', async () => {
    const step = await onPullRequest(denied(), { environment: { GITHUB_RUN_ATTEMPT: '3' } });
    expect(step.log.trimEnd().split('\n').slice(-2)).toEqual([
      expect.stringMatching(/^❌ Base images: fail: 1 problem to fix, among 1 image use in 1 build file;/),
      'Job summary: https://github.example/acme/shop/actions/runs/42/attempts/3',
    ]);
  });

  test('of a fork keeps its verdict, and points to the report action', async () => {
    const step = await onPullRequest(denied(), { token: 'read', headRepository: 'mallory/shop' });
    expect(step.code).toBe(1);
    expect(step.summary).toContain('the token of a run for a fork is read-only');
  });

  test('of a fork says once what its token may not do, with a link to the page that helps', async () => {
    const environment = {
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_ACTION_REPOSITORY: 'base-image-gate/base-image-gate',
      GITHUB_ACTION_REF: 'v1',
    };
    const inputs = { 'review-suggestions': 'true', sarif: 'true' };
    const step = await onPullRequest(denied(), { token: 'read', headRepository: 'mallory/shop', inputs, environment });
    const page =
      'https://github.com/base-image-gate/base-image-gate/blob/v1/docs/events.md#forks-dependabot-and-renovate';
    expect(step.summary.match(/token of a run for a fork is read-only/g)).toHaveLength(1);
    expect(step.summary).toContain(`[How](${page})`);
    expect(step.log).toContain(page);
  });
});

describe('outputs', () => {
  test('name files with the whole report', async () => {
    const step = await onPullRequest(denied());
    const json = JSON.parse(readFileSync(step.outputs['report-json'] ?? '', 'utf8'));
    expect(json).toMatchObject({ schema: 'base-image-gate/check/v2', verdict: 'fail' });
    const sarif = JSON.parse(readFileSync(step.outputs['report-sarif'] ?? '', 'utf8'));
    expect(sarif.version).toBe('2.1.0');
    expect(readFileSync(step.outputs['report-markdown'] ?? '', 'utf8')).toContain('Base images');
  });

  test('name a source policy that denies what did not pass, and its digest', async () => {
    const step = await onPullRequest(denied());
    const policy = readFileSync(step.outputs['source-policy'] ?? '');
    expect(digestOf(policy)).toBe(step.outputs['source-policy-digest']);
    const { rules } = JSON.parse(policy.toString());
    expect(rules.map(({ action }: { action: string }) => action)).toEqual(['DENY', 'DENY', 'DENY', 'DENY']);
  });
});

describe('links', () => {
  test('lead to the commit that was evaluated, whose lines they speak of', async () => {
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

describe('a pull request with hundreds of problems', () => {
  test('stays within every limit, and says what was left out', async () => {
    const lines = Array.from({ length: 400 }, (_, index) => `FROM images.example/legacy/${'x'.repeat(60)}${index}:1\n`);
    const step = await onPullRequest(denied({ Dockerfile: lines.join('') }), { inputs: { sarif: 'true' } });
    expect(step.code).toBe(1);
    expect(step.commands.filter((line) => line.startsWith('::error'))).toHaveLength(10);
    expect(step.commands.filter((line) => line.startsWith('::warning')).length).toBeLessThanOrEqual(10);
    expect(step.summary).toMatch(/GitHub shows ten errors and ten warnings of a step: \d+ more are only here/);
    expect(step.summary.match(/^- ❌/gm)?.length).toBeGreaterThanOrEqual(100);
    expect(step.summary).not.toContain('could not be shown');
    const body = github.state.comments[0]?.body ?? '';
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body).toContain('400 problems to fix');
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
