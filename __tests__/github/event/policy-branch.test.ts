import { describe, expect, test } from '@jest/globals';
import { type PolicyCommit, policyCommit } from '../../../src/github/event/policy-branch.js';
import { Commits } from '../../../src/github/repository/commits.js';
import { REPOSITORY, useGitHub } from '../../support/github/fake-github.js';
import { type BranchRule, REVIEWED, REVIEWED_RULES } from '../../support/github/github-state.js';

const github = useGitHub();

/** main, and a branch that somebody pushed with a policy of their own. */
function branches(name = 'release/1.x'): { readonly main: string; readonly other: string } {
  const { git } = github.state;
  const main = git.commit('main', { 'policy.yml': 'strict' });
  return { main, other: git.commit(name, { 'policy.yml': 'soft' }, { parents: [main] }) };
}

async function policy(
  branch: string | null,
  { commit = null as string | null, token = 'contents' } = {},
): Promise<PolicyCommit> {
  const commits = new Commits({ client: github.client(token), repository: REPOSITORY, workspace: null });
  const found = await policyCommit({ branch, commit }, commits);
  if (!found.ok) throw new Error(found.error.message);
  return found.value;
}

describe('the default branch', () => {
  test('is believed without asking for its rules', async () => {
    const { main } = branches();
    const own = { branch: 'main', name: 'the tip of main', isOwn: true, isDefault: true };
    expect(await policy('main')).toEqual({ ...own, commit: main, notices: [] });
    expect(github.server.operations()).toEqual(['repos/get', 'git/get-ref']);
  });

  test('is the one of today: who makes a branch of its old name gives a re-run no policy', async () => {
    const { main } = branches();
    const { git } = github.state;
    github.state.defaultBranch = 'trunk';
    const trunk = git.commit('trunk', { 'policy.yml': 'strict' }, { parents: [main] });
    const old = git.commit('main', { 'policy.yml': 'soft' }, { parents: [main] });
    expect(await policy('main')).toMatchObject({ commit: trunk, branch: 'trunk', isOwn: false });
    expect(await policy('main', { commit: old })).toMatchObject({ commit: trunk, isOwn: false });
    expect(await policy('trunk')).toMatchObject({ commit: trunk, isOwn: true });
  });
});

describe('another branch', () => {
  test.each<[string, readonly BranchRule[]]>([
    ['by a ruleset that asks for reviews', [{ type: 'creation' }, REVIEWED]],
    [
      "by a ruleset that asks for the owners' review",
      [
        { type: 'pull_request', parameters: { required_approving_review_count: 0, require_code_owner_review: true } },
        { type: 'creation' },
      ],
    ],
  ])('that is protected %s has a policy of its own', async (_how, rules) => {
    const { other } = branches();
    github.state.protection.set('release/1.x', rules);
    expect(await policy('release/1.x')).toEqual({
      commit: other,
      branch: 'release/1.x',
      isDefault: false,
      name: 'the tip of release/1.x',
      isOwn: true,
      notices: [],
    });
    expect(await policy('release/1.x', { commit: other })).toMatchObject({ commit: other });
  });

  test('that is protected by branch protection of the older kind has one where that asks for reviews', async () => {
    const { main, other } = branches();
    github.state.protection.set('release/1.x', []);
    expect(await policy('release/1.x')).toMatchObject({ commit: main, isOwn: false });
    github.state.approvals.set('release/1.x', 0);
    expect(await policy('release/1.x')).toMatchObject({ commit: main, isOwn: false });
    github.state.approvals.set('release/1.x', 1);
    expect(await policy('release/1.x')).toMatchObject({ commit: other, isOwn: true });
    github.server.faults.push({ operation: 'graphql', status: 502 }, { operation: 'graphql', status: 502 });
    github.server.faults.push({ operation: 'graphql', status: 502 });
    expect(await policy('release/1.x')).toMatchObject({ commit: main, isOwn: false });
  });

  test('that a pattern of the older kind protects has one only where it can’t be made at will', async () => {
    const { main, other } = branches();
    github.state.protection.set('release/1.x', []);
    github.state.approvals.set('release/1.x', 1);
    github.state.protectedPattern = { pattern: 'release/*' };
    expect(await policy('release/1.x')).toMatchObject({ commit: main, isOwn: false });
    github.state.protectedPattern = { pattern: 'release/*', blocksCreations: true };
    expect(await policy('release/1.x')).toMatchObject({ commit: other, isOwn: true });
  });

  test.each<[string, readonly BranchRule[] | null]>([
    ['that nobody protects', null],
    ['that anybody may make, though its changes are reviewed', [REVIEWED, { type: 'deletion' }]],
    [
      'of which only the name and the history are ruled',
      [{ type: 'non_fast_forward' }, { type: 'branch_name_pattern' }],
    ],
    [
      'that takes pull requests nobody has to approve',
      [{ type: 'pull_request', parameters: { required_approving_review_count: 0, require_code_owner_review: false } }],
    ],
  ])('%s has none: that of the default branch holds, and the report says so', async (_what, rules) => {
    const { main, other } = branches();
    if (rules !== null) github.state.protection.set('release/1.x', rules);
    const found = await policy('release/1.x');
    expect(found).toMatchObject({ commit: main, name: 'the tip of main', isOwn: false });
    expect(found.notices.join()).toContain('The policy comes from main, not release/1.x');
    expect(await policy('release/1.x', { commit: other })).toMatchObject({ commit: main });
  });

  test.each([
    ['it may not be asked about', 'repos/get-branch', 403],
    ['its rules are not known to an older server', 'repos/get-branch-rules', 404],
  ])('of which %s has none either', async (_why, operation, status) => {
    const { main } = branches();
    github.state.protection.set('release/1.x', REVIEWED_RULES);
    github.server.faults.push({ operation, status });
    const found = await policy('release/1.x');
    expect(found).toMatchObject({ commit: main, isOwn: false });
    expect(found.notices.join()).toContain('it is unknown');
  });

  test('may have any name', async () => {
    const { other } = branches('fix/#1-ünïcode%2Fx&y');
    github.state.protection.set('fix/#1-ünïcode%2Fx&y', REVIEWED_RULES);
    expect(await policy('fix/#1-ünïcode%2Fx&y')).toMatchObject({ commit: other });
  });
});

test('a tag has no policy: the default branch’s holds, and nothing needs saying', async () => {
  const { main } = branches();
  expect(await policy(null, { commit: 'a'.repeat(40) })).toMatchObject({ commit: main, isOwn: false, notices: [] });
});
