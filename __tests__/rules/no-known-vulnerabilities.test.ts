import { describe, expect, test } from '@jest/globals';
import { present } from '../../src/evidence/evidence.js';
import { optionalField } from '../../src/lib/collections.js';
import { noKnownVulnerabilities } from '../../src/rules/no-known-vulnerabilities.js';
import type { ProfileColumn, RuleResult } from '../../src/rules/rule.js';
import type { KnownVulnerabilities, Vulnerability } from '../../src/vulnerabilities/vulnerabilities.js';
import { evaluateRule, subjectOf } from '../support/image/image-rule-subject.js';
import { makeKnown, makeVulnerability, makeWaiver } from '../support/image/vulnerability-maker.js';

type Options = Parameters<typeof noKnownVulnerabilities.evaluate>[1];

function answers(
  known: KnownVulnerabilities,
  column: ProfileColumn = 'hardened',
  options: Partial<Options> = {},
  waived: readonly string[] = [],
): readonly RuleResult[] {
  const subject = subjectOf({ vulnerabilities: present(known, 'the test') });
  const waiverOf = (id: string) => (waived.includes(id) ? makeWaiver(id) : null);
  return evaluateRule(noKnownVulnerabilities, { ...subject, waiverOf }, column, options);
}

const brief = (results: readonly RuleResult[]): readonly string[] =>
  results.map(({ outcome, aspect, atMost, vulnerabilities = [] }) =>
    [outcome, aspect, atMost, ...vulnerabilities].filter((word) => word !== undefined).join(' '),
  );

const HIGH = makeVulnerability('CVE-2026-0001');
const RATED = { from: 'the test' } as const;
const MEDIUM = makeVulnerability('CVE-2026-0002', { rating: { severity: 'medium', ...RATED } });
const UNRATED = makeVulnerability('CVE-2026-0003', { rating: { severity: 'unknown', ...RATED } });
const { fixedIn: _fix, ...UNFIXED } = makeVulnerability('CVE-2026-0004');
const FRESH = makeVulnerability('CVE-2026-0005', { published: Date.parse('2026-11-18T00:00:00Z') });
const { published: _date, ...UNDATED } = makeVulnerability('CVE-2026-0006');
const EXPLOITED = makeVulnerability('CVE-2026-0007', {
  exploited: true,
  rating: { severity: 'low', ...RATED },
  published: Date.parse('2026-11-20T00:00:00Z'),
});
const FUTURE = makeVulnerability('CVE-2026-0008', { published: Date.parse('2027-01-01T00:00:00Z') });
const ALL = [HIGH, MEDIUM, UNRATED, UNFIXED, FRESH, UNDATED, EXPLOITED, FUTURE];

describe('what counts', () => {
  test.each<[ProfileColumn, readonly string[]]>([
    [
      'baseline',
      [
        'fail CVE-2026-0007 CVE-2026-0001 CVE-2026-0003 CVE-2026-0005 CVE-2026-0006 CVE-2026-0008',
        'fail rest note CVE-2026-0002 CVE-2026-0004',
      ],
    ],
    [
      'hardened',
      [
        'fail CVE-2026-0007 CVE-2026-0001 CVE-2026-0003 CVE-2026-0006 CVE-2026-0008',
        'fail rest warning CVE-2026-0002 CVE-2026-0004 CVE-2026-0005',
      ],
    ],
    [
      'hardened-build',
      [
        'fail CVE-2026-0007',
        'fail rest note CVE-2026-0001 CVE-2026-0002 CVE-2026-0003 CVE-2026-0004 CVE-2026-0005 CVE-2026-0006 CVE-2026-0008',
      ],
    ],
    [
      'strict',
      [
        'fail CVE-2026-0001 CVE-2026-0002 CVE-2026-0003 CVE-2026-0004 CVE-2026-0005 CVE-2026-0006 CVE-2026-0007 CVE-2026-0008',
      ],
    ],
  ])('in the column %s', (column, expected) => {
    const sorted = (line: string) => line.split(' ').sort().join(' ');
    expect(brief(answers(makeKnown(ALL), column)).map(sorted)).toEqual(expected.map(sorted));
  });

  test('the level follows the table of profiles', () => {
    const levels = Object.entries(noKnownVulnerabilities.presets).map(([column, { level }]) => `${column} ${level}`);
    expect(levels).toEqual(['baseline warning', 'hardened error', 'hardened-build warning', 'strict error']);
    expect(noKnownVulnerabilities.ages).toBe(true);
  });

  test('exports are read from a directory that has a name', () => {
    const { options, presets } = noKnownVulnerabilities;
    const takes = (directory: string) => options.safeParse({ ...presets.strict.options, directory }).success;
    expect([takes('feeds/osv'), takes('')]).toEqual([true, false]);
  });

  test('a severity, fixes and grace can be asked for', () => {
    expect(brief(answers(makeKnown([HIGH, MEDIUM]), 'hardened', { severity: 'medium', rest: 'off' }))).toEqual([
      'fail CVE-2026-0001 CVE-2026-0002',
    ]);
    expect(brief(answers(makeKnown([UNFIXED]), 'hardened', { fixable: false }))).toEqual(['fail CVE-2026-0004']);
    expect(brief(answers(makeKnown([FRESH]), 'hardened', { grace: '2d' }))).toEqual(['fail CVE-2026-0005']);
    expect(brief(answers(makeKnown([MEDIUM]), 'hardened', { rest: 'off' }))).toEqual(['pass']);
  });
});

