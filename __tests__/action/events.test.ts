import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  payloadOf,
  pullRequestPayload,
  type StepOptions,
  type StepResult,
  useAction,
} from '../support/github/action-step.js';
import { FakeGitHub } from '../support/github/fake-github.js';
import { REVIEWED_RULES } from '../support/github/github-state.js';
import { makeImage } from '../support/image/image-maker.js';
import { type RegistryServer, startRegistry } from '../support/registry/registry-server.js';

const PAGE = new URL('../../docs/events.md', import.meta.url);
const BEGIN = '<!-- what appears where: begin -->';
const END = '<!-- what appears where: end -->';
const POLICY = '.github/base-image-gate.yml';

// Every scenario starts the bundle as a process of its own, which waits between writes as GitHub asks.
const AT_ONCE = 4;
const action = useAction();
let registry: RegistryServer;
const seen = new Map<Scenario, { readonly step: StepResult; readonly row: readonly string[] }>();

beforeAll(async () => {
  registry = await startRegistry();
  registry.push('base', await makeImage(), '1');
  const waiting = [...SCENARIOS];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) seen.set(next, await play(next));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
});
afterAll(async () => {
  await registry.close();
});

interface History {
  /** The tips of the pull request's base and of the default branch; one and the same where `main` is the base. */
  readonly tip: string;
  readonly main: string;
  readonly head: string;
  readonly merge: string;
  readonly group: string;
}

/** A base branch, a pull request that edits the policy and adds a build file, its merge, and a merge group with it. */
function history({ state }: FakeGitHub, base: string): History {
  const { git } = state;
  const policy = `version: 1\nonly-new: true\nregistries: { "${registry.host}": { private-network: true, insecure: true } }\ndeny:\n  - { image: "images.example/legacy/**", reason: no longer maintained }\n`;
  const build = `FROM images.example/legacy/head:1 AS build\nFROM ${registry.host}/base:1\n`;
  const other = { 'other.Dockerfile': 'FROM images.example/legacy/other:1\n' };
  const first = { ...other, 'main.Dockerfile': 'FROM images.example/legacy/main:1\n' };
  const second = { ...other, 'main.Dockerfile': 'FROM images.example/legacy/main:2\n' };
  const changed = { 'head.Dockerfile': build, [POLICY]: `${policy}profile: observe\n` };
  const start = git.commit('main', { ...first, [POLICY]: policy });
  const head = git.commit('feature', { ...first, ...changed }, { parents: [start] });
  const tip = git.commit(base, { ...second, [POLICY]: policy }, { parents: [start] });
  const merge = git.commit('merge', { ...second, ...changed }, { parents: [tip, head] });
  const group = git.commit(`gh-readonly-queue/${base}/pr-7`, { ...second, ...changed }, { parents: [tip] });
  git.setRefs({ 'refs/pull/7/merge': merge, 'refs/pull/7/head': head });
  return { tip, main: base === 'main' ? tip : start, head, merge, group };
}

type Token = 'write' | 'contents' | 'read';
type Step = Pick<StepOptions, 'event' | 'payload' | 'sha' | 'ref'>;

interface Scenario {
  readonly name: string;
  readonly token: Token;
  /** What the run is on; `main` where nothing is said. */
  readonly base?: string;
  /** Whether changes to `base` have to be reviewed. */
  readonly reviewed?: boolean;
  readonly fork?: boolean;
  readonly conflict?: boolean;
  /** GitHub makes the merge only when it has been asked about. */
  readonly late?: boolean;
  readonly actor?: string;
  readonly step: (history: History, scenario: Scenario) => Step;
}

const TOKENS: Readonly<Record<Token, string>> = {
  write: 'all permissions',
  contents: 'contents: read',
  read: 'read-only',
};

const onPullRequest =
  (event: string): Scenario['step'] =>
  ({ head, merge, main }, { fork, base = 'main', actor = 'octocat' }) => {
    const payload = Object(
      pullRequestPayload({ number: 7, head, headRepository: fork ? 'mallory/shop' : 'acme/shop', base }),
    );
    payload.sender.login = payload.pull_request.user.login = actor;
    const target = event === 'pull_request_target';
    return { event, payload, sha: target ? main : merge, ref: target ? 'refs/heads/main' : 'refs/pull/7/merge' };
  };

/** On the tip of a branch, or on the commit of `feature` that everybody may push. */
const onRef =
  (event: string, ref: string): Scenario['step'] =>
  ({ tip, head }, { base = 'main' }) => ({
    event,
    payload: event === 'push' ? payloadOf('push', { deleted: false }) : payloadOf('workflow_dispatch'),
    sha: ref === `refs/heads/${base}` ? tip : head,
    ref,
  });

