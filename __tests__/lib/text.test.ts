import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { plural } from '../../src/lib/text.js';

describe('plural', () => {
  test.each([
    [0, '0 warnings'],
    [1, '1 warning'],
    [999, '999 warnings'],
    [1000, '1,000 warnings'],
    [1234567, '1,234,567 warnings'],
  ])('%i is %s', (count, text) => {
    expect(plural(count, 'warning')).toBe(text);
  });

  test('takes another word for many', () => {
    expect(plural(2, 'entry', 'entries')).toBe('2 entries');
  });

  test('sets its commas where English does', () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (count) => {
        expect(plural(count, 'x', 'x')).toBe(`${count.toLocaleString('en-US')} x`);
      }),
    );
  });
});
