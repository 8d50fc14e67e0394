import { describe, expect, test } from '@jest/globals';
import { loadCatalog } from '../../src/catalog/catalog.js';
import { readInputs } from '../../src/github/event/inputs.js';
import type { BranchPolicy } from '../../src/github/repository/branch-policy.js';
import { Commits } from '../../src/github/repository/commits.js';
import { type PolicyFailure, runPolicy } from '../../src/github/run-policy.js';
import type { Result } from '../../src/lib/result.js';
import { REPOSITORY, useGitHub } from '../support/github/fake-github.js';
import { CONTENTS_TOKEN, GitHubState } from '../support/github/github-state.js';

const github = useGitHub();
const PATH = '.github/base-image-gate.yml';
const YAML = '.github/base-image-gate.yaml';

/** Another repository that only the policy token may read. */
function other(name: string, files: Readonly<Record<string, string>>): string {
  const state = new GitHubState(name);
  const commit = state.git.commit('main', files);
  state.git.git('tag', 'v3', commit);
  github.state.others.set(name.toLowerCase(), state);
  github.state.tokens.set('policy', {
    ...CONTENTS_TOKEN,
    only: [...(github.state.tokens.get('policy')?.only ?? []), name],
  });
  github.state.tokens.set('run', { ...CONTENTS_TOKEN, only: ['acme/shop'] });
  return commit;
}

interface Given {
  readonly base: string | null;
  readonly head?: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly policyToken?: boolean;
  /** Where the policies stand, before and after the change. */
  readonly paths?: { readonly base?: string; readonly head?: Readonly<Record<string, string>> };
}

async function run({
  base,
  head,
  inputs = {},
  policyToken = true,
  paths = {},
}: Given): Promise<Result<BranchPolicy, PolicyFailure>> {
  const { git } = github.state;
  if (!github.state.tokens.has('run')) github.state.tokens.set('run', CONTENTS_TOKEN);
  const files = (policy: string | null): Record<string, string> => ({
    other: 'x',
    ...(policy === null ? {} : { [paths.base ?? PATH]: policy }),
  });
  const tip = git.commit('main', files(base));
  const evaluated =
    head === undefined ? tip : git.commit('feature', { ...files(head), ...paths.head }, { parents: [tip] });
  const read = readInputs((name) => inputs[name] ?? '');
  if (!read.ok) throw new Error(read.error.message);
  const client = github.client('run');
  const commits = new Commits({ client, repository: REPOSITORY, workspace: git.directory });
  return runPolicy({
    repository: REPOSITORY,
    inputs: read.value,
    plan: {
      evaluated: await commits.tree(evaluated),
      policy: { tree: await commits.tree(tip), name: 'the tip of main' },
      base: await commits.tree(tip),
      against: null,
      changedFiles: head === undefined ? [] : [PATH, ...Object.keys(paths.head ?? {})],
      notices: [],
      isProtected: false,
    },
    commits,
    client,
    policyClient: policyToken && github.state.tokens.has('policy') ? github.client('policy') : null,
    catalog: loadCatalog(),
  });
}