const onMergeGroup: Scenario['step'] = ({ group }, { base = 'main' }) => ({
  event: 'merge_group',
  payload: payloadOf('merge_group', { merge_group: { head_sha: group, base_ref: `refs/heads/${base}` } }),
  sha: group,
  ref: `refs/heads/gh-readonly-queue/${base}/pr-7`,
});

/** One scenario for each of some tokens. */
const withTokens = (tokens: readonly Token[], scenario: Omit<Scenario, 'token'>): readonly Scenario[] =>
  tokens.map((token) => ({ ...scenario, token }));

const SCENARIOS: readonly Scenario[] = [
  ...withTokens(['write', 'contents'], { name: 'pull_request', step: onPullRequest('pull_request') }),
  ...withTokens(['read'], { name: 'pull_request of a fork', fork: true, step: onPullRequest('pull_request') }),
  ...withTokens(['read', 'write'], {
    name: 'pull_request of Dependabot',
    actor: 'dependabot[bot]',
    step: onPullRequest('pull_request'),
  }),
  ...withTokens(['write'], {
    name: 'pull_request of Renovate',
    actor: 'renovate[bot]',
    step: onPullRequest('pull_request'),
  }),
  ...withTokens(['write'], {
    name: 'pull_request to another reviewed branch',
    base: 'release',
    reviewed: true,
    step: onPullRequest('pull_request'),
  }),
  ...withTokens(['write', 'contents'], {
    name: 'pull_request to a branch nobody reviews',
    base: 'soft',
    step: onPullRequest('pull_request'),
  }),
  ...withTokens(['write', 'read'], { name: 'pull_request_review', step: onPullRequest('pull_request_review') }),
  ...withTokens(['write', 'contents'], { name: 'pull_request_target', step: onPullRequest('pull_request_target') }),
  ...withTokens(['write', 'contents'], {
    name: 'pull_request_target of a fork',
    fork: true,
    step: onPullRequest('pull_request_target'),
  }),
  ...withTokens(['write'], {
    name: 'pull_request_target in conflict',
    conflict: true,
    step: onPullRequest('pull_request_target'),
  }),
  ...withTokens(['write'], {
    name: 'pull_request_target before GitHub made the merge',
    late: true,
    step: onPullRequest('pull_request_target'),
  }),
  ...withTokens(['write'], {
    name: 'pull_request_target to a branch nobody reviews',
    base: 'soft',
    step: onPullRequest('pull_request_target'),
  }),
  ...withTokens(['write', 'contents'], { name: 'merge_group', step: onMergeGroup }),
  ...withTokens(['write', 'contents'], {
    name: 'push to the default branch',
    step: onRef('push', 'refs/heads/main'),
  }),
  ...withTokens(['write', 'contents'], {
    name: 'push to another reviewed branch',
    base: 'release',
    reviewed: true,
    step: onRef('push', 'refs/heads/release'),
  }),
  ...withTokens(['write', 'contents'], {
    name: 'push to a branch nobody reviews',
    step: onRef('push', 'refs/heads/feature'),
  }),
  ...withTokens(['write', 'contents'], { name: 'push of a tag', step: onRef('push', 'refs/tags/v1') }),
  ...withTokens(['write', 'contents'], { name: 'schedule', step: onRef('schedule', 'refs/heads/main') }),
  ...withTokens(['write', 'contents'], {
    name: 'workflow_dispatch',
    step: onRef('workflow_dispatch', 'refs/heads/main'),
  }),
  ...withTokens(['write'], {
    name: 'workflow_dispatch on a branch nobody reviews',
    step: onRef('workflow_dispatch', 'refs/heads/feature'),
  }),
  ...withTokens(['write', 'contents'], {
    name: 'any other event',
    step: onRef('repository_dispatch', 'refs/heads/main'),
  }),
];

