import { expect, test } from '@jest/globals';
import { rewriteSuggestions } from '../../../src/github/publish/rewrite-suggestions.js';

const suggested = (before: string | Uint8Array, after: string | Uint8Array) =>
  rewriteSuggestions([
    { path: 'Dockerfile', before: Buffer.from(before), after: Buffer.from(after), replaced: [], left: [] },
  ]).map(({ startLine, line, text }) => [startLine, line, text]);

test.each([
  ['from the first line that changes to the last', 'a\nb\nc\nd\ne\n', 'a\nB\nc\nD\ne\n', [2, 4, 'B\nc\nD']],
  ['with the line before, where lines are only added', 'a\nb\n', 'a\nx\nb\n', [1, 1, 'a\nx']],
  ['without lines that go', 'a\nb\nc\nd\n', 'a\nB\nd\n', [2, 3, 'B']],
  ['without carriage returns, which GitHub adds', 'a\r\nb\r\n', 'A\r\nx\r\nb\r\n', [1, 1, 'A\nx']],
])('a rewrite is one block %s', (_, before, after, block) => {
  expect(suggested(before, after)).toEqual([block]);
});

test.each([
  ['is of many lines', `${'a\n'.repeat(70)}`, `${'b\n'.repeat(70)}`],
  ['is not UTF-8', Buffer.from([0xff, 0x0a]), Buffer.from([0xff, 0x0a, 0x61])],
  ['changes nothing', 'a\n', 'a\n'],
])('no block is made of a rewrite that %s', (_, before, after) => {
  expect(suggested(before, after)).toEqual([]);
});
