import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { useAction } from '../support/github/action-step.js';
import { useGitHub } from '../support/github/fake-github.js';
import { makePullRequest, POLICY_PATH, runOnPullRequest } from '../support/github/pull-request-step.js';
import { makeImage } from '../support/image/image-maker.js';
import { type RegistryServer, startRegistry } from '../support/registry/registry-server.js';

const github = useGitHub();
const action = useAction();
let registry: RegistryServer;

beforeAll(async () => {
  registry = await startRegistry();
  registry.push('base', await makeImage(), '1');
});
afterAll(async () => {
  await registry.close();
});

const policy = (): string =>
  `version: 1\nregistries: { "${registry.host}": { private-network: true, insecure: true } }\n`;
const inputs = { 'review-suggestions': 'true' };

test('a pin is suggested on the line that the pull request adds, and not again by the next run', async () => {
  const pull = makePullRequest(
    github,
    { Dockerfile: `FROM ${registry.host}/base:1\n` },
    { [POLICY_PATH]: policy(), 'README.md': 'a shop' },
  );
  await runOnPullRequest(action, github, pull, { inputs });
  await runOnPullRequest(action, github, pull, { inputs });
  expect(github.state.reviewComments).toMatchObject([{ path: 'Dockerfile', line: 1 }]);
  expect(github.state.reviewComments[0]?.body).toMatch(/```suggestion\nFROM \S+\/base:1@sha256:[0-9a-f]{64}\n```/);
});

test('none is suggested on a file that merging changes, since its lines are others than those evaluated', async () => {
  const { git } = github.state;
  // Line 2 of the merge is line 1 of the head, and the head adds a line 2 as well.
  const line = `FROM ${registry.host}/base:1 AS one\nFROM one\n`;
  const pull = makePullRequest(github, { Dockerfile: line }, { [POLICY_PATH]: policy(), 'README.md': 'a shop' });
  const start = git.tip('main') ?? '';
  const base = git.commit('main', { Dockerfile: '# one\n', [POLICY_PATH]: policy() }, { parents: [start] });
  const merge = git.commit(
    'merge',
    { Dockerfile: `# one\n${line}`, [POLICY_PATH]: policy() },
    { parents: [base, pull.head] },
  );
  const step = await runOnPullRequest(action, github, { head: pull.head, merge }, { inputs });
  expect(step.outputs).toHaveProperty('verdict');
  expect(github.state.comments).toHaveLength(1);
  expect(github.state.reviewComments).toEqual([]);
});
