import { existsSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { payloadOf, useBundledAction } from '../support/github/action-step.js';
import { GitHubState } from '../support/github/github-state.js';
import { makePullRequest, POLICY_PATH, runOnPullRequest, useGate } from '../support/github/pull-request-step.js';
import { startRegistry } from '../support/registry/registry-server.js';

const { action, github, denied, onPullRequest } = useGate();
const bundled = useBundledAction();

describe('what goes wrong around the run', () => {
  test.each([
    ['missing', null],
    ['empty', ''],
    ['no JSON', '{'],
    ['a list', '[]'],
    ['a text', '"hello"'],
  ])('a payload that is %s ends in a sentence and exit code 2', async (_what, payload) => {
    const step = await runOnPullRequest(bundled, github, denied(), { payload });
    expect(step.code).toBe(2);
    expect(step.outputs).toMatchObject({ verdict: 'indeterminate' });
    expect(step.log).toContain('no readable payload');
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

  test.each<[string, (secret: string) => (response: ServerResponse) => void]>([
    [
      'an error',
      (secret) => (response) =>
        response
          .writeHead(403, { 'content-type': 'application/json' })
          .end(JSON.stringify({ errors: [{ code: `DENIED ${secret}`, message: secret }] })),
    ],
    [
      'a media type',
      (secret) => (response) => response.writeHead(200, { 'content-type': `application/${secret}+json` }).end('{}'),
    ],
    [
      'a redirect',
      (secret) => (response) => response.writeHead(307, { location: `https://127.0.0.2/${secret}/x` }).end(),
    ],
  ])('a secret that a registry echoes is in nothing that is written: in %s', async (_where, answer) => {
    const secret = 'hunter22-hunter22';
    const registry = await startRegistry({
      intercept: (request, response) => {
        if (request.headers.authorization === undefined) {
          response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
        } else answer(secret)(response);
        return true;
      },
    });
    const policy = `version: 1\nregistries: { "${registry.host}": { private-network: true, insecure: true } }\nrules: { non-root: error }\n`;
    const pull = makePullRequest(github, { Dockerfile: `FROM ${registry.host}/base:1\n` }, { [POLICY_PATH]: policy });
    const inputs = { 'registry-credentials': `${registry.host} user ${secret}` };
    const step = await onPullRequest(pull, { inputs });
    await registry.close();
    expect([1, 2]).toContain(step.code);
    const files = ['report-json', 'report-sarif', 'report-markdown', 'report-html', 'source-policy'].map(
      (name) => step.outputs[name] ?? '',
    );
    const written = [step.summary, JSON.stringify(step.outputs), ...github.state.comments.map(({ body }) => body)];
    for (const file of files.filter(existsSync)) written.push(readFileSync(file, 'utf8'));
    expect(written.join()).not.toContain(secret);
    expect(step.log.replaceAll(`::add-mask::${secret}`, '')).not.toContain(secret);
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
    // The first asks for the base that the pull request has now, the second whether its head is still this one.
    for (const operation of ['pulls/get', 'pulls/get']) github.server.faults.push({ operation, status: 200 });
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
    const step = await runOnPullRequest(bundled, github, denied(), { environment: { GITHUB_REPOSITORY: '' } });
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
    const step = await runOnPullRequest(bundled, github, denied(), { onOutput: (kill) => kill(signal) });
    expect(step.code).toBe(2);
    expect(step.outputs).toMatchObject({ verdict: 'indeterminate' });
    expect(step.summary).toContain('nothing was decided');
  });

  test('a deleted ref leaves nothing to evaluate', async () => {
    const step = await action.run({
      apiUrl: github.server.apiUrl,
      event: 'push',
      payload: payloadOf('push', { deleted: true }),
      sha: '0'.repeat(40),
      ref: 'refs/heads/gone',
      token: 'write',
    });
    expect(step.code).toBe(0);
    expect(step.summary).toContain('nothing to evaluate');
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
