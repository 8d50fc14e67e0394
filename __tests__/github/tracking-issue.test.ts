import { expect, test } from '@jest/globals';
import { commentMarker } from '../../src/github/comment-parts.js';
import { keepTrackingIssue, type TrackingIssue } from '../../src/github/tracking-issue.js';
import { REPOSITORY, useGitHub } from '../support/github-room.js';

const github = useGitHub();

const keep = async (overrides: Partial<TrackingIssue> = {}, token = 'write'): Promise<string> => {
  const kept = await keepTrackingIssue({
    client: github.client(token),
    repository: REPOSITORY,
    key: 'default',
    title: 'Base images: fail',
    markdown: 'two problems',
    done: false,
    ...overrides,
  });
  return kept.ok ? kept.value : kept.error.code;
};

test('one issue opens, is updated, closes, and opens again', async () => {
  expect(await keep({ done: true })).toBe('unchanged');
  expect(github.state.issues).toEqual([]);
  expect(await keep()).toBe('opened');
  expect(await keep()).toBe('unchanged');
  expect(await keep({ markdown: 'one problem' })).toBe('updated');
  expect(await keep({ done: true, title: 'Base images: pass' })).toBe('closed');
  expect(github.state.issues).toMatchObject([{ state: 'closed', title: 'Base images: pass' }]);
  expect(await keep()).toBe('opened');
  expect(github.state.issues).toMatchObject([{ state: 'open' }]);
});

test('somebody else’s issue with our marker is not ours', async () => {
  const body = `${commentMarker('default')}\n\nlook here`;
  github.state.issues.push({ number: 1, title: 'x', body, state: 'open', login: 'mallory', labels: [] });
  expect(await keep()).toBe('opened');
  expect(github.state.issues[0]).toMatchObject({ title: 'x', state: 'open' });
  expect(await keep({ key: 'other' })).toBe('opened');
  expect(github.state.issues).toHaveLength(3);
});

test('a token that may not write issues is an error, not an exception', async () => {
  expect(await keep({}, 'read')).toBe('no-permission');
});
