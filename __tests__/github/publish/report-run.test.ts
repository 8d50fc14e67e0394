import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { coverageOf } from '../../../src/gate/coverage.js';
import { type RunnerEnvironment, readRunnerEnvironment } from '../../../src/github/event/environment.js';
import type { ReportInputs } from '../../../src/github/event/inputs.js';
import { commentMarker } from '../../../src/github/publish/comment-parts.js';
import { reportRun } from '../../../src/github/publish/report-run.js';
import { readUntrustedReport } from '../../../src/github/publish/untrusted-report.js';
import type { Result } from '../../../src/lib/result.js';
import type { Report } from '../../../src/reports/report.js';
import { checkText } from '../../support/check-json.js';
import { REPOSITORY, useGitHub } from '../../support/github/fake-github.js';
import { githubHtml, readHtml } from '../../support/github/github-markdown.js';
import type { Artifact } from '../../support/github/github-state.js';
import { webhookExamples } from '../../support/github/webhook-examples.js';
import { makeZip } from '../../support/registry/zip-maker.js';

const github = useGitHub();
const directory = mkdtempSync(join(tmpdir(), 'gate-report-'));
afterAll(() => rmSync(directory, { recursive: true }));

const HEAD = 'a'.repeat(40);
const atOnce = async (): Promise<void> => {};
const HOSTILE = '</details><script>alert(1)</script> @everyone ![x](https://evil.example/x.png)\n::error::x';

const INPUTS = { artifact: 'base-image-gate', comment: 'always', commentKey: 'default', sarif: false } as const;
const RUN = 4711;

const report = (overrides: Partial<Report> = {}): Report => ({
  tool: { version: '1.0.0', catalog: '1', feeds: [], snapshots: [] },
  verdict: 'pass',
  policy: { source: { name: HOSTILE, extends: [] }, profile: 'baseline', allowlistEnforced: true },
  coverage: coverageOf([], [], []),
  files: [],
  definitions: [],
  stages: [],
  uses: [],
  images: [],
  answers: [],
  findings: [
    {
      rule: HOSTILE,
      level: 'error',
      outcome: 'fail',
      message: HOSTILE,
      fix: HOSTILE,
      location: { file: HOSTILE, line: 1, column: 1, endLine: 1, endColumn: 2 },
      fingerprint: 'f'.repeat(32),
    },
  ],
  waivers: [],
  limits: [],
  notices: [HOSTILE],
  ...overrides,
});

