import { describe, expect, test } from '@jest/globals';
import type { EventPlan } from '../../../src/github/event/event.js';
import { type RunPlan, resolvePlan } from '../../../src/github/event/run-plan.js';
import { Commits } from '../../../src/github/repository/commits.js';
import { REPOSITORY, useGitHub } from '../../support/github/fake-github.js';
import { REVIEWED_RULES } from '../../support/github/github-state.js';

const github = useGitHub();

const BAD = { Dockerfile: 'FROM denied\n' };
const GOOD = { Dockerfile: 'FROM fine\n' };

/**
 * A head that builds on a denied image, and a branch of anybody's making that has the head's commit before and takes it
 * back: git's own merge of the two is harmless, and that of the head and main is not.
 */
function world() {
  const { git } = github.state;
  const main = git.commit('main', GOOD);
  const bad = git.commit('feature', BAD, { parents: [main] });
  const head = git.commit('feature', { ...BAD, a: '1' }, { parents: [bad] });
  const soft = git.commit('soft', GOOD, { parents: [bad] });
  const mergeIntoSoft = git.commit('merge', { ...GOOD, a: '1' }, { parents: [soft, head] });
  const mergeIntoMain = git.commit('merge', { ...BAD, a: '1' }, { parents: [main, head] });
  return { main, head, soft, mergeIntoSoft, mergeIntoMain };
}

interface Run {
  readonly head: string;
  /** What the event names. */
  readonly base?: string;
  /** What the pull request has now, where that is another. */
  readonly baseNow?: string;
  readonly token?: string;
  /** GITHUB_SHA, on the events that have a merge there. */
  readonly started: string | null;
  /** What refs/pull/7/merge is. */
  readonly merge?: string | null;
  readonly required?: boolean;
  readonly closed?: boolean;
  readonly wait?: () => void;
}

async function planOf({ head, base = 'main', started, merge = null, ...run }: Run): Promise<RunPlan> {
  const { state } = github;
  if (merge !== null) state.git.setRefs({ 'refs/pull/7/merge': merge });
  state.pullRequests.set(7, {
    number: 7,
    head: { sha: head, ref: 'feature', repository: 'acme/shop' },
    base: { ref: run.baseNow ?? base },
    state: run.closed ? 'closed' : 'open',
  });
  const plan: EventPlan = {
    event: started === null ? 'pull_request_target' : 'pull_request',
    evaluated: { kind: 'pull-request-merge', number: 7, head, started },
    policy: { branch: base, commit: null },
    change: { kind: 'pull-request', number: 7, head, headRepository: REPOSITORY, fork: false, base },
    apiOnly: started === null,
    sarif: null,
    scheduled: false,
    required: run.required ?? false,
    notices: [],
  };
  const commits = new Commits({ client: github.client(run.token ?? 'read'), repository: REPOSITORY, workspace: null });
  const resolved = await resolvePlan(plan, commits, async () => run.wait?.());
  if (!resolved.ok) throw new Error(resolved.error.message);
  return resolved.value;
}

describe('on a base that nobody has to review', () => {
  test.each(['pull_request', 'pull_request_target'])('%s evaluates the head, and not its merge', async (event) => {
    const { head, main, mergeIntoSoft } = world();
    const started = event === 'pull_request' ? mergeIntoSoft : null;
    const plan = await planOf({ head, base: 'soft', started, merge: mergeIntoSoft });
    expect(plan.evaluated.commit).toBe(head);
    expect(plan.policy.tree.commit).toBe(main);
    expect(plan.base?.commit).toBe(main);
    expect(plan.notices.join()).toContain('require no review');
  });

  test('what the base holds is not inherited', async () => {
    const { git } = github.state;
    const main = git.commit('main', GOOD);
    const soft = git.commit('soft', BAD, { parents: [main] });
    const head = git.commit('feature', { ...BAD, a: '1' }, { parents: [soft] });
    const merge = git.commit('merge', { ...BAD, a: '1' }, { parents: [soft, head] });
    for (const base of ['soft', 'main']) {
      const plan = await planOf({ head, base, started: null, merge });
      expect(plan.base?.commit).toBe(main);
      expect(plan.changedFiles).toEqual(['Dockerfile', 'a']);
    }
  });
});

describe('after a pull request was retargeted', () => {
  test.each(['pull_request', 'pull_request_target'])(
    '%s evaluates the head where the merge stays that with the base before',
    async (event) => {
      const { head, mergeIntoSoft } = world();
      const started = event === 'pull_request' ? mergeIntoSoft : null;
      let waits = 0;
      const plan = await planOf({ head, started, merge: mergeIntoSoft, wait: () => void waits++ });
      expect(plan.evaluated.commit).toBe(head);
      expect(waits).toBe(4);
      expect(plan.notices.join()).toContain('into main after 15 seconds');
    },
  );

  test('the merge with the new base is waited for, and evaluated', async () => {
    const { head, main, mergeIntoSoft, mergeIntoMain } = world();
    const makeMerge = () => github.state.git.setRefs({ 'refs/pull/7/merge': mergeIntoMain });
    const plan = await planOf({ head, started: mergeIntoSoft, merge: mergeIntoSoft, wait: makeMerge });
    expect(plan.evaluated.commit).toBe(mergeIntoMain);
    expect(plan.base?.commit).toBe(main);
  });

  test('from one reviewed branch to another the merge with the first is no merge with the second', async () => {
    const { head, main, mergeIntoMain } = world();
    const { git, protection } = github.state;
    git.commit('release', { ...GOOD, r: '1' }, { parents: [main] });
    protection.set('release', REVIEWED_RULES);
    git.commit('main', { ...GOOD, m: '1' }, { parents: [main] });
    const onMain = git.commit('merge', { ...BAD, a: '1', m: '1' }, { parents: [git.tip('main') ?? '', head] });
    expect((await planOf({ head, base: 'release', started: onMain })).evaluated.commit).toBe(head);
    expect((await planOf({ head, base: 'main', started: onMain })).evaluated.commit).toBe(onMain);
    // The commit that both branches were made from is a commit of either.
    expect((await planOf({ head, base: 'release', started: mergeIntoMain })).evaluated.commit).toBe(mergeIntoMain);
  });
});

