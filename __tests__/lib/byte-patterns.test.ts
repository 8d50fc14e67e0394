import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type BytePattern, BytePatterns } from '../../src/lib/byte-patterns.js';

/** The same by the standard library. */
function firstOf(patterns: readonly BytePattern[], text: string, from: number): number {
  const found = patterns.flatMap(({ text: wanted, startsWord = false }) => {
    for (let at = text.indexOf(wanted, from); at >= 0; at = text.indexOf(wanted, at + 1)) {
      if (!startsWord || at === 0 || !/\w/.test(text.charAt(at - 1))) return [at];
    }
    return [];
  });
  return found.length === 0 ? -1 : Math.min(...found);
}

describe('a search for many texts', () => {
  const letter = fc.constantFrom('a', 'b', 'c', '_', ' ', '\xff', '\0');
  const text = (minLength: number, maxLength: number) =>
    fc.array(letter, { minLength, maxLength }).map((letters) => letters.join(''));
  const pattern = fc.record({ text: text(2, 7), startsWord: fc.boolean() });

  test('finds the first place of any', () => {
    fc.assert(
      fc.property(
        fc.array(pattern, { minLength: 1, maxLength: 6 }),
        text(0, 60),
        fc.nat(10),
        (patterns, searched, from) => {
          const bytes = Buffer.from(searched, 'latin1');
          expect(new BytePatterns(patterns).firstIn(bytes, from)).toBe(firstOf(patterns, searched, from));
        },
      ),
    );
  });

  test('names those that are there', () => {
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 1, maxLength: 6 }), text(0, 60), (patterns, searched) => {
        const there = patterns.filter((one) => firstOf([one], searched, 0) >= 0).map((one) => one.text);
        expect(new BytePatterns(patterns).textsIn(Buffer.from(searched, 'latin1'))).toEqual(new Set(there));
      }),
    );
  });

  test.each([
    ['at the beginning', 'cio1', true],
    ['behind a blank', 'a cio1', true],
    ['within a word', 'precious', false],
    ['behind an underscore', '_cio1', false],
  ])('says whether a word begins with a text: %s', (_, searched, expected) => {
    expect(new BytePatterns([{ text: 'cio', startsWord: true }]).isIn(Buffer.from(searched))).toBe(expected);
  });

  test('finds nothing in fewer bytes than a text has', () => {
    expect(new BytePatterns([{ text: 'abc' }]).isIn(Buffer.from('ab'))).toBe(false);
  });
});
