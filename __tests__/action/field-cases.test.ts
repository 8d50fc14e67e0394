import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { actionsCacheService } from '../../src/registry/cache/actions-cache-service.js';
import { unpackContent } from '../../src/registry/cache/cache-pack.js';
import { type RunOptions, type RunResult, runInProcess } from '../support/github/action-run.js';
import { payloadOf, pullRequestPayload } from '../support/github/action-step.js';
import { startActionsCache } from '../support/github/actions-cache-server.js';
import { useGitHub } from '../support/github/fake-github.js';
import { DENYING_POLICY, makePullRequest, POLICY_PATH } from '../support/github/pull-request-step.js';
import { makeImage } from '../support/image/image-maker.js';
import { startRegistry } from '../support/registry/registry-server.js';
import { describeWithSharedData, sharedData } from '../support/shared-data.js';

/** Attacks and reports from the field, each with the run that must pass as it did before. */
const github = useGitHub();

const BAD = 'FROM images.example/legacy/base:1\n';
const GOOD = 'FROM images.example/fine/base:1\n';
const POLICY = { [POLICY_PATH]: `${DENYING_POLICY}only-new: true\n` };

type Started = Pick<RunOptions, 'event' | 'sha' | 'ref'> & Partial<RunOptions>;

function run(options: Started): Promise<RunResult> {
  return runInProcess({
    apiUrl: github.server.apiUrl,
    payload: null,
    ...options,
    inputs: { comment: 'never', ...options.inputs },
  });
}

function pullRequest(head: string, base = 'main') {
  const of = { sha: head, ref: 'feature', repository: 'acme/shop' };
  github.state.pullRequests.set(7, { number: 7, head: of, base: { ref: base } });
  return pullRequestPayload({ number: 7, head, headRepository: 'acme/shop', base });
}

const MERGE_REF = 'refs/pull/7/merge';

describe('merge-of-another-base', () => {
  /** The branch `soft` has the head's bad commit and takes it back, so that the merge of head and `soft` is harmless. */
  function world(fromFeature: string = BAD) {
    const { git } = github.state;
    const main = git.commit('main', { ...POLICY, Dockerfile: GOOD });
    const first = git.commit('feature', { ...POLICY, Dockerfile: fromFeature }, { parents: [main] });
    const head = git.commit('feature', { ...POLICY, Dockerfile: fromFeature, 'a.txt': 'x' }, { parents: [first] });
    const soft = git.commit('soft', { ...POLICY, Dockerfile: GOOD }, { parents: [first] });
    const merge = git.commit('merge', { ...POLICY, Dockerfile: GOOD, 'a.txt': 'x' }, { parents: [soft, head] });
    git.setRefs({ [MERGE_REF]: merge });
    return { main, head, merge };
  }

  test.each<[string, string, 'soft' | 'main']>([
    ['its base is a branch nobody reviews', 'pull_request', 'soft'],
    ['it was retargeted and GITHUB_SHA is the merge of before', 'pull_request', 'main'],
    ['its merge was not made anew', 'pull_request_target', 'main'],
  ])('a pull request fails by its head where %s', async (_what, event, base) => {
    const started = (made: ReturnType<typeof world>): Started => ({
      event,
      payload: pullRequest(made.head, base),
      ...(event === 'pull_request' ? { sha: made.merge, ref: MERGE_REF } : { sha: made.main, ref: 'refs/heads/main' }),
    });
    expect((await run(started(world()))).code).toBe(1);
    const honest = await run(started(world(GOOD)));
    expect(honest.code).toBe(0);
  });

  test('a pull request inherits nothing from a branch nobody reviews', async () => {
    const { git } = github.state;
    const inherit = async (inMain: string) => {
      const main = git.commit('main', { ...POLICY, Dockerfile: inMain }, { parents: [] });
      const soft = git.commit('soft', { ...POLICY, Dockerfile: BAD }, { parents: [main] });
      const files = { ...POLICY, Dockerfile: BAD, 'a.txt': 'x' };
      const head = git.commit('feature', files, { parents: [soft] });
      git.setRefs({ [MERGE_REF]: git.commit('merge', files, { parents: [soft, head] }) });
      const payload = pullRequest(head);
      return run({ event: 'pull_request_target', payload, sha: main, ref: 'refs/heads/main' });
    };
    expect((await inherit(GOOD)).code).toBe(1);
    expect((await inherit(BAD)).code).toBe(0);
  });
});

