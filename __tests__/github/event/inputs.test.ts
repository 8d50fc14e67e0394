import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import {
  type ActionInputs,
  givenInputs,
  readInputs,
  readReportInputs,
  secretsOf,
} from '../../../src/github/event/inputs.js';

const read = (inputs: Readonly<Record<string, string>>): ReturnType<typeof readInputs> =>
  readInputs((name) => inputs[name] ?? '');

function inputs(given: Readonly<Record<string, string>> = {}): ActionInputs {
  const result = read(given);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

test('nothing given leaves everything to the policy file', () => {
  const given = inputs();
  expect(given).toMatchObject({ paths: [], platforms: [], buildArgs: [], onlyNew: 'aging', comment: 'changes' });
  expect(Object.keys(given)).not.toContain('profile');
  expect(Object.keys(given)).not.toContain('policy');
  expect(Object.keys(given)).not.toContain('target');
});

test.each([
  ['', 'aging'],
  ['true', 'all'],
  ['TRUE', 'all'],
  ['false', 'off'],
] as const)('only-new "%s" means %s', (text, meaning) => {
  expect(inputs({ 'only-new': text }).onlyNew).toBe(meaning);
});

test('lists take lines, and commas where a value can’t hold one', () => {
  expect(inputs({ platforms: 'linux/amd64, linux/arm64\n\nlinux/arm/v7' }).platforms).toHaveLength(3);
  expect(inputs({ 'build-args': 'A=1,2\r\n B==x \n' }).buildArgs).toEqual(['A=1,2', 'B==x']);
  expect(inputs({ paths: 'a/**\n{b,c}/Dockerfile' }).paths).toEqual(['a/**', '{b,c}/Dockerfile']);
});

describe('what can’t be read', () => {
  test.each([
    [{ sarif: 'yes' }, 'sarif'],
    [{ profile: 'Strict' }, 'profile'],
    [{ comment: 'sometimes' }, 'comment'],
    [{ evidence: 'nist-800-53,iso' }, 'evidence'],
    [{ 'build-contexts': '=x' }, 'build-contexts'],
    [{ platforms: 'linux/amd64,a/b/c/d' }, 'platforms'],
    [{ 'comment-key': 'k'.repeat(101) }, 'comment-key'],
    [{ 'registry-credentials': 'r.example onlyuser' }, 'registry-credentials'],
  ])('%j names the input', (given, input) => {
    expect(read(given)).toMatchObject({ ok: false, error: { code: 'bad-input', input } });
  });
});

test('every secret is known before anything is read', () => {
  const given: Readonly<Record<string, string>> = {
    token: ' ghs_1 ',
    'policy-token': 'ghp_2',
    'registry-credentials': 'r.example user pass word\n# a comment\ns.example bot tok',
  };
  const secrets = secretsOf((name) => given[name] ?? '');
  expect(secrets).toEqual(expect.arrayContaining(['ghs_1', 'ghp_2', 'pass word', 'tok', btoa('user:pass word')]));
  expect(secrets).not.toContain('user');
});

test('a line of credentials that can’t be read is a secret as a whole', () => {
  expect(secretsOf((name) => (name === 'registry-credentials' ? 'oops\n' : ''))).toEqual(['oops']);
});

test('labels and assignees of the tracking issue are lists', () => {
  const given: Readonly<Record<string, string>> = {
    'issue-labels': 'base images, security',
    'issue-assignees': '@octocat\nhubot',
  };
  const read = readInputs((name) => given[name] ?? '');
  expect(read.ok && [read.value.issueLabels, read.value.issueAssignees]).toEqual([
    ['base images', 'security'],
    ['octocat', 'hubot'],
  ]);
});

test('a variable of the environment that resembles an input which is given is no slip', () => {
  const environment = { INPUT_POLICYS: 'x', INPUT_POLICY: 'p.yml' };
  const given = (text: string) => readInputs((name) => (name === 'policy' ? text : ''), givenInputs(environment));
  expect(given('p.yml').ok).toBe(true);
  expect(given('')).toMatchObject({ ok: false, error: { input: 'policys' } });
});

describe('an input whose name is a slip', () => {
  const named = (...names: readonly string[]): ReturnType<typeof readInputs> =>
    readInputs(() => '', givenInputs(Object.fromEntries(names.map((name) => [`INPUT_${name.toUpperCase()}`, 'x']))));

  test.each([
    ['polcy', 'policy'],
    ['profil', 'profile'],
    ['path', 'paths'],
    ['build_args', 'build-args'],
    ['changed-file-only', 'changed-files-only'],
  ])('%s is wrong usage: it would be ignored', (name, meant) => {
    const read = named('token', name);
    expect(read).toMatchObject({ ok: false, error: { input: name } });
    expect(read.ok ? '' : read.error.fix).toContain(`Did you mean \`${meant}\`?`);
  });

  test('is no slip where it is one of ours, or like none of them', () => {
    expect(named('policy-token', 'github-token', 'version', 'dockerfile').ok).toBe(true);
    expect(givenInputs({ INPUT_POLICY: 'a', GITHUB_TOKEN: 'b' })).toEqual(['policy']);
  });

  test('is reported in the report action too', () => {
    expect(readReportInputs(() => '', ['artifcat'])).toMatchObject({ ok: false, error: { input: 'artifcat' } });
  });
});

test('report/action.yml declares exactly the inputs that are read', () => {
  const report = parse(readFileSync(new URL('../../../report/action.yml', import.meta.url), 'utf8'));
  const asked = new Set<string>();
  readReportInputs((name) => {
    asked.add(name);
    return '';
  });
  expect(Object.keys(report.inputs).sort()).toEqual([...asked].sort());
});

describe('action.yml', () => {
  const action = parse(readFileSync(new URL('../../../action.yml', import.meta.url), 'utf8'));

  test('declares exactly the inputs that are read', () => {
    const asked = new Set<string>();
    readInputs((name) => {
      asked.add(name);
      return '';
    });
    secretsOf((name) => {
      asked.add(name);
      return '';
    });
    expect(Object.keys(action.inputs).sort()).toEqual([...asked].sort());
  });

  test('gives no default that would win over the policy file, and describes everything', () => {
    const defaults = Object.entries(action.inputs).filter(([, input]) => Object(input).default !== undefined);
    expect(defaults.map(([name]) => name)).toEqual(['token']);
    for (const part of [...Object.values(action.inputs), ...Object.values(action.outputs)]) {
      expect(Object(part).description).toMatch(/\.$/);
    }
  });

  test('has the outputs that are promised', () => {
    expect(Object.keys(action.outputs)).toEqual([
      'verdict',
      'findings',
      'errors',
      'warnings',
      'images',
      'coverage',
      'comment-url',
      'report-json',
      'report-sarif',
      'report-markdown',
      'report-html',
      'source-policy',
      'source-policy-digest',
      'vsa',
    ]);
  });
});
