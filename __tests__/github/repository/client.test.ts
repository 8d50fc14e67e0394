import { afterEach, describe, expect, test } from '@jest/globals';
import { makeApiFetch } from '../../../src/github/repository/api-fetch.js';
import { createClient, type GitHubClient } from '../../../src/github/repository/client.js';
import { attempt, type GitHubErrorCode } from '../../../src/github/repository/github-error.js';
import { useGitHub } from '../../support/github/fake-github.js';
import { QUICK_LIMITS } from '../../support/github/github-test-client.js';
import { startHttpProxy } from '../../support/registry/http-proxy.js';

const PLACE = { owner: 'acme', repo: 'shop' };
const github = useGitHub();
const waited: string[] = [];

function client(remainingMilliseconds = 60_000, limits = QUICK_LIMITS, apiUrl = github.server.apiUrl): GitHubClient {
  return createClient({
    token: 'contents',
    apiUrl,
    remainingMilliseconds: () => remainingMilliseconds,
    onWaiting: (sentence) => waited.push(sentence),
    fetch: makeApiFetch(limits),
  });
}

async function read(from: GitHubClient): Promise<'read' | GitHubErrorCode> {
  const answer = await attempt({ doing: 'read the repository', permission: 'contents: read' }, () =>
    from.rest.repos.get(PLACE),
  );
  return answer.ok ? 'read' : answer.error.code;
}

const fail = (status: number, message = 'A failure', headers: Record<string, string> = {}): void => {
  github.server.faults.push({ operation: 'repos/get', status, message, headers });
};