test.each(['pull_request', 'pull_request_review', 'pull_request_review_comment'])(
  'stale-merge-of-older-head: %s evaluates the head of its payload',
  async (event) => {
    const { git } = github.state;
    const evaluate = async (pushed: string) => {
      const main = git.commit('main', { ...POLICY, Dockerfile: GOOD, x: '1' });
      const first = git.commit('feature', { ...POLICY, Dockerfile: GOOD, x: '2' }, { parents: [main] });
      const stale = git.commit('merge', { ...POLICY, Dockerfile: GOOD, x: '2' }, { parents: [main, first] });
      const head = git.commit('feature', { ...POLICY, Dockerfile: pushed, x: '3' }, { parents: [first] });
      const result = await run({ event, payload: pullRequest(head), sha: stale, ref: MERGE_REF });
      return { code: result.code, isHead: result.commit === head };
    };
    expect(await evaluate(BAD)).toEqual({ code: 1, isHead: true });
    expect(await evaluate(GOOD)).toEqual({ code: 0, isHead: true });
  },
);

test('private-bytes-by-a-second-step: what a login read is not shared by a later step of the job', async () => {
  const cache = await startActionsCache();
  const directory = mkdtempSync(join(tmpdir(), 'gate-steps-'));
  const temp = join(directory, 'temp');
  mkdirSync(temp);
  const auth = { kind: 'basic', username: 'user', password: 'hunter22' } as const;
  const [locked, open] = [await startRegistry({ auth }), await startRegistry()];
  locked.push('base', await makeImage({ config: { Env: ['MARK=PRIVATE-IMAGE-BYTES'] } }), '1');
  open.push('base', await makeImage(), '1');
  const step = (host: string, inputs: Readonly<Record<string, string>> = {}) => {
    const policy = `version: 1\nregistries: { "${host}": { private-network: true, insecure: true } }\nrules: { non-root: error }\n`;
    const { head, merge } = makePullRequest(github, { Dockerfile: `FROM ${host}/base:1\n` }, { [POLICY_PATH]: policy });
    const environment = { RUNNER_TEMP: temp, ...cache.environment };
    const payload = pullRequest(head);
    return run({ event: 'pull_request', payload, sha: merge, ref: MERGE_REF, inputs, environment });
  };
  const isShared = async (): Promise<boolean> => {
    const entry = await actionsCacheService(cache.environment)?.restore('base-image-gate-registry-v2-', 1 << 28);
    if (entry === undefined) return false;
    const { blobs } = await unpackContent(entry.bytes, 1 << 28);
    return blobs.some((blob) => Buffer.from(blob).includes('PRIVATE-IMAGE-BYTES'));
  };
  const first = await step(locked.host, { 'registry-credentials': `${locked.host} user hunter22` });
  expect(first.report?.images[0]?.resolved).toBeDefined();
  expect(await isShared()).toBe(false);
  expect((await step(open.host)).report?.images[0]?.resolved).toBeDefined();
  expect(await isShared()).toBe(false);
  for (const server of [locked, open, cache]) await server.close();
  rmSync(directory, { recursive: true });
});

test('queue-push-sarif: a push of the merge queue’s branch uploads nothing, and one of another branch does', async () => {
  const { git, uploads } = github.state;
  git.commit('main', POLICY);
  for (const branch of ['gh-readonly-queue/main/pr-7-abc', 'main']) {
    const sha = git.commit(branch, { ...POLICY, Dockerfile: BAD });
    const ref = `refs/heads/${branch}`;
    const payload = payloadOf('push', { ref, deleted: false });
    await run({ event: 'push', payload, sha, ref, inputs: { sarif: 'true' }, publish: true });
  }
  expect(uploads.map(({ ref }) => ref)).toEqual(['refs/heads/main']);
});