function write(name: string, content: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

/** GitHub's example of `workflow_run`, about a run of pull_request for a head of this repository. */
function payload(changes: Readonly<Record<string, unknown>> = {}): object {
  const example = Object(webhookExamples('workflow_run')[0]);
  Object.assign(example.workflow_run, {
    id: RUN,
    event: 'pull_request',
    head_sha: HEAD,
    head_branch: 'feature',
    html_url: 'https://github.example/acme/shop/actions/runs/1',
    head_repository: { full_name: 'mallory/shop' },
    repository: { full_name: 'acme/shop' },
    pull_requests: [{ number: 1 }],
    ...changes,
  });
  return example;
}

function runner(eventName = 'workflow_run'): RunnerEnvironment {
  return readRunnerEnvironment({
    GITHUB_REPOSITORY: `${REPOSITORY.owner}/${REPOSITORY.name}`,
    GITHUB_EVENT_NAME: eventName,
    GITHUB_SHA: HEAD,
    GITHUB_SERVER_URL: 'https://github.example',
  });
}

function run(
  inputs: Partial<ReportInputs> = {},
  event: object = payload(),
  eventName = 'workflow_run',
): Promise<Result<string, string>> {
  const env = runner(eventName);
  const path = inputs.report === undefined ? write('report.json', checkText(report())) : inputs.report;
  return reportRun(env, event, { ...INPUTS, ...inputs, report: path }, github.client(), atOnce);
}

function open(
  number: number,
  head: { sha?: string; repository?: string | null; state?: 'open' | 'closed' } = {},
): void {
  const { sha = HEAD, repository = 'mallory/shop', state = 'open' } = head;
  github.state.pullRequests.set(number, {
    number,
    head: { sha, ref: 'feature', repository },
    base: { ref: 'main' },
    state,
  });
}

describe('the pull request', () => {
  test('is the open one with this head repository and commit, whatever the payload or the report says', async () => {
    open(1, { sha: 'b'.repeat(40) });
    open(2, { repository: 'mallory/other' });
    open(3, { repository: null });
    open(4, { state: 'closed' });
    open(5);
    expect(await run()).toEqual({ ok: true, value: 'Reported on #5.' });
    expect(github.state.comments.map(({ issue }) => issue)).toEqual([5]);
  });

  test('that is gone leaves nothing to post on', async () => {
    expect(await run()).toMatchObject({ ok: true, value: expect.stringContaining('Nothing was posted') });
  });
});

describe('what an untrusted party says', () => {
  test('is marked as the fork’s own word, and is never a check', async () => {
    open(5);
    await run();
    const body = github.state.comments[0]?.body ?? '';
    expect(body.indexOf("Reported by the fork's own run")).toBeLessThan(body.indexOf('###'));
    expect(github.server.operations().join()).not.toMatch(/check|status/);
  });

  test('is text: no HTML, images, links elsewhere, mentions or markers of ours', async () => {
    open(5);
    await run();
    const body = github.state.comments[0]?.body ?? '';
    const html = githubHtml(body);
    const { tags } = readHtml(html);
    expect(tags.filter((tag) => /^<(?:script|img)/i.test(tag))).toEqual([]);
    expect(tags.filter((tag) => /^<a /i.test(tag) && !tag.includes('"https://github.example/'))).toEqual([]);
    expect(readHtml(html.replace(/<code>[\s\S]*?<\/code>/g, '')).text).not.toMatch(/@everyone/);
    expect(body.match(/<!-- base-image-gate comment/g)).toHaveLength(1);
  });

  test('keeps the mark when there is fake for nothing else', async () => {
    open(5);
    const findings = Array.from({ length: 3_000 }, (_, index) => ({
      ...report().findings[0],
      message: `${index} ${'x'.repeat(300)}`,
      fingerprint: `${index}`,
    }));
    // The maker above always has a first finding; its fields are those of a finding.
    const long = report({ findings: findings as Report['findings'] });
    await run({ report: write('long.json', checkText(long)) });
    const body = github.state.comments[0]?.body ?? '';
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body).toContain("Reported by the fork's own run");
  });

  test('reaches code scanning for the pull request only, made anew', async () => {
    open(5);
    expect((await run({ sarif: true, comment: 'never' })).ok).toBe(true);
    expect(github.state.uploads).toMatchObject([{ commit: HEAD, ref: 'refs/pull/5/head' }]);
    expect(JSON.parse(github.state.uploads[0]?.sarif ?? '')).toMatchObject({ version: '2.1.0' });
  });

  test('does not overwrite the part of the gate’s own job', async () => {
    open(5);
    const own = `${commentMarker('default')}\n\n<!-- base-image-gate part=${'1'.repeat(16)} commit=${HEAD} findings= -->\n**ours**\n<!-- base-image-gate end -->\n\nfooter`;
    github.state.comments.push({ id: github.state.nextId(), issue: 5, login: 'github-actions[bot]', body: own });
    await run();
    expect(github.state.comments).toHaveLength(1);
    expect(github.state.comments[0]?.body).toContain('**ours**');
    expect(github.state.comments[0]?.body).toContain("Reported by the fork's own run");
  });
});

