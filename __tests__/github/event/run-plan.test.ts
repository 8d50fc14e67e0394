import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { EventPlan } from '../../../src/github/event/event.js';
import { type RunPlan, resolvePlan } from '../../../src/github/event/run-plan.js';
import { Commits } from '../../../src/github/repository/commits.js';
import { REPOSITORY, useGitHub } from '../../support/github/fake-github.js';
import type { PullRequest } from '../../support/github/github-state.js';

const github = useGitHub();

function commits(workspace: string | null = null, token = 'contents'): Commits {
  return new Commits({ client: github.client(token), repository: REPOSITORY, workspace });
}

/** Pauses between looks at a merge, which a test may use to let GitHub make it. */
async function resolve(plan: EventPlan, from = commits(), wait = async (_: number) => {}): Promise<RunPlan> {
  const resolved = await resolvePlan(plan, from, wait);
  if (!resolved.ok) throw new Error(resolved.error.message);
  return resolved.value;
}

/** main: start → others' work (policy v2); a pull request from start; the merge of both. */
function history(): { start: string; stale: string; tip: string; head: string; merge: string } {
  const { git } = github.state;
  const start = git.commit('main', { Dockerfile: 'FROM a\n', 'policy.yml': '1' });
  const head = git.commit('feature', { Dockerfile: 'FROM b\n', 'policy.yml': '1' }, { parents: [start] });
  const stale = git.commit('main', { Dockerfile: 'FROM a\n', 'policy.yml': '1', 'web/Dockerfile': 'FROM w\n' });
  const merged = { Dockerfile: 'FROM b\n', 'policy.yml': '1', 'web/Dockerfile': 'FROM w\n' };
  const merge = git.commit('pr-merge', merged, { parents: [stale, head] });
  git.setRefs({ 'refs/pull/7/merge': merge, 'refs/pull/7/head': head });
  const tip = git.commit('main', { Dockerfile: 'FROM a\n', 'policy.yml': '2', 'web/Dockerfile': 'FROM w\n' });
  return { start, stale, tip, head, merge };
}

/** The merge of pull request 7, as a run on `pull_request` is started with one, or one of pull_request_target without. */
const started = (head: string, merge: string | null): EventPlan['evaluated'] => ({
  kind: 'pull-request-merge',
  number: 7,
  head,
  started: merge,
});

const pullRequest = (head: string, evaluated: EventPlan['evaluated']): EventPlan => ({
  event: 'pull_request',
  evaluated,
  policy: { branch: 'main', commit: null },
  change: { kind: 'pull-request', number: 7, head, headRepository: null, fork: true, base: 'main' },
  apiOnly: false,
  sarif: null,
  scheduled: false,
  required: false,
  notices: [],
});

/** What GitHub says of pull request 7. */
function pullRequestIs(sha: string, state: Partial<PullRequest> = {}): void {
  const head = { sha, ref: 'feature', repository: 'acme/shop' };
  github.state.pullRequests.set(7, { number: 7, head, base: { ref: 'main' }, ...state });
}