test('observe-on-failure-silent: on-failure comments where something would block without observe', async () => {
  const comments = async (dockerfile: string) => {
    const base = { [POLICY_PATH]: `${DENYING_POLICY}profile: observe\n`, 'README.md': 'x' };
    const { head, merge } = makePullRequest(github, { 'api/Dockerfile': dockerfile }, base);
    const payload = pullRequest(head);
    const inputs = { comment: 'on-failure' };
    const result = await run({ event: 'pull_request', payload, sha: merge, ref: MERGE_REF, inputs, publish: true });
    expect(result.code).toBe(0);
    return github.state.comments.length;
  };
  expect(await comments('FROM scratch\nUSER 1\n')).toBe(0);
  expect(await comments(`${BAD}USER 1\n`)).toBe(1);
});

describe('html-answer', () => {
  async function answered(status: number, body: string): Promise<RunResult> {
    const server = createServer((_request, response) => {
      response.writeHead(status, { 'content-type': 'text/html' }).end(body);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    // A server that listens on a TCP port has an address with that port.
    const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { head, merge } = makePullRequest(github, { Dockerfile: GOOD });
    const result = await run({ event: 'pull_request', payload: pullRequest(head), sha: merge, ref: MERGE_REF, apiUrl });
    server.close();
    return result;
  }

  test('a login page in the place of the API is named as that', async () => {
    const { code, message } = await answered(200, '<html>Please log in</html>');
    expect(code).toBe(2);
    expect(message).toMatch(/GITHUB_API_URL.*text\/html/);
    expect(message).not.toContain('undefined');
  });

  test('a proxy that asks for a login is named as that', async () => {
    const { code, message } = await answered(407, '<html>Proxy</html>');
    expect(code).toBe(2);
    expect(message).toMatch(/proxy requires authentication/);
    expect(message).not.toContain('()');
  });
});

test('lfs-pointer: a build file that is a Git LFS pointer is named as that, and not to be left out', async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d7a'.repeat(16)}\nsize 12345\n`;
  const { head, merge } = makePullRequest(github, { 'api/Dockerfile': pointer });
  const { code, report } = await run({ event: 'pull_request', payload: pullRequest(head), sha: merge, ref: MERGE_REF });
  expect(code).toBe(2);
  const [finding] = report?.findings ?? [];
  expect(finding?.message).toContain('Git LFS');
  expect(finding?.fix).not.toContain('files.exclude');
});

test.each(['localhost:3128', '10.0.0.1:3128', 'proxy.corp.example:3128'])(
  'proxy-without-scheme: HTTPS_PROXY=%s is a proxy over http, and NO_PROXY excepts the API’s host',
  async (proxy) => {
    const { head, merge } = makePullRequest(github, { Dockerfile: 'FROM scratch\n' });
    const environment = { HTTPS_PROXY: proxy, NO_PROXY: '127.0.0.1' };
    const before = { HTTPS_PROXY: process.env['HTTPS_PROXY'], NO_PROXY: process.env['NO_PROXY'] };
    Object.assign(process.env, environment);
    const payload = pullRequest(head);
    const result = await run({ event: 'pull_request', payload, sha: merge, ref: MERGE_REF, environment });
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    expect(result.code).toBe(0);
  },
);

const PORTED = [
  'html-answer',
  'lfs-pointer',
  'merge-of-another-base',
  'observe-on-failure-silent',
  // The two about signers: __tests__/signatures/field-signers.test.ts.
  'one-key-in-two-encodings',
  'private-bytes-by-a-second-step',
  'provenance-source-not-borne-out',
  'proxy-without-scheme',
  'queue-push-sarif',
  'stale-merge-of-older-head',
];

describeWithSharedData('field/github', 'the cases from the field', () => {
  test('are all here', () => {
    const entries = readdirSync(sharedData('field/github'), { withFileTypes: true });
    const given = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('_'));
    expect(PORTED).toEqual(expect.arrayContaining(given.map(({ name }) => name)));
  });
});
