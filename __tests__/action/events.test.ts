import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import {
  BundledAction,
  payloadOf,
  pullRequestPayload,
  type StepOptions,
  type StepResult,
} from '../support/bundled-action.js';
import { GitHubRoom } from '../support/github-room.js';
import { makeImage } from '../support/image-maker.js';
import { type RegistryServer, startRegistry } from '../support/registry-server.js';

const PAGE = new URL('../../docs/events.md', import.meta.url);
const BEGIN = '<!-- what appears where: begin -->';
const END = '<!-- what appears where: end -->';
const POLICY = '.github/base-image-gate.yml';

// Every scenario starts the bundle as a process of its own, which waits between writes as GitHub asks.
jest.setTimeout(120_000);
const AT_ONCE = 4;
let action: BundledAction;
let registry: RegistryServer;
const seen = new Map<Scenario, { readonly step: StepResult; readonly row: readonly string[] }>();

beforeAll(async () => {
  action = new BundledAction();
  registry = await startRegistry();
  registry.push('base', await makeImage(), '1');
  const waiting = [...SCENARIOS];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) seen.set(next, await play(next));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
});
afterAll(async () => {
  action.remove();
  await registry.close();
});

interface History {
  readonly tip: string;
  readonly head: string;
  readonly merge: string;
  readonly group: string;
}

/** main, a pull request that edits the policy and adds a build file, its merge, and a merge group with it. */
function history({ state }: GitHubRoom): History {
  const { git } = state;
  const policy = `version: 1\nregistries: { "${registry.host}": { private-network: true, insecure: true } }\ndeny:\n  - { image: "images.example/legacy/**", reason: no longer maintained }\n`;
  const build = `FROM images.example/legacy/head:1 AS build\nFROM ${registry.host}/base:1\n`;
  const start = git.commit('main', { 'main.Dockerfile': 'FROM images.example/legacy/main:1\n', [POLICY]: policy });
  const changed = { 'head.Dockerfile': build, [POLICY]: `${policy}profile: observe\n` };
  const head = git.commit(
    'feature',
    { 'main.Dockerfile': 'FROM images.example/legacy/main:1\n', ...changed },
    { parents: [start] },
  );
  const tip = git.commit('main', { 'main.Dockerfile': 'FROM images.example/legacy/main:2\n', [POLICY]: policy });
  const merged = { 'main.Dockerfile': 'FROM images.example/legacy/main:2\n', ...changed };
  const merge = git.commit('merge', merged, { parents: [tip, head] });
  const group = git.commit('gh-readonly-queue/main/pr-7', merged, { parents: [tip] });
  git.git('update-ref', 'refs/pull/7/merge', merge);
  git.git('update-ref', 'refs/pull/7/head', head);
  return { tip, head, merge, group };
}

interface Scenario {
  readonly name: string;
  readonly token: 'write' | 'contents' | 'read';
  readonly tokenName: string;
  readonly fork?: boolean;
  readonly step: (history: History) => Pick<StepOptions, 'event' | 'payload' | 'sha' | 'ref'>;
}

const pullRequest =
  (event: string, fork: boolean) =>
  ({ head, merge, tip }: History): Pick<StepOptions, 'event' | 'payload' | 'sha' | 'ref'> => ({
    event,
    payload: pullRequestPayload({ number: 7, head, headRepository: fork ? 'mallory/shop' : 'acme/shop' }),
    sha: event === 'pull_request_target' ? tip : merge,
    ref: event === 'pull_request_target' ? 'refs/heads/main' : 'refs/pull/7/merge',
  });

const onBranch =
  (event: string, branch: string) =>
  ({ tip, head }: History): Pick<StepOptions, 'event' | 'payload' | 'sha' | 'ref'> => ({
    event,
    payload: event === 'push' ? payloadOf('push', { deleted: false }) : payloadOf('workflow_dispatch'),
    sha: branch === 'main' ? tip : head,
    ref: `refs/heads/${branch}`,
  });

const mergeGroup = ({ group }: History): Pick<StepOptions, 'event' | 'payload' | 'sha' | 'ref'> => ({
  event: 'merge_group',
  payload: payloadOf('merge_group', { merge_group: { head_sha: group, base_ref: 'refs/heads/main' } }),
  sha: group,
  ref: 'refs/heads/gh-readonly-queue/main/pr-7',
});

