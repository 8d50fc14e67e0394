import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { useAction } from '../support/github/action-step.js';
import { useGitHub } from '../support/github/fake-github.js';
import { REVIEWED_RULES } from '../support/github/github-state.js';
import { makePullRequest, POLICY_PATH, runOnPullRequest } from '../support/github/pull-request-step.js';

const github = useGitHub();
const action = useAction();

const FILES = { Dockerfile: 'FROM scratch\nUSER 65532\n', [POLICY_PATH]: 'version: 1\n' };

function onPush(branch: string, inputs: Readonly<Record<string, string>> = {}, files = FILES) {
  const sha = github.state.git.commit(branch, files);
  return action
    .run({
      apiUrl: github.server.apiUrl,
      event: 'push',
      payload: { ref: `refs/heads/${branch}`, deleted: false },
      sha,
      ref: `refs/heads/${branch}`,
      token: 'write',
      inputs,
    })
    .then((step) => ({ step, sha }));
}

const indexOf = (directory: string | undefined) =>
  JSON.parse(readFileSync(join(directory ?? '', 'index.json'), 'utf8'));

test('a push to a branch whose changes are reviewed leaves a predicate for the commit', async () => {
  github.state.protection.set('main', REVIEWED_RULES);
  const { step, sha } = await onPush('main');
  expect(step.code).toBe(0);
  const directory = step.outputs['vsa'] ?? '';
  expect(readdirSync(directory).sort()).toEqual(['commit.json', 'index.json']);
  const uri = `git+https://github.example/acme/shop@${sha}`;
  expect(indexOf(directory).summaries).toEqual([
    { file: 'commit.json', subject: { name: uri, digest: { gitCommit: sha } }, result: 'PASSED' },
  ]);
  expect(JSON.parse(readFileSync(join(directory, 'commit.json'), 'utf8'))).toMatchObject({
    resourceUri: uri,
    policy: { uri: `${uri}#${POLICY_PATH}`, digest: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } },
    verificationResult: 'PASSED',
    verifiedLevels: ['BASE_IMAGE_GATE_BASELINE'],
  });
});

test('a run that the inputs narrow passes nothing', async () => {
  github.state.protection.set('main', REVIEWED_RULES);
  const { step } = await onPush('main', { paths: 'Dockerfile' });
  expect(step.code).toBe(0);
  expect(indexOf(step.outputs['vsa']).summaries).toMatchObject([{ result: 'FAILED' }]);
});

test('a run for some of the platforms that the policy names passes nothing', async () => {
  github.state.protection.set('main', REVIEWED_RULES);
  const files = { ...FILES, [POLICY_PATH]: 'version: 1\nplatforms: [linux/amd64, linux/arm64]\n' };
  const some = await onPush('main', { platforms: 'linux/amd64' }, files);
  expect(indexOf(some.step.outputs['vsa']).summaries).toMatchObject([{ result: 'FAILED' }]);
  const all = await onPush('main', { platforms: 'linux/arm64,linux/amd64' }, files);
  expect(indexOf(all.step.outputs['vsa']).summaries).toMatchObject([{ result: 'PASSED' }]);
});

test('a branch that nobody reviews leaves none', async () => {
  expect((await onPush('main')).step.outputs['vsa']).toBe('');
});

test('a pull request leaves none', async () => {
  github.state.protection.set('main', REVIEWED_RULES);
  const pull = makePullRequest(github, FILES);
  expect((await runOnPullRequest(action, github, pull)).outputs['vsa']).toBe('');
});
