import { describe, expect, test } from '@jest/globals';
import { allListed, listed } from '../../src/lib/text.js';

const words = (count: number) => Array.from({ length: count }, (_, index) => `w${index + 1}`);

describe('a list within a sentence', () => {
  test.each([
    [0, ''],
    [1, 'w1'],
    [2, 'w1 and w2'],
    [4, 'w1, w2, w3 and w4'],
    [5, 'w1, w2, w3 and 2 more'],
  ])('of %i words is %j', (count, text) => {
    expect(listed(words(count))).toBe(text);
  });

  test('is as long as asked', () => {
    expect(listed(words(4), 1)).toBe('w1 and 3 more');
    expect(listed(words(2), 1)).toBe('w1 and w2');
  });

  test('names all where all are wanted', () => {
    expect(allListed([])).toBe('');
    expect(allListed(['a'], 'or')).toBe('a');
    expect(allListed(['a', 'b'], 'or')).toBe('a or b');
    expect(allListed(words(6))).toBe('w1, w2, w3, w4, w5 and w6');
  });
});
