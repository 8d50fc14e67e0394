import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { BundledAction, pullRequestPayload, type StepOptions, type StepResult } from '../support/bundled-action.js';
import { useGitHub } from '../support/github-room.js';

// Each test starts the bundle as a process of its own, which waits a second between writes as GitHub asks.
jest.setTimeout(60_000);
const github = useGitHub();
let action: BundledAction;
beforeAll(() => {
  action = new BundledAction();
});
afterAll(() => action.remove());

const POLICY = '.github/base-image-gate.yml';
const DENY = 'version: 1\ndeny:\n  - { image: "images.example/legacy/**", reason: no longer maintained }\n';

/** main with a policy, a pull request that adds a denied base, and what merging it would make. */
function pullRequest(files: Readonly<Record<string, string>> = { Dockerfile: 'FROM images.example/legacy/base:1\n' }): {
  head: string;
  merge: string;
} {
  const { git } = github.state;
  const main = { [POLICY]: DENY, 'README.md': 'a shop' };
  const base = git.commit('main', main);
  const head = git.commit('feature', { ...main, ...files }, { parents: [base] });
  const merge = git.commit('merge', { ...main, ...files }, { parents: [base, head] });
  git.git('update-ref', 'refs/pull/7/merge', merge);
  git.git('update-ref', 'refs/pull/7/head', head);
  github.state.pullRequests.set(7, {
    number: 7,
    head: { sha: head, ref: 'feature', repository: 'acme/shop' },
    base: { ref: 'main' },
  });
  return { head, merge };
}

function onPullRequest(
  { head, merge }: { head: string; merge: string },
  options: Partial<StepOptions> & { readonly headRepository?: string | null } = {},
): Promise<StepResult> {
  const { headRepository = 'acme/shop', ...step } = options;
  return action.run({
    apiUrl: github.server.apiUrl,
    event: 'pull_request',
    payload: pullRequestPayload({ number: 7, head, headRepository }),
    sha: merge,
    ref: 'refs/pull/7/merge',
    token: 'write',
    ...step,
  });
}

describe('a pull request that adds a denied base', () => {
  test('fails the job, and says so in annotation, summary, comment and outputs', async () => {
    const step = await onPullRequest(pullRequest());
    expect(step.code).toBe(1);
    expect(step.outputs).toMatchObject({ verdict: 'fail' });
    expect(step.commands).toContainEqual(expect.stringMatching(/^::error .*file=Dockerfile,line=1/));
    expect(step.summary).toContain('no longer maintained');
    expect(github.state.comments).toHaveLength(1);
    expect(github.state.comments[0]?.body).toContain('no longer maintained');
  });

  test('says the same from a checkout of the merge, with fewer requests', async () => {
    const pull = pullRequest();
    const step = await onPullRequest(pull, { workspace: github.state.git.directory });
    expect(step.outputs).toMatchObject({ verdict: 'fail' });
    expect(github.server.operations()).not.toContain('git/get-tree');
  });

  test('keeps its verdict with a token that may only read, and says what to add', async () => {
    const step = await onPullRequest(pullRequest(), { token: 'contents', inputs: { sarif: 'true' } });
    expect(step.code).toBe(1);
    expect(step.outputs).toMatchObject({ verdict: 'fail' });
    expect(step.summary).toContain('pull-requests: write');
    expect(step.summary).toContain('security-events: write');
    expect(github.state.comments).toEqual([]);
  });

  test('of a fork keeps its verdict, and points to the report action', async () => {
    const step = await onPullRequest(pullRequest(), { token: 'read', headRepository: 'mallory/shop' });
    expect(step.code).toBe(1);
    expect(step.summary).toContain('read-only token');
  });
});

describe('outputs', () => {
  test('name files with the whole report', async () => {
    const step = await onPullRequest(pullRequest());
    const json = JSON.parse(readFileSync(step.outputs['report-json'] ?? '', 'utf8'));
    expect(json).toMatchObject({ schema: 'base-image-gate/check/v1', verdict: 'fail' });
    const sarif = JSON.parse(readFileSync(step.outputs['report-sarif'] ?? '', 'utf8'));
    expect(sarif.version).toBe('2.1.0');
    expect(readFileSync(step.outputs['report-markdown'] ?? '', 'utf8')).toContain('Base images');
  });
});