describe('a file that is no report', () => {
  test.each([
    ['not JSON', 'hello'],
    ['another document', '{"schema":"other"}'],
    ['a list', '[]'],
    ['a report with a further field', checkText(report()).replace('{', '{"extra":1,')],
    ['a report with a verdict of its own', checkText(report()).replace('"pass"', '"excellent"')],
    ['a report with a prototype', checkText(report()).replace('{', '{"__proto__":{"verdict":"pass"},')],
    ['deeply nested lists', '['.repeat(100_000)],
    ['an empty file', ''],
  ])('%s is refused, and nothing is posted', async (_what, text) => {
    open(5);
    const outcome = await run({ report: write('bad.json', text) });
    expect(outcome.ok).toBe(false);
    expect(github.state.comments).toEqual([]);
  });

  test('a file that is too long is not read', async () => {
    const outcome = await readUntrustedReport(write('huge.json', Buffer.alloc(16 * 1024 * 1024 + 1, ' ')));
    expect(outcome).toMatchObject({ ok: false, error: expect.stringContaining('bytes; at most') });
  });

  test('a link, a directory and a missing file are said to be that', async () => {
    const link = join(directory, 'link.json');
    symlinkSync('/etc/passwd', link);
    expect(await readUntrustedReport(link)).toMatchObject({ error: expect.stringContaining('it is a link') });
    expect(await readUntrustedReport(directory)).toMatchObject({ error: expect.stringContaining('regular file') });
    expect(await readUntrustedReport('/proc/1/nowhere')).toMatchObject({ ok: false });
    expect(await readUntrustedReport('/dev/zero')).toMatchObject({ error: expect.stringContaining('regular file') });
  });
});

test.each([
  ['another event', payload(), 'push'],
  ['another repository', payload({ repository: { full_name: 'mallory/shop' } }), 'workflow_run'],
  ['no payload worth the name', { workflow_run: 1 }, 'workflow_run'],
  ['an address that is no web address', payload({ html_url: 'javascript:alert(1)' }), 'workflow_run'],
])('%s is refused', async (_what, event, name) => {
  expect((await run({}, event, name)).ok).toBe(false);
  expect(github.server.requests).toEqual([]);
});

test.each([
  ['a run of push', { event: 'push' }, 'only pull_request runs'],
  ['a run of pull_request_target', { event: 'pull_request_target' }, 'only pull_request runs'],
  ['a run for a fork that was deleted', { head_repository: null }, 'was deleted'],
  ['a run for a branch that was deleted', { head_branch: null }, 'was deleted'],
])('%s is nothing to report, and no error', async (_what, changes, said) => {
  open(5);
  expect(await run({}, payload(changes))).toEqual({ ok: true, value: expect.stringContaining(said) });
  expect(github.server.requests).toEqual([]);
});

describe('a run for a branch of the same repository, such as Dependabot’s', () => {
  test('is reported as that branch’s own word', async () => {
    open(5, { repository: 'acme/shop' });
    const outcome = await run({}, payload({ head_repository: { full_name: 'acme/shop' } }));
    expect(outcome).toEqual({ ok: true, value: 'Reported on #5.' });
    const body = github.state.comments[0]?.body ?? '';
    expect(body).toContain("Reported by the pull request's branch's own run");
    expect(body).not.toContain('fork');
  });
});