describe('a pull request', () => {
  test('is evaluated as merged, by the policy at the tip, and compared with what it was merged into', async () => {
    const { merge, tip, head, stale } = history();
    const plan = await resolve(pullRequest(head, started(head, merge)));
    expect(plan.evaluated.commit).toBe(merge);
    expect(plan.policy).toMatchObject({ tree: { commit: tip }, name: 'the tip of main' });
    expect(plan.base?.commit).toBe(stale);
    expect(plan.changedFiles).toEqual(['Dockerfile']);
    expect(plan.against).toEqual({
      ref: 'refs/heads/main',
      policyRef: 'refs/heads/main',
      commit: stale,
      evaluated: { kind: 'merge', commit: merge },
      parents: [stale, head],
    });
  });

  test('says the same from a checkout, and asks the API for refs only', async () => {
    const { merge, head, tip } = history();
    const plan = await resolve(pullRequest(head, started(head, merge)), commits(github.state.git.directory));
    expect(plan.changedFiles).toEqual(['Dockerfile']);
    expect(plan.policy.tree.commit).toBe(tip);
    expect(github.server.operations()).toEqual(['pulls/get', 'repos/get', 'git/get-ref', 'repos/compare-commits']);
  });

  test('by pull_request_target is evaluated as GitHub would merge it', async () => {
    const { merge, head } = history();
    const plan = await resolve(pullRequest(head, started(head, null)));
    expect(plan.evaluated.commit).toBe(merge);
    expect(plan.notices).toEqual([]);
  });

  test('whose merge is of a later push is evaluated at the head that the run is about', async () => {
    const { head, start } = history();
    const later = github.state.git.commit('feature', { Dockerfile: 'FROM evil\n' });
    pullRequestIs(later);
    const merge = github.state.git.commit('pr-merge', {}, { parents: [start, later] });
    github.state.git.git('update-ref', 'refs/pull/7/merge', merge);
    const plan = await resolve(pullRequest(head, started(head, null)), commits(null, 'read'));
    expect(plan.evaluated.commit).toBe(head);
    expect(plan.base?.commit).toBe(start);
    expect(plan.changedFiles).toEqual(['Dockerfile']);
    expect(plan.notices.join()).toContain('has a newer commit');
    expect(plan.against).toMatchObject({ commit: start, evaluated: { kind: 'head', commit: head }, parents: [] });
  });

  test('in conflict with its base is evaluated at its head, against where it left the base, without waiting', async () => {
    const { head, start } = history();
    pullRequestIs(head, { conflict: true });
    github.state.git.git('update-ref', '-d', 'refs/pull/7/merge');
    const waits: number[] = [];
    const plan = await resolve(
      pullRequest(head, started(head, null)),
      commits(null, 'read'),
      async (pause) => void waits.push(pause),
    );
    expect(plan.evaluated.commit).toBe(head);
    expect(plan.base?.commit).toBe(start);
    expect(plan.notices.join()).toContain('has conflicts with its base');
    expect(waits).toEqual([]);
  });

  test.each(['read', 'contents'])(
    'whose merge GitHub makes a little later is evaluated as merged (%s)',
    async (token) => {
      const { head, merge, start, stale } = history();
      pullRequestIs(head);
      // What is there first is the merge of an earlier push.
      const earlier = github.state.git.commit('old-merge', {}, { parents: [stale, start] });
      github.state.git.git('update-ref', 'refs/pull/7/merge', earlier);
      let looks = 0;
      const plan = await resolve(pullRequest(head, started(head, null)), commits(null, token), async () => {
        if (++looks === 2) github.state.git.git('update-ref', 'refs/pull/7/merge', merge);
      });
      expect(plan.evaluated.commit).toBe(merge);
      expect(plan.notices).toEqual([]);
      expect(looks).toBe(2);
    },
  );

  test('whose merge GitHub does not make is evaluated at its head after a bounded wait, and no conflict is claimed', async () => {
    const { head } = history();
    pullRequestIs(head);
    github.state.git.git('update-ref', '-d', 'refs/pull/7/merge');
    const waits: number[] = [];
    const plan = await resolve(
      pullRequest(head, started(head, null)),
      commits(null, 'read'),
      async (pause) => void waits.push(pause),
    );
    expect(plan.evaluated.commit).toBe(head);
    expect(waits.reduce((sum, pause) => sum + pause, 0)).toBe(15_000);
    expect(plan.notices.join()).toMatch(/merge of the pull request into main .*15 seconds/);
    expect(plan.notices.join()).not.toContain('conflict');
  });

  test('whose base can’t be compared is evaluated in full, and that is said', async () => {
    const { head } = history();
    github.state.git.git('update-ref', '-d', 'refs/pull/7/merge');
    github.server.faults.push({ operation: 'repos/compare-commits', status: 404 });
    const plan = await resolve(pullRequest(head, started(head, null)));
    expect(plan.base).toBeNull();
    expect(plan.changedFiles).toBeNull();
    expect(plan.notices.join()).toContain('evaluated in full');
  });

  test('can’t be evaluated where the default branch is gone', async () => {
    const { merge, head } = history();
    const plan = pullRequest(head, started(head, merge));
    github.state.defaultBranch = 'gone';
    const policy = { branch: 'gone', commit: null };
    const resolved = await resolvePlan({ ...plan, policy }, commits());
    expect(resolved).toMatchObject({ ok: false, error: { code: 'not-found' } });
  });
});

