import { describe, expect, test } from '@jest/globals';
import { postSuggestions } from '../../../src/github/publish/post-suggestions.js';
import type { Suggestion } from '../../../src/github/publish/review-suggestions.js';
import { REPOSITORY, useGitHub } from '../../support/github/fake-github.js';

const github = useGitHub();
const DIGEST = `sha256:${'d'.repeat(64)}`;
const LATER = `sha256:${'e'.repeat(64)}`;
const BOT = 'github-actions[bot]';

const suggestion = (line: number, text = `FROM alpine:3@${DIGEST}`, written = 'alpine:3'): Suggestion => ({
  path: 'Dockerfile',
  line,
  text,
  written,
  about: 'Pin it:',
});

/** Pull request 7, which adds line 3 to a Dockerfile. */
function headOfPullRequest(): string {
  const { git } = github.state;
  const base = git.tip('main') ?? git.commit('main', { Dockerfile: 'FROM scratch\nRUN old\n' });
  const files = { Dockerfile: 'FROM scratch\nRUN old\nFROM alpine:3\n' };
  const head = git.tip('feature') ?? git.commit('feature', files, { parents: [base] });
  github.state.pullRequests.set(7, {
    number: 7,
    head: { sha: head, ref: 'feature', repository: 'acme/shop' },
    base: { ref: 'main' },
  });
  return head;
}

function post(suggestions: readonly Suggestion[], token = 'write'): ReturnType<typeof postSuggestions> {
  const head = headOfPullRequest();
  return postSuggestions({ client: github.client(token), repository: REPOSITORY, number: 7, head, suggestions });
}

test('stand on added lines only, and once', async () => {
  expect(await post([suggestion(1), suggestion(2), suggestion(3)])).toEqual({ ok: true, value: 1 });
  expect(github.state.reviewComments).toMatchObject([{ path: 'Dockerfile', line: 3 }]);
  expect(github.state.reviewComments[0]?.body).toContain(`\`\`\`suggestion\nFROM alpine:3@${DIGEST}\n\`\`\``);
  expect(await post([suggestion(3)])).toEqual({ ok: true, value: 0 });
  expect(github.state.reviewComments).toHaveLength(1);
});

test('over several lines stand where the pull request adds all of them', async () => {
  const over = (startLine: number, line: number): Suggestion => ({ ...suggestion(line, 'FROM a\nRUN b'), startLine });
  expect(await post([over(2, 3)])).toEqual({ ok: true, value: 0 });
  expect(await post([over(3, 3)])).toEqual({ ok: true, value: 1 });
  expect(github.state.reviewComments).toMatchObject([{ line: 3, body: expect.stringContaining('FROM a\nRUN b\n```') }]);
  github.state.reviewComments.length = 0;
  const { git } = github.state;
  git.commit(
    'feature',
    { Dockerfile: 'FROM scratch\nRUN old\nFROM alpine:3\nRUN new\n' },
    { parents: [git.tip('feature') ?? ''] },
  );
  expect(await post([over(3, 4)])).toEqual({ ok: true, value: 1 });
  expect(github.state.reviewComments).toMatchObject([{ startLine: 3, line: 4 }]);
});

