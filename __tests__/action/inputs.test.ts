import { describe, expect, test } from '@jest/globals';
import { readParts } from '../../src/github/publish/comment-parts.js';
import { DENYING_POLICY, makePullRequest, POLICY_PATH, useGate } from '../support/github/pull-request-step.js';

const { github, denied, onPullRequest } = useGate();

describe('inputs', () => {
  test('paths and changed-files-only leave the rest unevaluated, and listed', async () => {
    const pull = denied({ 'a/Dockerfile': 'FROM images.example/legacy/a:1\n', 'b/Dockerfile': 'FROM scratch\n' });
    const step = await onPullRequest(pull, { inputs: { paths: 'b/**' } });
    expect(step.outputs).toMatchObject({ verdict: 'pass' });
    expect(step.summary).toContain('a/Dockerfile');
    const changed = await onPullRequest(pull, { inputs: { 'changed-files-only': 'true' } });
    expect(changed.outputs).toMatchObject({ verdict: 'fail' });
  });

  test('a line of paths that matches no file is wrong usage, not a pass', async () => {
    const pull = denied({ 'a/Dockerfile': 'FROM images.example/legacy/a:1\n' });
    for (const paths of ['servces/**', 'a/**\nb/Dockerfile', 'a']) {
      const step = await onPullRequest(pull, { inputs: { paths } });
      expect(step.code).toBe(3);
      expect(step.outputs).toMatchObject({ verdict: 'indeterminate' });
      expect(step.summary).toContain('matches no file of the evaluated commit');
    }
  });

  test('only-new: true makes no policy more lenient, and the run says so', async () => {
    const base = { [POLICY_PATH]: DENYING_POLICY, Dockerfile: 'FROM images.example/legacy/base:1\n' };
    const step = await onPullRequest(makePullRequest(github, { 'a.txt': 'a' }, base), {
      inputs: { 'only-new': 'true' },
    });
    expect(step.outputs).toMatchObject({ verdict: 'fail' });
    expect(step.summary).toContain('The input `only-new: true` has no effect');
    const policy = { ...base, [POLICY_PATH]: `${DENYING_POLICY}only-new: true\n` };
    const allowed = await onPullRequest(makePullRequest(github, { 'a.txt': 'b' }, policy), {
      inputs: { 'only-new': 'true' },
    });
    expect(allowed.outputs).toMatchObject({ verdict: 'pass' });
    expect(allowed.summary).not.toContain('has no effect');
  });

  test('the run warns of what the policy of the repository names in vain', async () => {
    const policy = `${DENYING_POLICY}allow:\n  - { image: "images.example/**" }\n  - { image: "images.exmaple/**" }\n`;
    const pull = makePullRequest(github, { Dockerfile: 'FROM images.example/a:2\n' }, { [POLICY_PATH]: policy });
    const step = await onPullRequest(pull);
    expect(step.summary).toMatch(/"images\.exmaple\S*" matches no image that this repository names/);
    expect(step.summary).not.toMatch(/"images\.example\S*" matches no image/);
  });

  test('a directory without build files, and one that the change removes, leave nothing to evaluate, and say so', async () => {
    const base = { 'old/Dockerfile': 'FROM images.example/legacy/old:1\n', 'README.md': 'a shop' };
    const pull = makePullRequest(github, {}, base, ['old/Dockerfile']);
    for (const paths of ['old/**', '*.md']) {
      const step = await onPullRequest(pull, { inputs: { paths } });
      expect(step.outputs).toMatchObject({ verdict: 'pass' });
      expect(step.summary).toContain('so nothing was evaluated');
    }
  });

  test('legs of a matrix share one comment, each with a part that says what it evaluates', async () => {
    const pull = denied({
      'a/Dockerfile': 'FROM images.example/legacy/a:1\n',
      'b/Dockerfile': 'FROM images.example/b:1\n',
    });
    await onPullRequest(pull, { inputs: { paths: 'a/**' } });
    await onPullRequest(pull, { inputs: { paths: 'b/**' } });
    expect(github.state.comments).toHaveLength(1);
    const headings = github.state.comments[0]?.body.match(/^### .*$/gm) ?? [];
    expect(headings.map((heading) => /Base images, ([ab])\//.exec(heading)?.[1]).sort()).toEqual(['a', 'b']);
  });

  test('comment: never and on-failure keep quiet', async () => {
    const clean = denied({ Dockerfile: 'FROM scratch\nCOPY --from=images.example/tool:1 / /\n' });
    await onPullRequest(clean, { inputs: { comment: 'on-failure' } });
    expect(github.state.comments).toEqual([]);
    await onPullRequest(clean);
    expect(github.state.comments).toHaveLength(1);
    github.state.comments.length = 0;
    await onPullRequest(denied(), { inputs: { comment: 'never' } });
    expect(github.state.comments).toEqual([]);
  });

  test('without the input, a change that touches no file with an image gets no comment where all passes', async () => {
    const base = { [POLICY_PATH]: 'version: 1\n', Dockerfile: 'FROM scratch\nCOPY --from=images.example/tool:1 / /\n' };
    await onPullRequest(makePullRequest(github, { 'src/main.c': 'int main;' }, base));
    expect(github.state.comments).toEqual([]);
    await onPullRequest(makePullRequest(github, { Dockerfile: `${base.Dockerfile}USER 65532\n` }, base));
    expect(github.state.comments).toHaveLength(1);
  });

  test('a slower run for an earlier push leaves the comment alone', async () => {
    const pull = denied();
    const later = github.state.git.commit('feature', { Dockerfile: 'FROM scratch\n' });
    const head = { sha: later, ref: 'feature', repository: 'acme/shop' };
    github.state.pullRequests.set(7, { number: 7, head, base: { ref: 'main' } });
    const step = await onPullRequest(pull);
    expect(step.code).toBe(1);
    expect(github.state.comments).toEqual([]);
    expect(step.summary).toContain('newer commit');
  });

  test('on GitHub Enterprise Server everything goes to its own address', async () => {
    await github.stop();
    await github.start('/api/v3');
    const step = await onPullRequest(denied());
    expect(step.code).toBe(1);
    expect(github.state.comments).toHaveLength(1);
  });
});

describe('jobs that differ in one input alone', () => {
  test.each([
    ['profile', 'observe', 'strict'],
    ['policy', '.github/base-image-gate.yml', 'other.yml'],
    ['build-contexts', 'x=docker-image://images.example/a:1', 'x=docker-image://images.example/b:1'],
  ])('%s keep a part and an analysis each', async (name, first, second) => {
    const policy = { [POLICY_PATH]: DENYING_POLICY, 'other.yml': DENYING_POLICY };
    const pull = makePullRequest(github, { Dockerfile: 'FROM images.example/legacy/base:1\n' }, policy);
    for (const value of [first, second]) await onPullRequest(pull, { inputs: { [name]: value, sarif: 'true' } });
    expect(github.state.comments).toHaveLength(1);
    expect(readParts(github.state.comments[0]?.body ?? '')).toHaveLength(2);
    const categories = github.state.uploads.map(({ sarif }) => JSON.parse(sarif).runs[0].automationDetails.id);
    expect(new Set(categories).size).toBe(2);
  });
});