describe('the merge that a run was started for', () => {
  test('is not evaluated where it is of an older head', async () => {
    const { git } = github.state;
    const { head, main } = world();
    const good = git.commit('feature', { ...GOOD, x: '1' }, { parents: [main] });
    const stale = git.commit('merge', { ...GOOD, x: '1' }, { parents: [main, good] });
    expect((await planOf({ head, started: stale, merge: stale })).evaluated.commit).toBe(head);
  });

  test.each<[string, (made: ReturnType<typeof world>) => readonly string[]]>([
    ['has its parents the other way round', ({ main, head }) => [head, main]],
    ['has a third parent', ({ main, head, soft }) => [main, head, soft]],
    ['is no merge', ({ main }) => [main]],
  ])('is not evaluated where it %s', async (_what, parentsOf) => {
    const made = world();
    const commit = github.state.git.commit('merge', GOOD, { parents: parentsOf(made) });
    expect((await planOf({ head: made.head, started: commit })).evaluated.commit).toBe(made.head);
  });

  test('is evaluated where the base went on since, as it is in a re-run', async () => {
    const { head, main, mergeIntoMain } = world();
    github.state.git.commit('main', { ...GOOD, later: '1' }, { parents: [main] });
    const plan = await planOf({ head, started: mergeIntoMain });
    expect(plan.evaluated.commit).toBe(mergeIntoMain);
    expect(plan.base?.commit).toBe(main);
  });

  test('is evaluated by its head without waiting where the pull request is closed', async () => {
    const { head, main } = world();
    const waits: number[] = [];
    const plan = await planOf({ head, started: main, closed: true, wait: () => void waits.push(1) });
    expect(plan.evaluated.commit).toBe(head);
    expect(waits).toEqual([]);
  });
});

test('a merge made into a base that others pushed to meanwhile is evaluated', async () => {
  const { head, main } = world();
  const { git } = github.state;
  const plan = await planOf({
    head,
    started: null,
    wait: () => {
      const later = git.commit('main', { ...GOOD, later: '1' }, { parents: [main] });
      git.setRefs({ 'refs/pull/7/merge': git.commit('merge', BAD, { parents: [later, head] }) });
    },
  });
  expect(plan.evaluated.commit).not.toBe(head);
  expect(plan.base?.commit).toBe(git.tip('main'));
});

describe('a run that is started again after the pull request was retargeted', () => {
  function reviewedRelease() {
    const made = world();
    const { git, protection } = github.state;
    const release = git.commit('release', { ...GOOD, r: '1' }, { parents: [made.main] });
    protection.set('release', REVIEWED_RULES);
    const mergeIntoRelease = git.commit('merge', { ...BAD, a: '1', r: '1' }, { parents: [release, made.head] });
    return { ...made, release, mergeIntoRelease };
  }

  test.each(['pull_request', 'pull_request_target'])('%s evaluates for the base of now', async (event) => {
    const { head, main, mergeIntoMain, mergeIntoRelease } = reviewedRelease();
    const started = event === 'pull_request' ? mergeIntoRelease : null;
    const plan = await planOf({ head, base: 'release', baseNow: 'main', started, merge: mergeIntoMain });
    expect(plan.policy.tree.commit).toBe(main);
    expect(plan.evaluated.commit).toBe(mergeIntoMain);
    expect(plan.against).toMatchObject({ ref: 'refs/heads/main', parents: [main, head] });
    expect(plan.notices.join()).toContain('is now main; the run was started for release');
  });

  test('has the default branch’s policy where the base of now is not known', async () => {
    const { head, main, release, mergeIntoRelease } = reviewedRelease();
    const given = { head, base: 'release', started: mergeIntoRelease };
    const unknown = await planOf({ ...given, token: 'contents' });
    expect(unknown.policy.tree.commit).toBe(main);
    expect(unknown.evaluated.commit).toBe(head);
    expect(unknown.notices.join()).toContain('it is unknown whether release is still the base');
    const known = await planOf(given);
    expect(known.policy.tree.commit).toBe(release);
    expect(known.evaluated.commit).toBe(mergeIntoRelease);
  });
});

test('a required workflow says that its result for a branch of its own policy is not one for another base', async () => {
  const { head, main } = world();
  github.state.git.commit('release', GOOD, { parents: [main] });
  github.state.protection.set('release', REVIEWED_RULES);
  const said = async (base: string, required: boolean) =>
    (await planOf({ head, base, started: null, required })).notices.join();
  expect(await said('release', true)).toContain('does not rerun a required workflow');
  expect(await said('release', false)).not.toContain('required workflow');
  expect(await said('main', true)).not.toContain('required workflow');
});
