import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { parseUntrustedReport } from '../../src/github/publish/untrusted-report.js';
import { payloadOf, type StepResult, useAction } from '../support/github/action-step.js';
import { useGitHub } from '../support/github/fake-github.js';
import { expectHarmlessLog, expectHarmlessMarkdown, hostileText } from '../support/github/hostile-text.js';
import { type MadePullRequest, makePullRequest, runOnPullRequest } from '../support/github/pull-request-step.js';

const github = useGitHub();
const directory = mkdtempSync(join(tmpdir(), 'gate-hostile-'));
const action = useAction();
let pull: MadePullRequest;
let genuine: string;
afterAll(() => {
  rmSync(directory, { recursive: true });
});
beforeEach(async () => {
  pull = makePullRequest(github, { Dockerfile: 'FROM images.example/legacy/base:1 AS build\nFROM $A\n' });
  const fork = { sha: pull.head, ref: 'feature', repository: 'mallory/shop' };
  github.state.pullRequests.set(7, { number: 7, head: fork, base: { ref: 'main' } });
  const gate = await runOnPullRequest(action, github, pull, { token: 'read', headRepository: 'mallory/shop' });
  genuine = readFileSync(gate.outputs['report-json'] ?? '', 'utf8');
});

/** The report action on what the fork uploaded; `place` makes it, and says where it is. */
function reported(place: () => string): Promise<StepResult> {
  const run = {
    id: 4711,
    event: 'pull_request',
    name: 'gate',
    head_sha: pull.head,
    head_branch: 'feature',
    html_url: 'https://github.example/acme/shop/actions/runs/1',
    head_repository: { full_name: 'mallory/shop' },
    repository: { full_name: 'acme/shop' },
  };
  return action.run({
    apiUrl: github.server.apiUrl,
    entry: 'report-action.js',
    event: 'workflow_run',
    payload: payloadOf('workflow_run', { workflow_run: run }),
    sha: pull.merge,
    ref: 'refs/heads/main',
    token: 'write',
    inputs: { report: place(), sarif: 'true' },
  });
}

function file(content: string | Uint8Array): string {
  const path = join(directory, 'report.json');
  rmSync(path, { force: true });
  writeFileSync(path, content);
  return path;
}

/** The report with hostile text in the place of every text of these keys. */
function withHostile(keys: ReadonlySet<string>): string {
  return JSON.stringify(JSON.parse(genuine), (key: string, value: unknown) =>
    typeof value === 'string' && keys.has(key) ? hostileText(key) : value,
  );
}

/** The keys of the report whose text may be anything, all at once, as far as its shape goes. */
function freeKeys(): ReadonlySet<string> {
  const keys = new Set<string>();
  JSON.parse(genuine, (key: string, value: unknown) => {
    if (typeof value === 'string' && Number.isNaN(Number(key))) keys.add(key);
    return value;
  });
  const free = new Set<string>();
  for (const key of keys) {
    free.add(key);
    if (!parseUntrustedReport(withHostile(free)).ok) free.delete(key);
  }
  return free;
}

test('what a fork writes into its report stays text in the comment and the log, and is marked as its word', async () => {
  const keys = freeKeys();
  expect([...keys]).toEqual(expect.arrayContaining(['message', 'fix']));
  const step = await reported(() => file(withHostile(keys)));
  expect(step.log).toContain('Reported on #7.');
  expectHarmlessLog(step.log);
  const comment = github.state.comments[0]?.body ?? '';
  expect(comment).toContain('evil-message');
  expect(comment).toContain("Reported by the fork's own run");
  expectHarmlessMarkdown('comment', comment);
  expect(comment.match(/^<!-- base-image-gate end -->$/gm)).toHaveLength(1);
});

test.each<[string, RegExp, () => string]>([
  ['that is no JSON', /JSON/, () => file('::error::x\n{')],
  ['of another shape', /schema/, () => file('{"verdict":"pass"}')],
  ['that is too long', /at most/, () => file(Buffer.alloc(17 * 1024 * 1024, ' '))],
  ['nested without end', /JSON|deep/, () => file('['.repeat(1_000_000))],
  [
    'that is a link to a file of the runner',
    /it is a link/,
    () => {
      const path = join(directory, 'link.json');
      rmSync(path, { force: true });
      symlinkSync('/proc/self/environ', path);
      return path;
    },
  ],
  ['that is a directory', /not a regular file/, () => directory],
])('a report %s is refused, and nothing is posted', async (_what, why, place) => {
  const step = await reported(place);
  expect(step.code).toBe(2);
  expect(step.log).toMatch(why);
  expectHarmlessLog(step.log);
  expect(step.log).not.toMatch(/^\s+at |INPUT_TOKEN=/m);
  expect(github.state.comments).toEqual([]);
  expect(github.state.uploads).toEqual([]);
});

test('a report that says pass makes no check, and writes what it says as the fork’s word', async () => {
  const step = await reported(() => file(genuine.replace(/"verdict":\s*"fail"/, '"verdict": "pass"')));
  const written = github.server.requests.filter(({ body }) => Object.keys(body).length > 0);
  expect(written.map(({ operation }) => operation).filter((name) => /check|status|review/.test(name))).toEqual([]);
  for (const { body } of github.state.comments) expect(body).toContain("Reported by the fork's own run");
  expect(step.outputs['verdict']).toBeUndefined();
});
