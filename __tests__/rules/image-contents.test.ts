import { describe, expect, test } from '@jest/globals';
import {
  isWindowsImage,
  shortened,
  unevaluated,
  unreadInventory,
  withoutLinuxContents,
} from '../../src/rules/image-contents.js';
import { contentsOf } from '../support/image/contents-of.js';
import { subjectOf } from '../support/image/image-rule-subject.js';

describe('an image is a Windows image', () => {
  test.each([
    ['windows/amd64', 'windows', true],
    ['windows/amd64', 'linux', false],
    ['linux/amd64', 'windows', false],
    ['linux/amd64', 'linux', false],
  ])('that says %s and is evaluated for %s: %s', async (platform, evaluated, isWindows) => {
    const { evidence } = await contentsOf({ platform, layers: [] });
    const subject = subjectOf(evidence, { platform: evaluated });
    expect(isWindowsImage(subject)).toBe(isWindows);
    expect(withoutLinuxContents(subject)?.outcome).toBe(isWindows ? 'not-applicable' : undefined);
  });

  test('where nothing is known of it but for what it is evaluated', () => {
    expect(isWindowsImage(subjectOf({}, { platform: 'windows' }))).toBe(true);
    expect(isWindowsImage(subjectOf({}, { platform: 'linux' }))).toBe(false);
  });
});

test('details are cut at fifty lines, and say so', () => {
  const lines = (count: number) => Array.from({ length: count }, (_, index) => `w${index + 1}`);
  expect(shortened(lines(1000))).toEqual(lines(1000));
  expect(shortened(lines(1002))).toEqual([...lines(1000), '2 further lines are left out (limit answer-details)']);
});

test('databases that could not be read leave the question open: the first is reported, and all below it', () => {
  const unknowns = [
    { path: 'a', reason: 'it is sparse' },
    { path: 'b', reason: 'it is too large' },
  ];
  expect(unreadInventory([])).toBeNull();
  expect(unreadInventory(unknowns.slice(0, 1))).toMatchObject({
    outcome: 'indeterminate',
    message: expect.stringMatching(/\/a: it is sparse\.$/),
  });
  expect(unreadInventory(unknowns)).toMatchObject({
    message: expect.stringContaining('and 1 more'),
    details: ['/a: it is sparse', '/b: it is too large'],
  });
});

test('files whose content could not be evaluated leave the question open', async () => {
  const { evidence } = await contentsOf({ layers: [] });
  if (evidence.filesystem.status !== 'present') throw new Error('it was read');
  const facts = evidence.filesystem.value;
  expect(unevaluated({ ...facts, unread: [] })).toBeNull();
  const unread = [
    { path: 'a', reason: 'it is sparse' },
    { path: 'b', reason: 'it is too large' },
  ];
  expect(unevaluated({ ...facts, unread: unread.slice(0, 1) })).toMatchObject({
    outcome: 'indeterminate',
    message: 'A file of it could not be evaluated: /a.',
    details: ['/a: it is sparse'],
  });
  expect(unevaluated({ ...facts, unread })?.message).toBe('2 files of it could not be evaluated: /a and /b.');
});