test('can’t be ended by backticks in the line', async () => {
  await post([suggestion(3, 'FROM a ```` b')]);
  expect(github.state.reviewComments[0]?.body).toMatch(/^`````suggestion$/m);
});

test('need a permission, and say which', async () => {
  expect(await post([suggestion(3)], 'read')).toMatchObject({ ok: false, error: { code: 'no-permission' } });
  expect(await post([suggestion(3)], 'contents')).toMatchObject({ ok: false, error: { code: 'no-permission' } });
});

describe('a line that has a suggestion of ours', () => {
  test('gets no second one when the tag moves: the first is brought up to date', async () => {
    await post([suggestion(3)]);
    expect(await post([suggestion(3, `FROM alpine:3@${LATER}`)])).toEqual({ ok: true, value: 0 });
    expect(github.state.reviewComments).toHaveLength(1);
    expect(github.state.reviewComments[0]?.body).toContain(LATER);
    expect(github.server.operations().filter((operation) => operation === 'pulls/create-review')).toHaveLength(1);
  });

  test('is left alone when nothing changed', async () => {
    await post([suggestion(3)]);
    await post([suggestion(3)]);
    expect(github.server.operations()).not.toContain('pulls/update-review-comment');
  });

  test('gets another for another reference', async () => {
    await post([suggestion(3)]);
    expect(await post([suggestion(3, `FROM alpine:4@${DIGEST}`, 'alpine:4')])).toEqual({ ok: true, value: 1 });
  });

  test('gets another once the first is outdated', async () => {
    await post([suggestion(3)]);
    for (const comment of github.state.reviewComments) comment.line = null;
    expect(await post([suggestion(3)])).toEqual({ ok: true, value: 1 });
    expect(github.state.reviewComments).toHaveLength(2);
  });

  test('leaves outdated ones to the history of their line', async () => {
    await post([suggestion(3)]);
    for (let times = 0; times < 2; times++) {
      for (const comment of github.state.reviewComments) comment.line = null;
      await post([suggestion(3)]);
    }
    expect(github.state.reviewComments.map(({ line }) => line)).toEqual([null, null, 3]);
  });

  test('is no trouble where that was deleted meanwhile', async () => {
    await post([suggestion(3)]);
    github.server.faults.push({ operation: 'pulls/update-review-comment', status: 404 });
    expect(await post([suggestion(3, `FROM alpine:3@${LATER}`)])).toEqual({ ok: true, value: 0 });
  });
});

test('are at most twenty in one run', async () => {
  const { git } = github.state;
  const base = git.commit('main', { Dockerfile: 'FROM scratch\n' });
  const lines = Array.from({ length: 25 }, (_, index) => `FROM alpine:3.${index}\n`);
  const head = git.commit('feature', { Dockerfile: `FROM scratch\n${lines.join('')}` }, { parents: [base] });
  const pull = { number: 7, head: { sha: head, ref: 'feature', repository: 'acme/shop' }, base: { ref: 'main' } };
  github.state.pullRequests.set(7, pull);
  const suggestions = lines.map((_, index) =>
    suggestion(index + 2, `FROM alpine:3.${index}@${DIGEST}`, `alpine:3.${index}`),
  );
  const request = { client: github.client(), repository: REPOSITORY, number: 7, head, suggestions };
  expect(await postSuggestions(request)).toEqual({ ok: true, value: 20 });
  expect(await postSuggestions(request)).toEqual({ ok: true, value: 5 });
});

describe('comments by others', () => {
  test('do not hold ours back, even as a copy of it', async () => {
    await post([suggestion(3)]);
    const [ours] = github.state.reviewComments.splice(0);
    if (ours !== undefined) github.state.reviewComments.push({ ...ours, login: 'mallory' });
    expect(await post([suggestion(3)])).toEqual({ ok: true, value: 1 });
  });

  test('by an account that was deleted are read over', async () => {
    const ghost = { id: 1, path: 'Dockerfile', line: 3, body: 'nice', login: null };
    github.state.reviewComments.push(ghost);
    expect(await post([suggestion(3)])).toEqual({ ok: true, value: 1 });
  });

  test('in their thousands end the reading, and nothing is repeated', async () => {
    headOfPullRequest();
    for (let id = 1; id <= 3_050; id++) {
      github.state.reviewComments.push({ id, path: 'a', line: 1, body: 'x', login: 'dev' });
    }
    expect(await post([suggestion(3)])).toMatchObject({ ok: false, error: { code: 'limit' } });
    expect(github.state.reviewComments).toHaveLength(3_050);
  });
});

test('nothing is posted on a head that has moved meanwhile', async () => {
  const head = headOfPullRequest();
  const pull = github.state.pullRequests.get(7);
  const files = { Dockerfile: 'FROM scratch\nRUN old\nFROM alpine:3\nRUN more\n' };
  if (pull !== undefined) pull.head.sha = github.state.git.commit('feature', files, { parents: [head] });
  const request = { client: github.client(), repository: REPOSITORY, number: 7, head, suggestions: [suggestion(3)] };
  expect(await postSuggestions(request)).toEqual({ ok: true, value: 'newer-head' });
  expect(github.state.reviewComments).toEqual([]);
});

test('two runs that post at the same time leave one on a line', async () => {
  await Promise.all([post([suggestion(3)]), post([suggestion(3)]), post([suggestion(3)])]);
  expect(github.state.reviewComments).toHaveLength(1);
  expect(github.state.reviewComments[0]).toMatchObject({ line: 3, login: BOT });
});