describe('rate limits', () => {
  const seconds = (from: number): string => String(Math.floor(Date.now() / 1_000) + from);

  test('the primary limit is waited for', async () => {
    fail(403, 'API rate limit exceeded', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': seconds(-5) });
    waited.length = 0;
    expect(await read(client())).toBe('read');
    expect(waited).toHaveLength(1);
  });

  test('the secondary limit is waited for as long as GitHub says', async () => {
    fail(429, 'You have exceeded a secondary rate limit', { 'retry-after': '1' });
    waited.length = 0;
    expect(await read(client())).toBe('read');
    expect(waited).toEqual(["Waiting 1 s for GitHub's rate limit."]);
  });

  test('a limit that ends after the run’s time is an error at once', async () => {
    fail(403, 'API rate limit exceeded', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': seconds(3_000) });
    expect(await read(client())).toBe('rate-limited');
    fail(403, 'You have exceeded a secondary rate limit', { 'retry-after': '120' });
    expect(await read(client())).toBe('rate-limited');
  });

  test('a limit that does not end is given up after three times', async () => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': seconds(-5) };
    for (let count = 0; count < 4; count++) fail(403, 'API rate limit exceeded', headers);
    expect(await read(client())).toBe('rate-limited');
    expect(github.server.requests).toHaveLength(4);
  });
});

describe('failures', () => {
  test.each([500, 502, 503, 504])('a %i is asked again', async (status) => {
    fail(status);
    fail(status);
    expect(await read(client())).toBe('read');
    fail(status);
    fail(status);
    fail(status);
    expect(await read(client())).toBe('server-error');
  });

  test('a question that is asked by POST is asked again too, and a write is not', async () => {
    github.server.faults.push({ operation: 'graphql', status: 502 });
    expect(Object(await client().graphql('query { viewer { login } }')).viewer.login).toBe('github-actions[bot]');
    github.server.faults.push({ operation: 'issues/create-comment', status: 502 });
    const place = { owner: PLACE.owner, repo: PLACE.repo, issue_number: 7, body: 'x' };
    await expect(client().rest.issues.createComment(place)).rejects.toMatchObject({ status: 502 });
  });

  test.each([
    [403, 'Resource not accessible by integration', 'no-permission'],
    [403, 'Resource not accessible by personal access token', 'no-permission'],
    [403, 'Repository access blocked', 'rejected'],
    [404, 'Not Found', 'not-found'],
    [401, 'Bad credentials', 'unauthorized'],
    [422, 'Validation Failed', 'rejected'],
  ] as const)('%i "%s" is %s', async (status, message, code) => {
    fail(status, message);
    expect(await read(client())).toBe(code);
  });

  test.each([
    ['Resource protected by organization SAML enforcement.', { 'x-github-sso': 'required; url=x' }, /single sign-on/],
    [
      'the `acme` organization has an IP allow list enabled, and your IP address is not permitted',
      {},
      /address the organization allows/,
    ],
    ['Repository access blocked', {}, /turn this output off/],
  ])('a refusal that says "%s" says what to do about it', async (message, headers, fix) => {
    fail(403, message, headers);
    const answer = await attempt({ doing: 'read', permission: 'contents: read' }, () => client().rest.repos.get(PLACE));
    expect(answer.ok ? '' : answer.error.fix).toMatch(fix);
  });

  test('an answer of another shape says nothing of the program', async () => {
    const answer = await attempt({ doing: 'read', permission: 'contents: read' }, async () => {
      const { data } = await client().rest.repos.get(PLACE);
      return Object(data).object.sha;
    });
    expect(answer).toMatchObject({ ok: false, error: { code: 'unexpected-answer' } });
    expect(answer.ok ? '' : answer.error.message).toContain("does not match GitHub's API documentation");
  });

  test.each([
    [401, /GitHub does not accept the token \(401\)\./, /may be expired, revoked, or empty.*Without the input/],
    [503, /GitHub returned 503, an error on GitHub's side\.$/, /^Run the job again/],
  ])('a write that ends in %i says what to do, and nothing that was not done', async (status, message, fix) => {
    github.server.faults.push({ operation: 'issues/create-comment', status });
    const place = { owner: PLACE.owner, repo: PLACE.repo, issue_number: 7, body: 'x' };
    const purpose = { doing: 'post', permission: 'pull-requests: write' } as const;
    const answer = await attempt(purpose, () => client().rest.issues.createComment(place));
    if (answer.ok) throw new Error('it was written');
    expect(answer.error.message).toMatch(message);
    expect(answer.error.fix).toMatch(fix);
  });

  test('what GitHub says can’t break out of a line', async () => {
    fail(422, 'first\r\n::error::second\u001b[31m');
    const answer = await attempt({ doing: 'read', permission: 'contents: read' }, () => client().rest.repos.get(PLACE));
    expect(answer.ok ? '' : answer.error.message).toContain('"first ::error::second [31m"');
  });

  test('a server that is not there is the network', async () => {
    const gone = createClient({
      token: 'x',
      apiUrl: 'http://127.0.0.1:1',
      remainingMilliseconds: () => 0,
      fetch: makeApiFetch(QUICK_LIMITS),
    });
    expect(await read(gone)).toBe('network');
  });

  test('an answer that is too long is cut off', async () => {
    expect(await read(client(60_000, { ...QUICK_LIMITS, responseBytes: 10 }))).toBe('limit');
  });
});

test('an unchanged answer is taken from memory after a 304', async () => {
  const one = client();
  await one.rest.repos.get(PLACE);
  const again = await one.rest.repos.get(PLACE);
  expect(again.data.default_branch).toBe('main');
  expect(github.server.requests.map(({ status }) => status)).toEqual([200, 304]);
  github.state.defaultBranch = 'trunk';
  expect((await one.rest.repos.get(PLACE)).data.default_branch).toBe('trunk');
});

describe('a proxy', () => {
  const before = { ...process.env };
  afterEach(() => {
    for (const name of ['HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'no_proxy']) {
      const value = before[name];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  test('is used where the environment names one, and not for hosts it excepts', async () => {
    const proxy = await startHttpProxy();
    delete process.env['no_proxy'];
    delete process.env['http_proxy'];
    process.env['NO_PROXY'] = '';
    process.env['HTTP_PROXY'] = proxy.url;
    const elsewhere = github.server.apiUrl.replace('127.0.0.1', 'github.corp.example');
    expect(await read(client(60_000, QUICK_LIMITS, elsewhere))).toBe('read');
    expect(proxy.hosts).toEqual([new URL(elsewhere).host]);
    // Loopback never goes through a proxy, and what NO_PROXY names does not either: no such host answers here.
    expect(await read(client())).toBe('read');
    process.env['NO_PROXY'] = 'corp.example';
    expect(await read(client(60_000, { ...QUICK_LIMITS, retries: 0 }, elsewhere))).not.toBe('read');
    await proxy.close();
    expect(proxy.hosts).toHaveLength(1);
  });
});

describe('GitHub Enterprise Server', () => {
  test('is reached below its own address, GraphQL included', async () => {
    await github.stop();
    await github.start('/api/v3');
    expect(github.server.apiUrl).toMatch(/\/api\/v3$/);
    expect(await read(client())).toBe('read');
    const { viewer } = Object(await client().graphql('query { viewer { login } }'));
    expect(viewer.login).toBe('github-actions[bot]');
  });
});