describe('advisories about fixes alone', () => {
  const FIXES = { fixesOnly: ['AlmaLinux:9'] };

  test('let an image pass that has none with a fix, and the pass says so', () => {
    const [result] = answers(makeKnown([], FIXES), 'strict');
    expect(result).toMatchObject({
      outcome: 'pass',
      message: expect.stringMatching(/12 packages .* has a fix/),
    });
    expect(result?.details).toContain('not published: vulnerabilities of AlmaLinux:9 that have no fix yet');
  });

  test('are no answer where the policy requires data about what has none', () => {
    const required = { requireUnfixedData: true };
    expect(brief(answers(makeKnown([], FIXES), 'strict', required))).toEqual(['indeterminate proof']);
    expect(brief(answers(makeKnown([HIGH], FIXES), 'strict', required))).toEqual([
      'fail CVE-2026-0001',
      'indeterminate proof',
    ]);
    expect(brief(answers(makeKnown([]), 'strict', required))).toEqual(['pass']);
  });
});

describe('clean', () => {
  test('is a pass that says how many packages were evaluated and by whom', () => {
    const [result] = answers(makeKnown([], { exploitedList: { status: 'not-needed' } }));
    expect(result).toMatchObject({
      outcome: 'pass',
      message: 'None of its 12 packages has a known vulnerability.',
      details: ['source: OSV API as of 2026-11-20'],
    });
  });

  test.each<[string, Partial<KnownVulnerabilities>, RegExp]>([
    [
      'a package that was not evaluated',
      { unevaluated: [{ what: 'tool 1.0', reason: 'it has no version' }] },
      /tool 1\.0, because it has no version/,
    ],
    [
      'data that is too old',
      { sources: [{ name: 'OSV API', asOf: Date.parse('2026-11-01T00:00:00Z') }] },
      /from 2026-11-01, which is older than 14d/,
    ],
    [
      'data of the future, which would never age',
      { sources: [{ name: 'OSV API', asOf: Date.parse('2099-01-01T00:00:00Z') }] },
      /from 2099-01-01, which is in the future/,
    ],
    [
      'an earlier answer that is too old',
      { sources: [{ name: 'OSV API', asOf: 0, instead: 'the service was answered 503' }] },
      /from 1970-01-01.*503/,
    ],
  ])('is not said with %s', (_, changes, expected) => {
    for (const column of ['baseline', 'hardened', 'hardened-build', 'strict'] as const) {
      const results = answers(makeKnown([], changes), column);
      expect(brief(results)).toEqual(['indeterminate proof']);
      expect(results[0]?.message).toMatch(expected);
      expect(results[0]?.fix).toBeDefined();
    }
  });

  test('a gap does not hide what was found, nor the other way round', () => {
    const gap = { unevaluated: [{ what: 'tool 1.0', reason: 'it has no version' }] };
    expect(brief(answers(makeKnown([HIGH], gap)))).toEqual(['fail CVE-2026-0001', 'indeterminate proof']);
    expect(brief(answers(makeKnown([MEDIUM], gap)))).toEqual([
      'fail rest warning CVE-2026-0002',
      'indeterminate proof',
    ]);
  });

  test('is not said where it hangs on a list of exploited ones that could not be read, or is old', () => {
    const failure = { cause: 'network', message: 'The list was not there.', fix: 'Try again.' } as const;
    const unknown = makeKnown([MEDIUM], { exploitedList: { status: 'unknown', failure } });
    expect(brief(answers(unknown))).toEqual(['fail rest warning CVE-2026-0002', 'indeterminate proof']);
    expect(brief(answers(makeKnown([MEDIUM], { exploitedList: { status: 'read', asOf: 0 } })))).toContain(
      'indeterminate proof',
    );
    // Under "any" each of them counts, exploited or not.
    expect(brief(answers(unknown, 'strict'))).toEqual(['fail CVE-2026-0002']);
  });

  test('what closes the first gap is the fix, and another image where nothing else does', () => {
    const fixOf = (fix?: string) => {
      const gap = { what: 'x', reason: 'y', ...optionalField('fix', fix) };
      return answers(makeKnown([], { unevaluated: [gap] }))[0]?.fix;
    };
    expect(fixOf('Put it there.')).toBe('Put it there.');
    expect(fixOf()).toMatch(/^Use an image whose distribution and packages have advisories/);
  });

  test('evidence that could not be had is indeterminate', () => {
    const unavailable = {
      status: 'unavailable',
      cause: 'offline',
      message: 'It is offline.',
      fix: 'Go online.',
    } as const;
    expect(evaluateRule(noKnownVulnerabilities, subjectOf({ vulnerabilities: unavailable }))).toEqual([
      { outcome: 'indeterminate', message: 'It is offline.', fix: 'Go online.' },
    ]);
    expect(brief(evaluateRule(noKnownVulnerabilities, subjectOf({})))).toEqual(['indeterminate']);
  });

  test('an image without packages passes only as its entry says', () => {
    expect(answers(makeKnown([], { packages: 0, sources: [] }))[0]?.message).toMatch(/no-packages: allow/);
  });
});

