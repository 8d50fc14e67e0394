import { expect, test } from '@jest/globals';
import { licenseCounts } from '../../src/reports/license-counts.js';

const of = (...licenses: readonly string[]) => ({ licenses });

test('licenses are counted by package, the most frequent first', () => {
  expect(licenseCounts([of('Zlib'), of('MIT'), of('MIT', 'MIT'), of(), of()])).toBe(
    'MIT (2), Zlib (1), none stated (2 packages)',
  );
});

test('more licenses than fit a line are counted', () => {
  expect(licenseCounts(Array.from({ length: 20 }, (_, at) => of(`L-${at}`)))).toMatch(/, and 12 more$/);
});

test('an image without packages has none to show', () => {
  expect(licenseCounts([])).toBe('');
});
