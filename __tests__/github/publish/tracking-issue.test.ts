import { expect, test } from '@jest/globals';
import { keepTrackingIssue, type TrackingIssue } from '../../../src/github/publish/tracking-issue.js';
import { REPOSITORY, useGitHub } from '../../support/github/fake-github.js';

const github = useGitHub();
const JOB = 'a'.repeat(16);
const MARKER = `<!-- base-image-gate issue=${JOB} -->`;

const keep = async (overrides: Partial<TrackingIssue> = {}, token = 'write'): Promise<string> => {
  const kept = await keepTrackingIssue({
    client: github.client(token),
    repository: REPOSITORY,
    job: JOB,
    labels: [],
    assignees: [],
    title: 'Base images: fail',
    markdown: 'two problems',
    done: false,
    ...overrides,
  });
  return kept.ok ? kept.value : kept.error.code;
};

function opened(login: string, number: number, state: 'open' | 'closed' = 'open', body = `${MARKER}\n\nlook`): void {
  github.state.issues.push({ number, title: 'x', body, state, login, labels: [] });
}
const BOT = 'github-actions[bot]';
const states = (): readonly string[] => github.state.issues.map(({ number, state }) => `${number} ${state}`);

test('one issue opens, is updated, closes, and opens again', async () => {
  expect(await keep({ done: true })).toBe('unchanged');
  expect(github.state.issues).toEqual([]);
  expect(await keep()).toBe('opened');
  expect(await keep()).toBe('unchanged');
  expect(await keep({ markdown: 'one problem' })).toBe('updated');
  expect(await keep({ title: 'Base images: indeterminate results', markdown: 'one problem' })).toBe('updated');
  expect(await keep({ done: true, title: 'Base images: pass' })).toBe('closed');
  expect(github.state.issues).toMatchObject([{ state: 'closed', title: 'Base images: pass' }]);
  expect(await keep()).toBe('opened');
  expect(github.state.issues).toMatchObject([{ state: 'open' }]);
});

test('what GitHub keeps otherwise than it was sent is no change', async () => {
  await keep({ markdown: 'two\nlines\n' });
  const [issue] = github.state.issues;
  if (issue !== undefined) issue.body = issue.body.trimEnd().replaceAll('\n', '\r\n');
  expect(await keep({ markdown: 'two\nlines\n' })).toBe('unchanged');
});

test('a closed issue is left alone while nothing is to be done', async () => {
  opened(BOT, 1, 'closed');
  expect(await keep({ done: true })).toBe('unchanged');
  expect(github.server.operations()).not.toContain('issues/update');
});

test('two jobs on one timetable have an issue each', async () => {
  expect(await keep()).toBe('opened');
  expect(await keep({ job: 'b'.repeat(16), done: true })).toBe('unchanged');
  expect(await keep({ job: 'b'.repeat(16) })).toBe('opened');
  expect(await keep()).toBe('unchanged');
  expect(github.state.issues).toHaveLength(2);
});

test('somebody else’s issue with our marker is not ours', async () => {
  opened('mallory', 1);
  expect(await keep()).toBe('opened');
  expect(github.state.issues[0]).toMatchObject({ title: 'x', state: 'open' });
});

test('somebody else’s issue is not ours, even where the listing has it', async () => {
  github.state.filtersCreators = false;
  opened('mallory', 1);
  expect(await keep({ done: true })).toBe('unchanged');
  expect(states()).toEqual(['1 open']);
});

test('a pull request of the same bot with our marker is no issue', async () => {
  const body = `${MARKER}\n\nlook`;
  github.state.issues.push({ number: 1, title: 'x', body, state: 'open', login: BOT, labels: [], isPullRequest: true });
  expect(await keep({ done: true })).toBe('unchanged');
  expect(states()).toEqual(['1 open']);
});

test('an issue of the same bot that quotes our marker further down is not ours', async () => {
  opened(BOT, 1, 'open', `A run wrote:\n${MARKER}`);
  expect(await keep({ done: true })).toBe('unchanged');
  expect(states()).toEqual(['1 open']);
});

test('it is found among thousands of closed ones of the same bot, and reading ends', async () => {
  opened(BOT, 1);
  for (let number = 2; number <= 2_500; number++) opened(BOT, number, 'closed', 'a nightly report');
  expect(await keep({ done: true })).toBe('closed');
  expect(await keep()).toBe('opened');
  const pages = github.server.operations().filter((operation) => operation === 'issues/list-for-repo');
  expect(pages.length).toBeLessThanOrEqual(40);
});

test('where the bot has more open issues than are read, none is opened blindly', async () => {
  for (let number = 2; number <= 1_100; number++) opened(BOT, number, 'open', 'a nightly report');
  expect(await keep()).toBe('limit');
  expect(github.state.issues).toHaveLength(1_099);
  expect(github.server.operations().filter((operation) => operation === 'issues/list-for-repo')).toHaveLength(10);
});

test('two runs that open one at the same time leave one', async () => {
  await Promise.all([keep(), keep(), keep()]);
  const open = github.state.issues.filter(({ state }) => state === 'open');
  expect(open).toHaveLength(1);
  expect(open[0]?.body).toContain('two problems');
  for (const { body } of github.state.issues.filter(({ state }) => state === 'closed')) {
    expect(body).toContain(`#${open[0]?.number} is kept up to date`);
  }
  expect(await keep({ done: true })).toBe('closed');
  expect(await keep()).toBe('opened');
  expect(github.state.issues.filter(({ state }) => state === 'open').map(({ number }) => number)).toEqual([
    open[0]?.number,
  ]);
});

test('a listing that lags behind does not make it open a second one', async () => {
  github.server.onWritten = ({ operation }) => {
    if (operation === 'issues/create') github.state.issues.splice(0);
  };
  expect(await keep()).toBe('opened');
  expect(github.server.operations().filter((operation) => operation === 'issues/create')).toHaveLength(1);
});

test('of several the oldest open one is kept, and a newer closed one does not come before it', async () => {
  opened(BOT, 5, 'closed');
  opened(BOT, 4);
  opened(BOT, 3);
  expect(await keep()).toBe('updated');
  expect(states()).toEqual(['5 closed', '4 closed', '3 open']);
});

test('a token that may not write issues is an error, not an exception', async () => {
  expect(await keep({}, 'read')).toBe('no-permission');
});

test('an issue is opened with labels and assignees, and both are left to people after that', async () => {
  github.state.assignable.add('octocat');
  await keep({ labels: ['images'], assignees: ['octocat'] });
  expect(github.state.issues).toMatchObject([{ labels: ['images'], assignees: ['octocat'] }]);
  await keep({ labels: ['other'], assignees: [], markdown: 'one problem' });
  expect(github.state.issues).toMatchObject([{ labels: ['images'], assignees: ['octocat'] }]);
});

test('an assignee that GitHub refuses does not keep the issue from being opened, and is reported', async () => {
  expect(await keep({ labels: ['images'], assignees: ['nobody'] })).toBe('rejected');
  expect(github.state.issues).toMatchObject([{ state: 'open', labels: [], assignees: [] }]);
});

test('a job that was given a name takes over the issue it had', async () => {
  await keep();
  expect(await keep({ job: 'b'.repeat(16), formerly: JOB, markdown: 'one problem' })).toBe('updated');
  expect(github.state.issues).toHaveLength(1);
  expect(github.state.issues[0]?.body).toContain(`issue=${'b'.repeat(16)}`);
  expect(await keep({ job: 'c'.repeat(16) })).toBe('opened');
});