/** Plays a scenario on a GitHub of its own, and notes what appeared. */
async function play(scenario: Scenario): Promise<{ step: StepResult; row: readonly string[] }> {
  const { name, token, base = 'main', reviewed, fork, conflict, late, actor = 'octocat' } = scenario;
  const github = new FakeGitHub();
  await github.start();
  const commits = history(github, base);
  if (reviewed) github.state.protection.set(base, REVIEWED_RULES);
  const head = { sha: commits.head, ref: 'feature', repository: fork ? 'mallory/shop' : 'acme/shop' };
  const pull = { number: 7, head, base: { ref: base }, ...(conflict ? { conflict } : {}) };
  github.state.pullRequests.set(7, pull);
  const { git } = github.state;
  if (conflict || late) git.git('update-ref', '-d', 'refs/pull/7/merge');
  const makeMerge = (): unknown => git.git('update-ref', 'refs/pull/7/merge', commits.merge);
  if (late) github.server.faults.push({ operation: 'pulls/get', status: 404, meanwhile: makeMerge });
  const started = scenario.step(commits, scenario);
  const result = await action.run({
    apiUrl: github.server.apiUrl,
    token,
    inputs: { sarif: 'true', 'review-suggestions': 'true', 'tracking-issue': 'true' },
    environment: { GITHUB_ACTOR: actor },
    ...started,
  });
  const report: Report = JSON.parse(readFileSync(result.outputs['report-json'] ?? '', 'utf8'));
  const row = [
    name,
    TOKENS[token],
    evaluatedName(report, started.event),
    parentNames(report, commits),
    policyName(report, commits, started),
    startName(report),
    shown(
      result.commands.some((line) => line.startsWith('::error')),
      '',
    ),
    shown(/^#+ .*Base images: fail/m.test(result.summary) && result.summary.includes('no longer maintained'), ''),
    shown(github.state.comments.length === 1, reported(result.summary, 'post the comment')),
    shown(
      github.state.reviewComments.length === 1,
      reported(result.summary, /post suggestions|read the changed lines/),
    ),
    shown(github.state.uploads.length === 1, reported(result.summary, 'upload to code scanning')),
    shown(github.state.issues.length === 1, reported(result.summary, 'keep the tracking issue')),
    String(github.server.requests.length),
  ];
  await github.stop();
  return { step: result, row };
}

test.each(SCENARIOS)('$name ($token) fails the job, whatever the token may show', (scenario) => {
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
  ...[
    'Event',
    'Token',
    'Evaluated',
    'Its parents',
    'Policy from',
    'Compared with',
    'Annotations',
    'Summary',
    'Comment',
    'Suggestions',
  ],
  ...['Code scanning', 'Tracking issue', 'Requests'],
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

/** Whether what could not be done, one thing or several in a sentence, is among what the summary says of it. */
function reported(summary: string, what: string | RegExp): string {
  const [, section = ''] = summary.split('What could not be shown');
  const undone = Array.from(section.matchAll(/Could not ([^:]+):/g), ([, doing = '']) => doing).join();
  return (typeof what === 'string' ? undone.includes(what) : what.test(undone)) ? 'says why not' : '';
}

interface Report {
  readonly policy: { readonly commit?: string };
  readonly uses: readonly { readonly id: string; readonly expanded: string }[];
  readonly findings: readonly { readonly use?: string; readonly inherited?: boolean }[];
  readonly base?: { readonly parents: readonly string[] };
}

/** The parents by which a merge was known as one of this head into this base, as the report names them. */
function parentNames({ base }: Report, { tip, head }: History): string {
  const [into, merged] = base?.parents ?? [];
  if (into === undefined) return '–';
  return [into === tip ? 'the base' : 'another commit', merged === head ? 'the head' : 'another'].join(', ');
}

/** Reported by the images that only the head, or only the tip of the base, names. */
function evaluatedName({ uses }: Report, event: string): string {
  const has = (image: string): boolean => uses.some(({ expanded }) => expanded.includes(image));
  if (has('legacy/head') && has('legacy/main:2')) return 'the merge result';
  if (event === 'push') return 'the pushed commit';
  return has('legacy/head') && event.startsWith('pull_request') ? 'the head' : 'the commit of the run';
}

function policyName({ policy }: Report, { tip, main, merge, group }: History, { event, sha }: Step): string {
  const isChange = [merge, group].includes(sha) || event === 'pull_request_target';
  if (policy.commit === tip && isChange) return 'the tip of the base branch';
  if (policy.commit === sha && !isChange) return event === 'push' ? 'the pushed commit' : 'the commit of the run';
  return policy.commit === main ? 'the tip of the default branch' : 'elsewhere';
}

/** Reported by what counts as inherited: an image that the base changed since the head left it, or one that never changed. */
function startName({ uses, findings }: Report): string {
  const inherited = findings
    .filter((finding) => finding.inherited === true)
    .map((finding) => uses.find(({ id }) => id === finding.use)?.expanded ?? '');
  if (inherited.some((image) => image.includes('legacy/main:2'))) return 'its base';
  return inherited.length > 0 ? "the merge base with the policy's branch" : '–';
}