describe('the artifact of the run', () => {
  const json = checkText(report());
  let nextId = 1;
  function uploaded(archive: Uint8Array, given: Partial<Artifact> = {}): void {
    github.state.artifacts.push({ id: nextId++, run: RUN, name: 'base-image-gate', archive, ...given });
  }
  const fromArtifact = (): Promise<Result<string, string>> => run({ report: null });

  test('is read where no file is named, and the token stays with GitHub', async () => {
    open(5);
    uploaded(makeZip({ 'report.json': json }));
    expect(await fromArtifact()).toEqual({ ok: true, value: 'Reported on #5.' });
    expect(github.state.comments).toHaveLength(1);
  });

  test('is the newest of its name, as attempts of one run leave several', async () => {
    open(5);
    const said = (message: string) => checkText(report({ notices: [message] }));
    uploaded(makeZip({ 'report.json': said('the second attempt') }), { id: 90 });
    uploaded(makeZip({ 'report.json': said('the first attempt') }), { id: 80 });
    uploaded(makeZip({ 'report.json': said('another run') }), { id: 95, run: RUN + 1 });
    uploaded(makeZip({ 'report.json': said('another name') }), { id: 96, name: 'base-image-gate-web' });
    await fromArtifact();
    expect(github.state.comments[0]?.body).toContain('the second attempt');
  });

  test.each([
    ['is not there', () => undefined, 'no artifact named base-image-gate'],
    ['has expired', () => uploaded(Buffer.alloc(0), { expired: true }), 'has expired'],
  ])('that %s is nothing to report, and no error', async (_what, prepare, said) => {
    open(5);
    prepare();
    expect(await fromArtifact()).toEqual({ ok: true, value: expect.stringContaining(said) });
    expect(github.state.comments).toEqual([]);
    expect(github.server.operations()).toEqual(['actions/list-workflow-run-artifacts']);
  });

  test('that expires between listing and download is nothing to report', async () => {
    open(5);
    uploaded(makeZip({ 'report.json': json }));
    github.server.faults.push({ operation: 'actions/download-artifact', status: 410, message: 'Gone' });
    expect(await fromArtifact()).toEqual({ ok: true, value: expect.stringContaining('has expired') });
  });

  test.each([
    ['a bomb', () => makeZip({ 'report.json': ' '.repeat(17 * 1024 * 1024) }), 'larger than'],
    ['two reports', () => twice(makeZip({ 'report.json': json, 'Report.json': json })), '2 times'],
    ['no report', () => makeZip({ 'other.json': json }), 'has no report.json'],
    ['a report in a directory above', () => makeZip({ '../report.json': json }), 'has no report.json'],
    ['no archive', () => Buffer.from('hello'), 'no end record'],
    ['nothing', () => Buffer.alloc(0), 'no end record'],
    ['an archive cut short', () => makeZip({ 'report.json': json }).subarray(40), 'could not be read'],
    ['thousands of files', () => makeZip(manyFiles(), { stored: true }), 'more than 1,000 entries'],
    ['a report that is none', () => makeZip({ 'report.json': '{"schema":"other"}' }), 'shape'],
  ])('that holds %s is refused in a sentence, and nothing is posted', async (_what, archive, said) => {
    open(5);
    uploaded(archive());
    expect(await fromArtifact()).toEqual({ ok: false, error: expect.stringContaining(said) });
    expect(github.state.comments).toEqual([]);
  });

  test('that is too large is not downloaded', async () => {
    open(5);
    uploaded(Buffer.alloc(0), { size: 17 * 1024 * 1024 });
    expect(await fromArtifact()).toEqual({ ok: false, error: expect.stringContaining('at most') });
    expect(github.server.operations()).not.toContain('actions/download-artifact');
  });

  test('needs a permission, and says which', async () => {
    const refused = await reportRun(runner(), payload(), { ...INPUTS, report: null }, github.client('read'), atOnce);
    expect(refused).toEqual({ ok: false, error: expect.stringContaining('actions: read') });
  });

  function manyFiles(): Record<string, string> {
    return Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`${index}`, '']));
  }

  /** An archive whose second name is made the same as its first. */
  function twice(archive: Buffer): Buffer {
    return Buffer.from(archive.toString('latin1').replaceAll('Report.json', 'report.json'), 'latin1');
  }
});

test('reports that two steps post are two parts of the comment', async () => {
  open(5);
  await run({ report: write('api.json', checkText(report())) });
  await run({ report: write('web.json', checkText(report())) });
  expect(github.state.comments).toHaveLength(1);
  expect(github.state.comments[0]?.body.match(/<!-- base-image-gate part=/g)).toHaveLength(2);
  await run({ report: write('web.json', checkText(report())) });
  expect(github.state.comments[0]?.body.match(/<!-- base-image-gate part=/g)).toHaveLength(2);
});

test('links lead to what merging makes, whose lines the run speaks of', async () => {
  open(5);
  const pull = github.state.pullRequests.get(5);
  if (pull !== undefined) pull.mergeCommit = 'c'.repeat(40);
  await run();
  expect(github.state.comments[0]?.body).toContain(`/blob/${'c'.repeat(40)}/`);
  expect(github.state.comments[0]?.body).not.toContain(`/blob/${HEAD}/`);
});

test.each(webhookExamples('workflow_run').map((example, index) => [index, example] as const))(
  'the published example %i of workflow_run is read or refused in a sentence',
  async (_index, example) => {
    const outcome = await run({}, example);
    expect(outcome.ok ? '' : outcome.error).toMatch(/^(?:The (?:payload|report|run)|$)/);
  },
);

test('a token that may not write is reported the lines to add', async () => {
  open(5);
  const path = write('report.json', checkText(report()));
  const outcome = await reportRun(runner(), payload(), { ...INPUTS, report: path }, github.client('read'), atOnce);
  expect(outcome).toMatchObject({ ok: false, error: expect.stringContaining('pull-requests: write') });
});
