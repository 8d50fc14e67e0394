import { describe, expect, test } from '@jest/globals';
import { proofGaps } from '../../../src/rules/vulnerabilities/proof.js';
import type { KnownVulnerabilities, Vulnerability } from '../../../src/vulnerabilities/vulnerabilities.js';
import { makeKnown, makeVulnerability } from '../../support/image/vulnerability-maker.js';

const NOW = new Date('2026-11-21T12:00:00Z');
const DAY = 24 * 60 * 60 * 1000;
const REST = makeVulnerability('CVE-2026-0001');

const gapOf = (changes: Partial<KnownVulnerabilities>, rest: readonly Vulnerability[] = []) =>
  proofGaps(makeKnown([], changes), rest, '14d', NOW);
const asOf = (days: number, milliseconds = 0) => NOW.getTime() + days * DAY + milliseconds;

describe('that nothing else was found is proved', () => {
  test('by sources that know it from the last days', () => {
    expect(gapOf({})).toBeNull();
    expect(gapOf({ sources: [{ name: 'a' }, { name: 'b', asOf: asOf(0) }] })).toBeNull();
  });

  test.each([
    ['as old as it may be', asOf(-14), true],
    ['a moment older', asOf(-14, -1), false],
    ['a day ahead, as timestamps may be', asOf(1), true],
    ['a moment more ahead', asOf(1, 1), false],
  ])('or not, by what is %s: %s', (_age, when, isProof) => {
    const gap = gapOf({ sources: [{ name: 'a', asOf: when }] });
    expect(gap?.outcome).toBe(isProof ? undefined : 'indeterminate');
  });

  test('or not, which is reported with the source, its day and why an earlier answer stood in', () => {
    const source = { name: 'OSV API', asOf: Date.parse('2026-11-01T00:00:00Z') };
    expect(gapOf({ sources: [source] })?.message).toBe(
      'The data of OSV API is from 2026-11-01, which is older than 14d.',
    );
    expect(gapOf({ sources: [{ ...source, instead: 'it answered 503' }] })?.message).toContain('(it answered 503)');
    expect(gapOf({ sources: [{ ...source, asOf: asOf(9) }] })?.message).toContain('in the future');
  });

  test('or not, where something was not evaluated: the first is reported, the others are counted', () => {
    const unevaluated = ['one', 'two', 'three'].map((what) => ({ what, reason: 'it has no version' }));
    const one = gapOf({ unevaluated: unevaluated.slice(0, 1) });
    expect(one?.message).toMatch(/: one, because it has no version\.$/);
    const three = gapOf({ unevaluated });
    expect(three?.message).toMatch(/: one, because it has no version, and 2 more\.$/);
    expect(three?.details).toEqual(unevaluated.map(({ what, reason }) => `${what}: ${reason}`));
  });
});

describe('that the rest does not count is proved by the list of exploited ones', () => {
  const failure = { cause: 'network', message: 'The list was not there.', fix: 'Try again.' } as const;
  const UNKNOWN = { exploitedList: { status: 'unknown', failure } } as const;

  test('which must be there and of the last days', () => {
    const read = (when: number) => gapOf({ exploitedList: { status: 'read', asOf: when } }, [REST]);
    expect(read(asOf(-14))).toBeNull();
    expect(read(asOf(-14, -1))).toMatchObject({
      outcome: 'indeterminate',
      message: expect.stringMatching(/2026-11-07.* older than 14d/),
      fix: expect.stringContaining('download the list'),
    });
    expect(gapOf(UNKNOWN, [REST])).toMatchObject({
      outcome: 'indeterminate',
      message: expect.stringMatching(/CVE-2026-0001 .*The list was not there\./),
      fix: 'Try again.',
    });
  });

  test('unless nothing hangs on it: nothing is left, or nothing that has a CVE by any name', () => {
    const nameless = makeVulnerability('GHSA-1');
    expect(gapOf(UNKNOWN)).toBeNull();
    expect(gapOf(UNKNOWN, [nameless])).toBeNull();
    expect(gapOf(UNKNOWN, [{ ...nameless, ids: ['GHSA-1', 'XCVE-1'] }])).toBeNull();
    expect(gapOf(UNKNOWN, [nameless, { ...nameless, ids: ['GHSA-1', 'CVE-2026-0009'] }])).not.toBeNull();
    expect(gapOf({ exploitedList: { status: 'not-needed' } }, [REST])).toBeNull();
  });

  test('each is named once, however many packages have it', () => {
    const other = { ...REST, package: { ...REST.package, name: 'other' } };
    expect(gapOf(UNKNOWN, [REST, other])?.message).toMatch(/^Whether CVE-2026-0001 /);
  });
});
