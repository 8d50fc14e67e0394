import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readRunnerEnvironment } from '../../../src/github/event/environment.js';
import { type ActionInputs, readInputs } from '../../../src/github/event/inputs.js';
import { identify, type JobIdentity } from '../../../src/github/event/job-identity.js';

const MERGE = 'a1'.repeat(20);
const HEAD = 'b2'.repeat(20);
const RUN = '12345678901';

const PULL_REQUEST = {
  GITHUB_EVENT_NAME: 'pull_request',
  GITHUB_SHA: MERGE,
  GITHUB_REF: 'refs/pull/7/merge',
  GITHUB_REF_NAME: '7/merge',
  GITHUB_HEAD_REF: 'feature',
  GITHUB_BASE_REF: 'main',
};
const PUSH = {
  GITHUB_EVENT_NAME: 'push',
  GITHUB_SHA: 'c3'.repeat(20),
  GITHUB_REF: 'refs/heads/main',
  GITHUB_REF_NAME: 'main',
};

function inputs(given: Readonly<Record<string, string>>): ActionInputs {
  const read = readInputs((name) => given[name] ?? '');
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}

function job(given: Readonly<Record<string, string>> = {}, runner: Readonly<Record<string, string>> = {}): JobIdentity {
  const env = readRunnerEnvironment({
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_WORKFLOW: 'ci',
    GITHUB_WORKFLOW_REF: 'acme/shop/.github/workflows/ci.yml@refs/heads/main',
    GITHUB_JOB: 'gate',
    GITHUB_ACTION: '__run',
    GITHUB_RUN_ID: RUN,
    ...PULL_REQUEST,
    ...runner,
  });
  return identify(env, inputs(given), [HEAD]);
}

describe('jobs are distinguished by', () => {
  test.each([
    ['paths', 'a/**'],
    ['changed-files-only', 'true'],
    ['locked', 'true'],
    ['build-args', 'NODE=20'],
    ['build-contexts', 'base=docker-image://images.example/base:1'],
    ['platforms', 'linux/arm64'],
    ['target', 'api'],
    ['policy', 'policies/strict.yml'],
    ['profile', 'strict'],
    ['only-new', 'true'],
    ['comment-key', 'nightly'],
  ])('the input %s', (name, value) => {
    expect(job({ [name]: value }).id).not.toBe(job().id);
  });

  test('the value of a build argument, as legs of a matrix set it', () => {
    expect(job({ 'build-args': 'NODE=20' }).id).not.toBe(job({ 'build-args': 'NODE=22' }).id);
  });

  test.each([
    ['GITHUB_WORKFLOW_REF', 'acme/shop/.github/workflows/other.yml@refs/heads/main'],
    ['GITHUB_JOB', 'other'],
    ['GITHUB_ACTION', '__run_2'],
  ])('%s', (name, value) => {
    expect(job({}, { [name]: value }).id).not.toBe(job().id);
  });

  test('no two different settings of the inputs have one id', () => {
    const text = fc.stringMatching(/^[a-z0-9/*.:=,-]{0,12}$/);
    const given = fc.record({ policy: text, target: text, paths: text, 'comment-key': text });
    fc.assert(
      fc.property(given, given, (a, b) => {
        const settled = (one: ActionInputs) => [one.policy, one.target, one.paths, one.commentKey];
        const same = JSON.stringify(settled(inputs(a))) === JSON.stringify(settled(inputs(b)));
        return (job(a).id === job(b).id) === same;
      }),
    );
  });
});

describe('one job is the same in every run', () => {
  const ids = (given: Readonly<Record<string, string>>) => [job(given).id, job(given, PUSH).id];

  test('of a pull request and of its base branch', () => {
    expect(new Set(ids({ 'build-args': 'NODE=20', platforms: 'linux/amd64' })).size).toBe(1);
  });

  test.each([
    ['its commit', `GIT_SHA=${MERGE}`, `GIT_SHA=${PUSH.GITHUB_SHA}`],
    ['a short commit in a version', `VERSION=1.2-${MERGE.slice(0, 7)}`, 'VERSION=1.2-c3c3c3c'],
    ['the head of the pull request', `GIT_SHA=${HEAD}`, `GIT_SHA=${PUSH.GITHUB_SHA}`],
    ['its branch', 'BRANCH=feature', 'BRANCH=main'],
    ['its ref', 'REF=refs/pull/7/merge', 'REF=refs/heads/main'],
    ['its run', `BUILD=https://ci.example/${RUN}`, `BUILD=https://ci.example/${RUN}`],
    ['its time', 'DATE=2026-11-21T10:00:00Z', 'DATE=2026-11-22T04:00:00Z'],
  ])('though it is reported %s', (_what, first, second) => {
    expect(job({ 'build-args': first }).id).toBe(job({ 'build-args': second }, PUSH).id);
    expect(job({ 'build-args': first }).id).not.toBe(job().id);
  });

  test('though a constant is called as the base branch is', () => {
    expect(new Set(ids({ 'build-args': 'CHANNEL=main' })).size).toBe(1);
  });

  test('in whichever order its paths and platforms are listed', () => {
    expect(job({ paths: 'a\nb', platforms: 'linux/amd64,linux/arm64' }).id).toBe(
      job({ paths: 'b\na', platforms: 'linux/arm64,linux/amd64' }).id,
    );
  });

  test('on a server whose run numbers are short', () => {
    expect(job({ 'build-args': 'NODE=22' }, { GITHUB_RUN_ID: '22' }).id).toBe(job({ 'build-args': 'NODE=22' }).id);
  });
});

describe('the title', () => {
  test('is what the job evaluates, else its name and what it is asked', () => {
    expect(job({ paths: 'a\nb\nc\nd' }).title).toBe('a, b, c');
    expect(job().title).toBe('gate');
    expect(job({ target: 'api', platforms: 'linux/arm64', profile: 'strict' }).title).toBe(
      'gate (api, linux/arm64, strict)',
    );
  });

  test('shows no value of a build argument, which may be a secret', () => {
    expect(job({ 'build-args': 'TOKEN=hunter2', 'build-contexts': 'x=hunter2' }).title).toBe('gate');
  });
});

describe('a job that is named', () => {
  test('stays the same whatever else it is given, and knows what it was before', () => {
    const named = job({ name: 'nightly', profile: 'strict' });
    expect(job({ name: 'nightly', profile: 'hardened', paths: 'api/**', 'comment-key': 'x' }).id).toBe(named.id);
    expect(named).toMatchObject({ title: 'nightly', formerly: job({ profile: 'strict' }).id });
    expect(job({ profile: 'strict' })).not.toHaveProperty('formerly');
  });

  test('is another one by another name, in another workflow, and than one without a name', () => {
    const other = { GITHUB_WORKFLOW_REF: 'acme/shop/.github/workflows/other.yml@refs/heads/main' };
    const ids = [job({ name: 'a' }), job({ name: 'b' }), job({ name: 'a' }, other), job()].map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
  });
});
