import { describe, expect, test } from '@jest/globals';
import { mayPin, type PinDecision } from '../../src/fix/may-pin.js';
import { decidePins } from '../../src/fix/pin-decisions.js';
import { suggestionsFor } from '../../src/github/publish/review-suggestions.js';
import { ok } from '../../src/lib/result.js';
import type { Answer } from '../../src/rules/answer.js';
import { rules } from '../../src/rules/index.js';
import { DIGEST, makeAnswer, makeReport, makeUse } from '../support/report-maker.js';

const use = makeUse('alpine:3.20', { line: 1 });
const RESOLVED = makeAnswer({ rule: 'current', outcome: 'pass', use: use.id, image: DIGEST });

/** A report of one reference that was resolved, with one further answer about it. */
function reportWith(given: Partial<Answer>) {
  return makeReport({ uses: [use], answers: [RESOLVED, makeAnswer({ use: use.id, ...given })] });
}

const decided = (given: Partial<Answer>): PinDecision['kind'] => mayPin(reportWith(given))(use).kind;

describe('mayPin', () => {
  test.each<readonly [string, Partial<Answer>, PinDecision['kind']]>([
    ['a passing identity', { outcome: 'pass' }, 'pin'],
    ['a failure at level error', {}, 'leave'],
    ['what could not be decided at level error', { outcome: 'indeterminate' }, 'leave'],
    ['a warning', { level: 'warning' }, 'pin'],
    ['a failure that only observe lowers to a warning', { level: 'warning', heldBack: true }, 'leave'],
    ['a failure that a waiver covers', { waiver: 0 }, 'pin'],
    ['a failure of a rule that does not decide identity', { rule: 'distroless' }, 'pin'],
    ['a frontend that is not allowed', { rule: 'allowed-frontend', aspect: 'allowed' }, 'leave'],
    ['a frontend that is only not pinned', { rule: 'allowed-frontend', aspect: 'pinned' }, 'pin'],
  ])('decides by %s', (_what, given, kind) => {
    expect(decided(given)).toBe(kind);
  });

  test('leaves a reference whose platforms resolved to different digests', () => {
    const other = makeAnswer({ ...RESOLVED, image: DIGEST.replaceAll('ab12', 'cd34'), platform: 'linux/arm64' });
    const report = makeReport({ uses: [use], answers: [RESOLVED, other] });
    expect(mayPin(report)(use)).toMatchObject({ kind: 'leave', retry: true });
  });
});

describe('whatever pins', () => {
  const outcomes = ['pass', 'fail', 'indeterminate', 'skipped', 'not-applicable'] as const;
  const levels = ['error', 'warning', 'note', 'off'] as const;
  const cases = rules.flatMap(({ id: rule }) =>
    outcomes.flatMap((outcome) =>
      levels.flatMap((level) =>
        [false, true].map((heldBack) => ({ rule, outcome, level, ...(heldBack ? { heldBack } : {}) })),
      ),
    ),
  );

  test('decides alike, whatever a rule answers at whatever level', async () => {
    const tree = { read: async () => ok(Buffer.from('FROM alpine:3.20\n')) };
    for (const given of cases) {
      const report = reportWith(given);
      const fixed = decidePins(report).wanted.has(use.id);
      const suggested = (await suggestionsFor(report, tree)).length > 0;
      expect({ ...given, suggested }).toEqual({ ...given, suggested: fixed });
    }
  });
});
