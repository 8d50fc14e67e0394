import { describe, expect, test } from '@jest/globals';
import {
  type BranchPolicyRequest,
  type LoadPolicyText,
  loadBranchPolicy,
  previewPolicy,
} from '../../../src/github/repository/branch-policy.js';
import { Commits } from '../../../src/github/repository/commits.js';
import { earlierVersions } from '../../../src/github/repository/policy-history.js';
import type { Policy } from '../../../src/policy/policy.js';
import { REPOSITORY, useGitHub } from '../../support/github/fake-github.js';

const github = useGitHub();
const PATH = '.github/base-image-gate.yml';

const policyNamed = (name: string): Policy => ({
  source: { name, extends: [] },
  profile: 'baseline',
  allow: [],
  deny: [],
  rules: {},
  roles: {},
  files: { include: [], exclude: [], targets: {}, buildArgs: {} },
  platforms: [],
  contexts: {},
  maxWaiverDays: 180,
  registries: {},
  waivers: [],
  dependsOn: [],
});

/** A loader for policies of one word: `broken` is invalid, `key:FILE` needs a file of its own commit. */
const load: LoadPolicyText = async ({ path, text, resolveFile }) => {
  const word = new TextDecoder().decode(text);
  if (word === 'broken') {
    const place = { line: 3, column: 5, endLine: 3, endColumn: 9 };
    return {
      ok: false,
      error: [{ ...place, severity: 'error', file: path, message: 'It is broken.', fix: 'Fix it.' }],
    };
  }
  if (!word.startsWith('key:')) return { ok: true, value: { policy: policyNamed(word), warnings: [] } };
  const key = await resolveFile(word.slice(4));
  if (key.ok) return { ok: true, value: { policy: policyNamed(new TextDecoder().decode(key.value)), warnings: [] } };
  const place = { line: 1, column: 1, endLine: 1, endColumn: 1 };
  return { ok: false, error: [{ ...place, severity: 'error', file: path, message: key.error }] };
};

async function request(): Promise<BranchPolicyRequest> {
  const commits = new Commits({ client: github.client('contents'), repository: REPOSITORY, workspace: null });
  const tip = github.state.git.tip('main') ?? '';
  return {
    path: PATH,
    branch: { tree: await commits.tree(tip), name: 'the tip of main' },
    load,
    treeAt: (commit) => commits.tree(commit),
    earlier: () => earlierVersions(github.client('contents'), REPOSITORY, tip, PATH),
    builtIn: (profile) => policyNamed(`built-in ${profile}`),
    profile: 'baseline',
  };
}

async function used(): Promise<{ name: string; findings: readonly string[]; notices: string }> {
  const loaded = await loadBranchPolicy(await request());
  if (!loaded.ok) throw new Error(loaded.error.message);
  const { policy, findings, notices } = loaded.value;
  return {
    name: policy.source.name,
    findings: findings.map(({ level, location }) => `${level} ${location.line}`),
    notices: notices.join(),
  };
}

const put = (word: string | null, options: { parents?: readonly string[]; branch?: string } = {}): string =>
  github.state.git.commit(options.branch ?? 'main', word === null ? { other: '1' } : { [PATH]: word }, options);

describe('the policy of a branch', () => {
  test('is the file at its tip', async () => {
    put('old');
    put('new');
    expect(await used()).toEqual({ name: 'new', findings: [], notices: '' });
    expect(github.server.operations()).not.toContain('repos/list-commits');
  });

  test('is the built-in one where there is no file', async () => {
    put(null);
    expect(await used()).toEqual({ name: 'built-in baseline', findings: [], notices: '' });
  });

  test('names files that are read from its own commit', async () => {
    github.state.git.commit('main', { [PATH]: 'key:.github/keys/a.pub', '.github/keys/a.pub': 'a key' });
    expect((await used()).name).toBe('a key');
  });

  test('where the tip is invalid, is the last valid one, with a warning at the place', async () => {
    put('first');
    put('second');
    put('broken');
    put('broken');
    const { name, findings, notices } = await used();
    expect(name).toBe('second');
    expect(findings).toEqual(['warning 3']);
    expect(notices).toMatch(/is invalid; its last valid version, of commit [0-9a-f]{12}, was used/);
  });

  test('where no version was ever valid, is the built-in one', async () => {
    put('broken');
    put('broken');
    const { name, notices } = await used();
    expect(name).toBe('built-in baseline');
    expect(notices).toContain('no earlier version');
  });

  test('is never one that stood only inside a pull request', async () => {
    const start = put('reviewed');
    const lax = put('lax', { branch: 'feature', parents: [start] });
    const broken = put('broken', { branch: 'feature', parents: [lax] });
    put('broken', { parents: [start, broken] });
    expect((await used()).name).toBe('reviewed');
  });

  test('where the history can’t be read, is not known', async () => {
    put('valid');
    put('broken');
    github.server.faults.push({ operation: 'repos/list-commits', status: 404 });
    expect(await loadBranchPolicy(await request())).toMatchObject({ ok: false });
  });

  test('that is a link to somewhere else is no policy', async () => {
    github.state.git.commit('main', { [PATH]: { link: '/etc/passwd' } });
    expect(await loadBranchPolicy(await request())).toMatchObject({ ok: false });
  });
});

describe('the policy that a pull request would make', () => {
  const preview = async (files: Parameters<typeof github.state.git.commit>[1]): ReturnType<typeof previewPolicy> => {
    const commit = github.state.git.commit('feature', files);
    const commits = new Commits({ client: github.client('contents'), repository: REPOSITORY, workspace: null });
    return previewPolicy(PATH, await commits.tree(commit), load);
  };

  test('is read where it is valid, and fails the check where it is not', async () => {
    expect((await preview({ [PATH]: 'fine' })).policy?.source.name).toBe('fine');
    expect(await preview({ [PATH]: 'broken' })).toMatchObject({
      policy: null,
      findings: [{ level: 'error', outcome: 'fail', location: { file: PATH, line: 3 }, fix: 'Fix it.' }],
    });
  });

  test('may be removed, and may not be a link out of the repository', async () => {
    expect(await preview({ other: '1' })).toEqual({ policy: null, findings: [] });
    expect(await preview({ [PATH]: { link: '/proc/self/environ' } })).toMatchObject({ findings: [{ level: 'error' }] });
  });
});
