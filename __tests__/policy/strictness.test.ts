import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { nearest } from '../../src/lib/nearest.js';
import { duration, durationMilliseconds } from '../../src/policy/duration.js';
import {
  highestLevel,
  isAtLeastAsStrict,
  type Strictness,
  stricter,
  strictnessOf,
} from '../../src/policy/strictness.js';

describe('durations', () => {
  test.each([
    ['12h', 43_200_000],
    ['30d', 2_592_000_000],
    ['4w', 2_419_200_000],
    ['0d', 0],
  ])('%s is %d ms', (text, milliseconds) => {
    expect(duration().safeParse(text).success).toBe(true);
    expect(durationMilliseconds(text)).toBe(milliseconds);
  });

  test.each(['', '30', '30 d', '1.5d', '-1d', '01d', '30D', '1m', '999999d', 'd', '٣d'])('%j is none', (text) => {
    expect(duration().safeParse(text).success).toBe(false);
    expect(durationMilliseconds(text)).toBeNaN();
  });
});

describe('isAtLeastAsStrict', () => {
  test.each<[Strictness | undefined, unknown, unknown, boolean]>([
    ['lower', 3, 2, true],
    ['lower', 2, 3, false],
    ['lower', '7d', '1w', true],
    ['lower', '7d', '169h', false],
    ['lower', '7d', 'soon', false],
    ['lower', undefined, 3, false],
    ['higher', 2, 3, true],
    ['higher', 3, 2, false],
    ['higher', '7d', '1w', true],
    ['higher', true, '1d', false],
    ['true', false, true, true],
    ['true', true, false, false],
    ['false', true, false, true],
    ['more', ['a'], ['b', 'a'], true],
    ['more', ['a'], ['b'], false],
    ['fewer', ['a', 'b'], [], true],
    ['fewer', ['a'], ['a', 'b'], false],
    ['fewer', ['a'], 'a', false],
    [['low', 'high'], 'low', 'high', true],
    [['low', 'high'], 'high', 'low', false],
    [['low', 'high'], 'other', 'high', false],
    [['low', 'high'], 'low', 'other', false],
    [undefined, 'a', 'a', true],
    [undefined, 'a', 'b', false],
  ])('compares %j from %j to %j: %s', (direction, from, to, expected) => {
    expect(isAtLeastAsStrict(direction, from, to)).toBe(expected);
  });

  test('a step there and a step back are both allowed only where nothing changes', () => {
    const direction = fc.constantFrom<Strictness>('lower', 'higher');
    fc.assert(
      fc.property(direction, fc.integer(), fc.integer(), (way, a, b) => {
        expect(isAtLeastAsStrict(way, a, b) && isAtLeastAsStrict(way, b, a)).toBe(a === b);
      }),
    );
  });

  test('the mark stays when the schema is described, made optional or given a default', () => {
    const marked = stricter(z.number(), 'lower');
    expect(strictnessOf(marked.describe('d'))).toBe('lower');
    expect(strictnessOf(marked.optional())).toBe('lower');
    expect(strictnessOf(marked.default(3).optional().describe('d'))).toBe('lower');
    expect(strictnessOf(z.number())).toBeUndefined();
    expect(isAtLeastAsStrict(strictnessOf(highestLevel()), 'warning', 'error')).toBe(true);
    expect(isAtLeastAsStrict(strictnessOf(highestLevel()), 'warning', 'off')).toBe(false);
  });
});

describe('nearest', () => {
  const words = ['profile', 'platforms', 'rules', 'roles', 'max-waiver-days', 'on-indeterminate'];
  test.each([
    ['profil', 'profile'],
    ['porfile', 'profile'],
    ['ruels', 'rules'],
    ['maxWaiverDays', 'max-waiver-days'],
    ['max_waiver_days', 'max-waiver-days'],
    ['On-Indeterminate', 'on-indeterminate'],
    ['registry', undefined],
    ['', undefined],
    ['x'.repeat(1000), undefined],
  ])('%s means %s', (word, expected) => {
    expect(nearest(word, words)).toBe(expected);
  });
});
