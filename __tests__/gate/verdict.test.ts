import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { exitCodeOf, verdictOf } from '../../src/gate/verdict.js';
import type { Level } from '../../src/policy/policy.js';
import type { Outcome } from '../../src/rules/rule.js';

const outcomes: readonly Outcome[] = ['pass', 'fail', 'indeterminate', 'not-applicable', 'skipped'];
const levels: readonly Level[] = ['error', 'warning', 'note', 'off'];
const answer = fc.record({ outcome: fc.constantFrom(...outcomes), level: fc.constantFrom(...levels) });

describe('the verdict', () => {
  test('a failure at level error fails, whatever else is open', () => {
    expect(
      verdictOf([
        { outcome: 'indeterminate', level: 'error' },
        { outcome: 'fail', level: 'error' },
      ]),
    ).toBe('fail');
  });

  test('an indeterminate result at level error is indeterminate', () => {
    expect(
      verdictOf([
        { outcome: 'pass', level: 'error' },
        { outcome: 'indeterminate', level: 'error' },
      ]),
    ).toBe('indeterminate');
  });

  test('nothing evaluated passes, and so does what neither fails nor is open', () => {
    expect(verdictOf([])).toBe('pass');
    const quiet = (['pass', 'not-applicable', 'skipped'] as const).map((outcome) => ({
      outcome,
      level: 'error' as const,
    }));
    expect(verdictOf(quiet)).toBe('pass');
  });

  test('a waived failure does not count, and a waiver numbered 0 is one', () => {
    expect(verdictOf([{ outcome: 'fail', level: 'error', waiver: 0 }])).toBe('pass');
  });

  test('warnings and notes never change it', () => {
    fc.assert(
      fc.property(fc.array(answer), fc.array(answer), (counted, others) => {
        const quiet = others.map(
          ({ outcome }, place) => ({ outcome, level: place % 2 === 0 ? 'warning' : 'note' }) as const,
        );
        expect(verdictOf([...counted, ...quiet])).toBe(verdictOf(counted));
      }),
    );
  });

  test('another answer never makes it better', () => {
    const rank = { pass: 0, indeterminate: 1, fail: 2 };
    fc.assert(
      fc.property(fc.array(answer), answer, (answers, another) => {
        expect(rank[verdictOf([...answers, another])]).toBeGreaterThanOrEqual(rank[verdictOf(answers)]);
      }),
    );
  });

  test.each([
    ['pass', 0],
    ['fail', 1],
    ['indeterminate', 2],
  ] as const)('%s exits with %i', (verdict, code) => {
    expect(exitCodeOf(verdict)).toBe(code);
  });
});
