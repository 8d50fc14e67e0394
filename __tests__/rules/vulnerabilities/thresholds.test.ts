import { describe, expect, test } from '@jest/globals';
import { counts, type Thresholds } from '../../../src/rules/vulnerabilities/thresholds.js';
import { SEVERITIES } from '../../../src/vulnerabilities/matching/severity.js';
import type { Vulnerability } from '../../../src/vulnerabilities/vulnerabilities.js';
import { makeVulnerability } from '../../support/image/vulnerability-maker.js';

const NOW = new Date('2026-11-21T12:00:00Z');
const ALL: Thresholds = { severity: 'any', unrated: 'high', fixable: false, grace: '0d' };
const { fixedIn: _fix, published: _date, ...BARE } = makeVulnerability('CVE-2026-0001');

const isCounted = (one: Partial<Vulnerability>, thresholds: Partial<Thresholds>) =>
  counts({ ...BARE, ...one }, { ...ALL, ...thresholds }, NOW);

describe('a vulnerability counts', () => {
  const rated = (severity: Thresholds['severity']) =>
    [...SEVERITIES, 'unknown' as const].filter((given) =>
      isCounted({ rating: { severity: given, from: 'the test' } }, { severity }),
    );

  test.each<[Thresholds['severity'], readonly string[]]>([
    ['exploited', []],
    ['critical', ['critical']],
    ['high', ['high', 'critical', 'unknown']],
    ['medium', ['medium', 'high', 'critical', 'unknown']],
    ['low', ['low', 'medium', 'high', 'critical', 'unknown']],
    ['any', ['none', 'low', 'medium', 'high', 'critical', 'unknown']],
  ])('from the severity %s up', (severity, expected) => {
    expect(rated(severity)).toEqual(expected);
  });

  test('that nobody rates as what the policy says of these', () => {
    const unrated = { rating: { severity: 'unknown', from: 'nobody' } } as const;
    expect(isCounted(unrated, { severity: 'high', unrated: 'medium' })).toBe(false);
    expect(isCounted(unrated, { severity: 'critical', unrated: 'critical' })).toBe(true);
    expect(isCounted(unrated, { severity: 'any', unrated: 'none' })).toBe(true);
  });

  test('where a fix is asked for, with one', () => {
    expect(isCounted({}, { fixable: true })).toBe(false);
    expect(isCounted({ fixedIn: '2' }, { fixable: true })).toBe(true);
    expect(isCounted({}, { fixable: false })).toBe(true);
  });

  test.each([
    ['as long ago as the grace', '2026-11-14T12:00:00Z', true],
    ['a moment less long ago', '2026-11-14T12:00:00.001Z', false],
    ['this very moment', '2026-11-21T12:00:00Z', false],
    ['in the future', '2026-11-21T12:00:00.001Z', true],
  ])('or not, where its first advisory came %s: %s', (_when, date, expected) => {
    expect(isCounted({ published: Date.parse(date) }, { grace: '7d' })).toBe(expected);
  });

  test('where nobody dated its advisory, without grace', () => {
    expect(isCounted({}, { grace: '7d' })).toBe(true);
  });

  test('whatever the policy says, where it is known to be exploited', () => {
    const strictest = { severity: 'exploited', fixable: true, grace: '99w' } as const;
    expect(isCounted({ exploited: true, published: NOW.getTime() }, strictest)).toBe(true);
  });
});