describe('exceptions', () => {
  test('what VEX silences does not count, and is shown with who said so', () => {
    const vex = { status: 'not_affected', silences: true, reason: 'doc, signed by acme, says not_affected: inline' };
    const [result] = answers(makeKnown([{ ...HIGH, vex }]));
    expect(result?.outcome).toBe('pass');
    expect(result?.details).toContain('CVE-2026-0001 does not count: doc, signed by acme, says not_affected: inline');
    const loud = { ...vex, silences: false };
    expect(brief(answers(makeKnown([{ ...HIGH, vex: loud }])))).toEqual(['fail CVE-2026-0001']);
  });

  test('a waiver accepts one vulnerability by any of its names, and the answer names it so that it counts as used', () => {
    const known = makeKnown([HIGH, { ...UNDATED, ids: ['CVE-2026-0006', 'GHSA-1'] }]);
    expect(brief(answers(known, 'hardened', {}, ['GHSA-1']))).toEqual(['fail CVE-2026-0001 GHSA-1']);
    const [all] = answers(known, 'hardened', {}, ['GHSA-1', 'CVE-2026-0001']);
    expect(brief(all === undefined ? [] : [all])).toEqual(['pass CVE-2026-0001 GHSA-1']);
    expect(all?.details?.slice(0, 2)).toEqual([
      'CVE-2026-0001 is accepted by @acme/platform until 2027-01-31: the parser is not reachable',
      'CVE-2026-0006 (as GHSA-1) is accepted by @acme/platform until 2027-01-31: the parser is not reachable',
    ]);
  });
});