async function loaded(given: Given): Promise<BranchPolicy> {
  const result = await run(given);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

describe('a repository', () => {
  test('without a policy has the built-in profile, or the one of the input', async () => {
    expect((await loaded({ base: null })).policy.profile).toBe('baseline');
    const strict = await loaded({ base: null, inputs: { profile: 'strict' } });
    expect(strict.policy).toMatchObject({ profile: 'strict', source: { name: 'built-in strict' } });
  });

  test('with a policy that ends in .yaml has that one’s profile', async () => {
    const found = await run({ base: 'version: 1\nprofile: strict\n', paths: { base: YAML } });
    expect(found).toMatchObject({ ok: true, value: { policy: { profile: 'strict' } } });
  });

  test('with a policy that ends in .yaml says what one that ends in .yml would change', async () => {
    const strict = 'version: 1\nprofile: strict\n';
    const found = await run({
      base: strict,
      head: strict,
      paths: { base: YAML, head: { [PATH]: 'version: 1\nprofile: observe\n' } },
    });
    expect(found).toMatchObject({ ok: true, value: { policy: { profile: 'strict' } } });
    expect(found.ok ? found.value.notices.join(' ') : '').toContain('observe');
  });

  test('with a policy has that one’s profile, whatever the input says', async () => {
    const { policy } = await loaded({ base: 'version: 1\nprofile: hardened\n', inputs: { profile: 'observe' } });
    expect(policy.profile).toBe('hardened');
  });

  test.each(['ci/images.yml', 'acme/policies/base.yml'])(
    'whose input names a policy that is nowhere, %s, is not evaluated by a softer one',
    async (policy) => {
      const refused = await run({ base: 'version: 1\nprofile: strict\n', inputs: { policy } });
      expect(refused).toMatchObject({ ok: false, error: { code: 'no-policy' } });
      if (!refused.ok) expect(refused.error.message).toContain(`${policy}, which is not at the tip of main`);
      if (!refused.ok) expect(refused.error.fix).toContain('owner/repository/path@ref');
    },
  );

  test('whose input names the policy that this change adds is evaluated by no other', async () => {
    const refused = await run({ base: null, head: 'version: 1\n', inputs: { policy: PATH } });
    expect(refused).toMatchObject({ ok: false, error: { code: 'no-policy' } });
    if (!refused.ok) expect(refused.error.message).toContain('this change adds it');
    expect((await loaded({ base: null, head: 'version: 1\n' })).policy.source.name).toBe('built-in baseline');
  });
});

describe('a policy of another repository', () => {
  test('is refused where its ref is a branch and a tag, with both commits, and read where it is written in full', async () => {
    const tagged = other('acme/policies', { 'base.yml': 'version: 1\nprofile: strict\n' });
    const state = github.state.others.get('acme/policies');
    const branch = state?.git.commit('v3', { 'base.yml': 'version: 1\nprofile: observe\n' }) ?? '';
    state?.git.setRefs({ 'refs/tags/v3': tagged });
    const refused = await run({ base: 'version: 1\nextends: acme/policies/base.yml@v3\n' });
    expect(refused).toMatchObject({ ok: false, error: { code: 'unreadable' } });
    for (const commit of [tagged, branch]) if (!refused.ok) expect(refused.error.message).toContain(commit);
    const named = await loaded({ base: null, inputs: { policy: 'acme/policies/base.yml@tags/v3' } });
    expect(named.policy.profile).toBe('strict');
    state?.git.git('update-ref', '-d', 'refs/heads/v3');
    expect((await loaded({ base: null, inputs: { policy: 'acme/policies/base.yml@v3' } })).policy.profile).toBe(
      'strict',
    );
  });

  test.each(['tags/v3', 'refs/tags/v3'])(
    'is that of the tag where its ref says %s, though a branch is called tags/v3',
    async (ref) => {
      const tagged = other('acme/policies', { 'base.yml': 'version: 1\nprofile: strict\n' });
      const { git } = github.state.others.get('acme/policies') ?? github.state;
      const soft = git.commit('soft', { 'base.yml': 'version: 1\nprofile: observe\n' });
      git.setRefs({ 'refs/heads/tags/v3': soft, 'refs/tags/v3': tagged });
      const named = () => run({ base: null, inputs: { policy: `acme/policies/base.yml@${ref}` } });
      expect(await named()).toMatchObject({ ok: true, value: { policy: { profile: 'strict' } } });
      git.git(
        '-c',
        'user.name=x',
        '-c',
        'user.email=x@example.com',
        'tag',
        '--force',
        '--annotate',
        '--message',
        'x',
        'v3',
        tagged,
      );
      expect(await named()).toMatchObject({ ok: false, error: { code: 'unreadable' } });
      git.git('update-ref', '-d', 'refs/heads/tags/v3');
      expect(await named()).toMatchObject({ ok: true, value: { policy: { profile: 'strict' } } });
    },
  );

  test('is not read at an abbreviated commit, which a branch could be called, and is at a whole one', async () => {
    const commit = other('acme/policies', { 'base.yml': 'version: 1\nprofile: strict\n' });
    const at = (ref: string) => run({ base: null, inputs: { policy: `acme/policies/base.yml@${ref}` } });
    expect(await at(commit.slice(0, 10))).toMatchObject({ ok: false, error: { code: 'unreadable' } });
    expect(await at(commit)).toMatchObject({ ok: true, value: { policy: { profile: 'strict' } } });
  });

  test('is extended at the commit that its ref points to, with the policy token', async () => {
    const commit = other('acme/policies', { 'base.yml': 'version: 1\nprofile: hardened\n' });
    const { policy } = await loaded({ base: 'version: 1\nextends: acme/policies/base.yml@v3\n' });
    expect(policy.profile).toBe('hardened');
    expect(policy.source.extends).toEqual([{ name: 'acme/policies/base.yml@v3', commit }]);
  });

  test('that this run can’t read is not replaced by a softer one: nothing is decided', async () => {
    other('acme/policies', { 'base.yml': 'version: 1\nprofile: hardened\n' });
    const base = 'version: 1\nextends: acme/policies/base.yml@v3\n';
    const refused = await run({ base, policyToken: false });
    expect(refused).toMatchObject({ ok: false, error: { code: 'unreadable' } });
    if (!refused.ok)
      expect(refused.error.message).toBe(
        "The policy it extends, acme/policies/base.yml@v3, can't be read: GitHub returned 404, which may also mean that the token lacks access.",
      );
    if (!refused.ok) expect(refused.error.fix).toContain('set the input `policy-token`');
    // Nor where the tip is broken, and the last valid version is what can't be read.
    expect(await run({ base: 'nonsense', policyToken: false })).toMatchObject({ ok: false });
    github.server.faults.push({ operation: 'git/get-ref', status: 422 });
    expect(await run({ base })).toMatchObject({ ok: false, error: { code: 'unreadable' } });
  });

  test('can be named by the input, and then the repository’s own has no say', async () => {
    const commit = other('acme/policies', { 'base.yml': 'version: 1\nprofile: strict\n' });
    const inputs = { policy: 'acme/policies/base.yml@main' };
    const { policy } = await loaded({ base: 'version: 1\nprofile: observe\n', inputs });
    expect(policy).toMatchObject({ profile: 'strict', source: { commit, repository: 'acme/policies' } });
  });

  test('that the input names and that is invalid, or can’t be read, stops the run', async () => {
    other('acme/policies', { 'base.yml': 'version: 2\n' });
    const inputs = { policy: 'acme/policies/base.yml@main' };
    expect(await run({ base: null, inputs })).toMatchObject({ ok: false, error: { code: 'bad-policy' } });
    const refused = await run({ base: null, inputs, policyToken: false });
    expect(refused).toMatchObject({ ok: false, error: { code: 'unreadable' } });
    if (!refused.ok) expect(refused.error.fix).toContain('set the input `policy-token`');
    const missing = { policy: 'acme/policies/none.yml@main' };
    const unfound = await run({ base: null, inputs: missing });
    expect(unfound).toMatchObject({ ok: false, error: { code: 'unreadable' } });
    if (!unfound.ok) expect(unfound.error.fix).toContain('`policy-token` has not expired');
  });

  test('that the input names and that extends one which can’t be read is not called invalid', async () => {
    other('acme/policies', { 'base.yml': 'version: 1\nextends: acme/none/base.yml@main\n' });
    const refused = await run({ base: null, inputs: { policy: 'acme/policies/base.yml@main' } });
    expect(refused).toMatchObject({ ok: false, error: { code: 'unreadable' } });
  });
});

describe('a pull request that edits the policy', () => {
  test('is shown what would change, and evaluated by the base', async () => {
    const { policy, notices } = await loaded({
      base: 'version: 1\nprofile: hardened\n',
      head: 'version: 1\nprofile: observe\nallow: [{ image: "evil.example/**", signed: false, reason: x }]\n',
    });
    expect(policy.profile).toBe('hardened');
    expect(notices.join()).toContain('The profile becomes observe (now hardened).');
    expect(notices.join()).toContain('`allow` gains evil.example/** (unsigned).');
  });

  test('and adds the first one, or says the same in other words, is reported no change that it does not make', async () => {
    const policy = 'version: 1\ndeny: [{ image: "images.example/**", reason: old }]\n';
    const added = await run({ base: null, head: policy });
    expect(added.ok ? added.value.notices.join('\n') : added.error.message).toMatch(
      /the edit takes effect once it is merged\. `deny` gains images\.example\/\*\*\.$/,
    );
    const emptied = await run({ base: policy, head: `${policy}rules: {}\n` });
    expect(emptied.ok ? emptied.value.notices.join('\n') : '').toMatch(/It does not change any result\.$/);
  });

  test('with an error fails at its place', async () => {
    const { policy, findings } = await loaded({ base: 'version: 1\n', head: 'version: 1\nprofil: strict\n' });
    expect(policy.profile).toBe('baseline');
    expect(findings).toMatchObject([{ level: 'error', location: { file: PATH, line: 2 } }]);
  });

  test('can’t read, by way of the policy token, a repository that the base’s policy does not extend', async () => {
    other('acme/policies', { 'base.yml': 'version: 1\n' });
    other('acme/secrets', { 'prod.env': 'PASSWORD: hunter2\n' });
    const { findings } = await loaded({
      base: 'version: 1\nextends: acme/policies/base.yml@v3\n',
      head: 'version: 1\nextends: acme/secrets/prod.env@main\n',
    });
    expect(findings.some(({ level }) => level === 'error')).toBe(true);
    expect(JSON.stringify(findings)).not.toMatch(/PASSWORD|hunter2/);
    const used = github.server.requests.filter(({ path }) => path.includes('/secrets'));
    expect(new Set(used.map(({ authorization }) => authorization))).toEqual(new Set(['token run']));
  });
});
