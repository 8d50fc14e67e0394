import { describe, expect, test } from '@jest/globals';
import type { RuleResult } from '../../src/rules/rule.js';
import { SharedResults } from '../../src/rules/shared-results.js';

const result = (changes: Partial<RuleResult> = {}): RuleResult => ({
  outcome: 'fail',
  message: ['It has', 'two problems.'].join(' '),
  details: ['one', 'two'],
  ...changes,
});

describe('results of one rule about one image', () => {
  test('are kept once where they say the same', () => {
    const shared = new SharedResults();
    const first = [result()];
    expect(shared.of('made', 'image', first)).toBe(first);
    expect(shared.of('made', 'image', [result()])).toBe(first);
  });

  test.each<readonly [string, readonly RuleResult[]]>([
    ['the message differs', [result({ message: 'It has one problem.' })]],
    ['the outcome differs', [result({ outcome: 'pass' })]],
    ['a detail differs', [result({ details: ['one', 'three'] })]],
    ['details are fewer', [result({ details: ['one'] })]],
    ['a field is added', [result({ fix: 'Fix it.' })]],
    ['there are more of them', [result(), result()]],
    ['there are none', []],
  ])('stay apart where %s', (_what, others) => {
    const shared = new SharedResults();
    shared.of('made', 'image', [result()]);
    expect(shared.of('made', 'image', others)).toBe(others);
  });

  test('stay apart for another rule and for another image', () => {
    const shared = new SharedResults();
    const first = [result()];
    shared.of('made', 'image', first);
    for (const [rule, image] of [
      ['other', 'image'],
      ['made', 'other'],
    ] as const)
      expect(shared.of(rule, image, [result()])).not.toBe(first);
  });
});