const SCENARIOS: readonly Scenario[] = [
  { name: 'pull_request', token: 'write', tokenName: 'all permissions', step: pullRequest('pull_request', false) },
  { name: 'pull_request', token: 'contents', tokenName: 'contents: read', step: pullRequest('pull_request', false) },
  {
    name: 'pull_request of a fork',
    token: 'read',
    tokenName: 'read-only',
    fork: true,
    step: pullRequest('pull_request', true),
  },
  {
    name: 'pull_request_target',
    token: 'write',
    tokenName: 'all permissions',
    step: pullRequest('pull_request_target', false),
  },
  {
    name: 'pull_request_target of a fork',
    token: 'write',
    tokenName: 'all permissions',
    fork: true,
    step: pullRequest('pull_request_target', true),
  },
  {
    name: 'pull_request_target of a fork',
    token: 'contents',
    tokenName: 'contents: read',
    fork: true,
    step: pullRequest('pull_request_target', true),
  },
  { name: 'merge_group', token: 'write', tokenName: 'all permissions', step: mergeGroup },
  { name: 'push to the default branch', token: 'write', tokenName: 'all permissions', step: onBranch('push', 'main') },
  {
    name: 'push to the default branch',
    token: 'contents',
    tokenName: 'contents: read',
    step: onBranch('push', 'main'),
  },
  { name: 'push to another branch', token: 'write', tokenName: 'all permissions', step: onBranch('push', 'feature') },
  { name: 'schedule', token: 'write', tokenName: 'all permissions', step: onBranch('schedule', 'main') },
  { name: 'schedule', token: 'contents', tokenName: 'contents: read', step: onBranch('schedule', 'main') },
  {
    name: 'workflow_dispatch',
    token: 'write',
    tokenName: 'all permissions',
    step: onBranch('workflow_dispatch', 'main'),
  },
  {
    name: 'any other event',
    token: 'write',
    tokenName: 'all permissions',
    step: onBranch('repository_dispatch', 'main'),
  },
];

/** Plays a scenario on a GitHub of its own, and notes what appeared. */
async function play({
  name,
  token,
  tokenName,
  fork = false,
  step,
}: Scenario): Promise<{ step: StepResult; row: readonly string[] }> {
  const github = new GitHubRoom();
  await github.start();
  const commits = history(github);
  const repository = fork ? 'mallory/shop' : 'acme/shop';
  const head = { sha: commits.head, ref: 'feature', repository };
  github.state.pullRequests.set(7, { number: 7, head, base: { ref: 'main' } });
  const result = await action.run({
    apiUrl: github.server.apiUrl,
    token,
    inputs: { sarif: 'true', 'review-suggestions': 'true', 'tracking-issue': 'true', 'only-new': 'true' },
    ...step(commits),
  });
  const report = JSON.parse(readFileSync(result.outputs['report-json'] ?? '', 'utf8'));
  const row = [
    name,
    tokenName,
    judgedName(report),
    policyName(report, commits),
    report.findings.some((finding: { inherited?: boolean }) => finding.inherited === true) ? 'its base' : '–',
    shown(
      result.commands.some((line) => line.startsWith('::error')),
      '',
    ),
    '✔',
    shown(github.state.comments.length === 1, told(result.summary, 'post the comment')),
    shown(github.state.reviewComments.length === 1, told(result.summary, /post suggestions|read the changed lines/)),
    shown(github.state.uploads.length === 1, told(result.summary, 'upload to code scanning')),
    shown(github.state.issues.length === 1, told(result.summary, 'keep the tracking issue')),
  ];
  await github.stop();
  return { step: result, row };
}

test.each(SCENARIOS)('$name with $tokenName fails the job, whatever the token may show', (scenario) => {
  const step = seen.get(scenario)?.step;
  expect(step?.code).toBe(1);
  expect(step?.outputs['verdict']).toBe('fail');
  expect(step?.summary).toContain('Base images: fail');
});

test('docs/events.md says what was seen', () => {
  const table = tableOf([COLUMNS, ...SCENARIOS.flatMap((scenario) => [seen.get(scenario)?.row ?? []])]);
  const page = readFileSync(PAGE, 'utf8');
  const [before = '', rest = ''] = page.split(BEGIN);
  const [, after = ''] = rest.split(END);
  const wanted = `${before}${BEGIN}\n\n${table}\n\n${END}${after}`;
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(PAGE, wanted);
  expect(readFileSync(PAGE, 'utf8')).toBe(wanted);
});

const COLUMNS = [
  ...['Event', 'Token', 'Judged', 'Policy from', 'Compared with', 'Annotations', 'Summary', 'Comment', 'Suggestions'],
  ...['Code scanning', 'Tracking issue'],
];

/** A Markdown table as the formatter lays it out. */
function tableOf(lines: readonly (readonly string[])[]): string {
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const [head = '', ...body] = lines.map(
    (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  return [head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body].join('\n');
}

const shown = (is: boolean, otherwise: string): string => (is ? '✔' : otherwise || '–');

function told(summary: string, what: string | RegExp): string {
  const section = summary.slice(summary.indexOf('What could not be shown'));
  if (summary.indexOf('What could not be shown') < 0) return '';
  return (typeof what === 'string' ? section.includes(`Could not ${what}`) : what.test(section)) ? 'says why not' : '';
}

function judgedName(report: { uses: readonly { expanded: string }[] }): string {
  const images = report.uses.map(({ expanded }) => expanded);
  const head = images.some((image) => image.includes('legacy/head'));
  const tip = images.some((image) => image.includes('legacy/main:2'));
  if (head && tip) return 'what merging would make';
  return head ? 'the pushed commit' : 'the commit of the run';
}

function policyName(report: { policy: { commit?: string } }, { tip, head }: History): string {
  if (report.policy.commit === tip) return 'tip of the base or default branch';
  return report.policy.commit === head ? 'the change itself' : 'elsewhere';
}