test('a push to the default branch is evaluated by the policy of the same commit', async () => {
  const { tip } = history();
  const plan: EventPlan = {
    ...pullRequest(tip, { kind: 'commit', commit: tip }),
    policy: { branch: 'main', commit: tip },
    change: null,
  };
  const resolved = await resolve(plan, commits(github.state.git.directory));
  expect(resolved.policy.tree.commit).toBe(tip);
  expect(resolved.against).toBeNull();
  expect(resolved.isProtected).toBe(false);
  expect(github.server.operations()).toEqual(['repos/get', 'git/get-ref', 'repos/get-branch']);
});

test('a commit that is not part of its branch has not that branch’s right to a policy of its own', async () => {
  const { git } = github.state;
  const before = git.commit('trunk', { 'policy.yml': 'soft' });
  const { tip } = history();
  git.setRefs({ 'refs/heads/trunk': tip });
  github.state.defaultBranch = 'trunk';
  const push = (commit: string): EventPlan => ({
    ...pullRequest(commit, { kind: 'commit', commit }),
    policy: { branch: 'trunk', commit },
    change: null,
  });
  const again = await resolve(push(before));
  expect(again.policy.tree.commit).toBe(tip);
  expect(again.notices.join()).toContain('is not on that branch');
  expect((await resolve(push(tip))).policy.name).toBe('the evaluated commit');
});

test('a tag is evaluated by the policy of the default branch', async () => {
  const { tip, head } = history();
  const plan: EventPlan = {
    ...pullRequest(head, { kind: 'commit', commit: head }),
    policy: { branch: null, commit: head },
    change: null,
  };
  expect((await resolve(plan)).policy.tree.commit).toBe(tip);
});

test('a merge group is compared with the tip of its base branch', async () => {
  const { tip } = history();
  const group = github.state.git.commit('queue', { Dockerfile: 'FROM q\n', 'policy.yml': '2' }, { parents: [tip] });
  const plan: EventPlan = {
    ...pullRequest(group, { kind: 'commit', commit: group }),
    change: { kind: 'merge-group', head: group, base: 'main' },
  };
  const resolved = await resolve(plan);
  expect(resolved.base?.commit).toBe(tip);
  expect(resolved.changedFiles).toEqual(['Dockerfile', 'web/Dockerfile']);
  expect(resolved.against).toMatchObject({ commit: tip, evaluated: { kind: 'merge-group', commit: group } });
});

test('a clone that lacks an object is helped by the API', async () => {
  const { merge, head } = history();
  const partial = mkdtempSync(`${github.state.git.directory}-partial-`);
  github.state.git.git('config', 'uploadpack.allowFilter', 'true');
  const url = `file://${github.state.git.directory}`;
  execFileSync('git', ['clone', '--quiet', '--no-checkout', '--filter=blob:none', '-b', 'pr-merge', url, partial], {
    stdio: 'ignore',
  });
  const plan = await resolve(pullRequest(head, started(head, merge)), commits(partial));
  const read = await plan.evaluated.read('Dockerfile', 100);
  rmSync(partial, { recursive: true });
  expect(read.ok && new TextDecoder().decode(read.value)).toBe('FROM b\n');
  expect(github.server.operations()).toContain('git/get-blob');
  expect(github.server.operations()).not.toContain('git/get-tree');
});