describe('what is reported', () => {
  test('of a pass: what does not count is not said to be nothing', () => {
    const reasonOf = (found: readonly Vulnerability[], waived: readonly string[] = []) =>
      answers(makeKnown(found), 'hardened', {}, waived)[0]?.message;
    expect(reasonOf([])).toMatch(/12 packages .*vulnerability\.$/);
    expect(reasonOf([MEDIUM])).toMatch(/12 packages .*vulnerability that counts\.$/);
    expect(reasonOf([HIGH], [HIGH.id])).toMatch(/12 packages .*vulnerability that counts\.$/);
    const silent = makeKnown([], { sources: [], exploitedList: { status: 'not-needed' } });
    expect(answers(silent)).toEqual([{ outcome: 'pass', message: expect.any(String) }]);
  });

  test('of the rest: whether something counts besides, and each vulnerability of it once', () => {
    const other = { ...MEDIUM, package: { ...MEDIUM.package, name: 'other' } };
    const [, alone] = answers(makeKnown([MEDIUM, other]));
    expect(alone).toMatchObject({
      aspect: 'rest',
      vulnerabilities: [MEDIUM.id],
      message: expect.stringMatching(/does not count yet or at all\.$/),
      fix: expect.stringContaining('openssl 3.3.2-r0'),
    });
    expect(alone?.details).toHaveLength(2);
    const [counted, beside] = answers(makeKnown([HIGH, MEDIUM]));
    expect(counted?.details?.join()).not.toContain(MEDIUM.id);
    expect(beside?.message).toMatch(/does not count\.$/);
  });

  test('of a publisher’s VEX that could not be looked at, and of those who were asked', () => {
    const known = makeKnown([HIGH], { vexUnknown: 'The registry did not answer.' });
    const [result] = answers(known);
    expect(result?.details?.slice(1)).toEqual([
      'VEX could not be evaluated: The registry did not answer.',
      expect.stringContaining('source: OSV API'),
      expect.stringContaining('exploited'),
    ]);
    expect(answers(makeKnown([HIGH]))[0]?.details?.join()).not.toContain('VEX');
  });

  test('is grouped by package and fix, worst first, one line each', () => {
    const other = { ...HIGH.package, name: 'libssl3', source: 'openssl' };
    const [result] = answers(
      makeKnown([
        { ...UNDATED, package: { ...HIGH.package, name: 'busybox', version: '1.36.1-r0' }, fixedIn: '1.36.1-r5' },
        HIGH,
        { ...HIGH, package: other },
        { ...EXPLOITED, possible: true },
      ]),
    );
    expect(result?.message).toMatch(/3 known vulnerabilities in libssl3 3\.3\.1-r0 and busybox 1\.36\.1-r0/);
    expect(result?.details?.slice(0, 2)).toEqual([
      'libssl3 and openssl 3.3.1-r0, fixed in 3.3.2-r0: CVE-2026-0007 (low, known to be exploited, possibly: it is reported of what the package was built from) and CVE-2026-0001 (high)',
      'busybox 1.36.1-r0, fixed in 1.36.1-r5: CVE-2026-0006 (high)',
    ]);
  });

  test('a package is one line: the version that fixes all that is fixed, and what is not', () => {
    const many = Array.from({ length: 9 }, (_, index) =>
      makeVulnerability(`CVE-2026-010${index}`, { fixedIn: `3.3.${index + 2}-r0` }),
    );
    const { fixedIn: _none, ...never } = makeVulnerability('CVE-2026-0200');
    const [result] = answers(makeKnown([...many, never]), 'strict');
    expect(result?.details?.[0]).toBe(
      'openssl 3.3.1-r0, fixed in 3.3.10-r0: CVE-2026-0100 (high), CVE-2026-0101 (high), CVE-2026-0102 (high), CVE-2026-0103 (high), CVE-2026-0104 (high), CVE-2026-0105 (high) and 3 more; no fix known: CVE-2026-0200 (high)',
    );
    expect(result?.vulnerabilities).toHaveLength(10);
    expect(result?.fix).toMatch(/openssl 3\.3\.10-r0 or newer\. .*CVE-2026-0200 in openssl: .*waiver/);
  });

  test('a vulnerability that one package of an origin has no fix for is not said to be fixed', () => {
    const { fixedIn: _none, ...never } = makeVulnerability('CVE-2026-0001');
    const other = { ...HIGH.package, name: 'libssl3', source: 'openssl' };
    const [result] = answers(makeKnown([HIGH, { ...never, package: other }]), 'strict');
    expect(result?.details?.[0]).toBe('libssl3 and openssl 3.3.1-r0, no fix known: CVE-2026-0001 (high)');
  });

  test('the fix is the versions, or that there is none', () => {
    expect(answers(makeKnown([HIGH]))[0]?.fix).toBe('Use an image that has openssl 3.3.2-r0 or newer.');
    expect(answers(makeKnown([UNFIXED]), 'strict')[0]?.fix).toMatch(/^No fix is known: /);
    const { fixedIn: _none, ...never } = makeVulnerability('CVE-2026-0009');
    expect(answers(makeKnown([HIGH, UNFIXED, never]), 'strict')[0]?.fix).toMatch(
      /openssl 3\.3\.2-r0 or newer\. .*CVE-2026-0004 in openssl and CVE-2026-0009 in openssl: .*waiver/,
    );
  });
});
