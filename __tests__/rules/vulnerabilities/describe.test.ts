import { describe, expect, test } from '@jest/globals';
import { distinct, groups, sourcesLine, summary } from '../../../src/rules/vulnerabilities/describe.js';
import { groupLine } from '../../../src/rules/vulnerabilities/vulnerability-group.js';
import type { Severity } from '../../../src/vulnerabilities/matching/severity.js';
import type { Vulnerability } from '../../../src/vulnerabilities/vulnerabilities.js';
import { makeKnown, makeVulnerability } from '../../support/image/vulnerability-maker.js';

const ONE = makeVulnerability('CVE-2026-0001');
const rated = (id: string, severity: Severity, changes: Partial<Vulnerability> = {}) =>
  makeVulnerability(id, { rating: { severity, from: 'the test' }, ...changes });
const inPackage = (one: Vulnerability, changes: Partial<Vulnerability['package']>): Vulnerability => ({
  ...one,
  package: { ...one.package, ...changes },
});

describe('one line a package', () => {
  test('groups one origin, version and ecosystem', () => {
    const lines = groups([
      ONE,
      inPackage(ONE, { name: 'libssl3', source: 'openssl' }),
      inPackage(ONE, { version: '3.3.0-r0' }),
      inPackage(ONE, { ecosystem: 'npm' }),
    ]).map(({ packages, version }) => `${packages.join(' ')} ${version}`);
    expect(lines).toEqual(['libssl3 openssl 3.3.1-r0', 'openssl 3.3.0-r0', 'openssl 3.3.1-r0']);
  });

  test('puts the worst first, and in a package too: exploited, then by severity, those that nobody rated after high', () => {
    const severities = ['unknown', 'none', 'low', 'medium', 'high', 'critical'] as const;
    const each = severities.map((severity) => rated(`CVE-${severity}`, severity));
    const all = [...each, rated('CVE-exploited', 'none', { exploited: true })];
    const order = 'exploited critical high unknown medium low none'.split(' ').map((word) => `CVE-${word}`);
    expect(groups(all)[0]?.fixed.map(({ id }) => id)).toEqual(order);
    const apart = groups(all.map((one) => inPackage(one, { name: one.id })));
    expect(apart.map(({ packages }) => packages[0])).toEqual(order);
  });

  test('is ranked by the worst in it, fixed or not', () => {
    const { fixedIn: _none, ...unfixed } = inPackage(rated('CVE-2', 'critical'), { name: 'other' });
    const milder = inPackage(rated('CVE-3', 'low'), { name: 'other' });
    expect(groups([ONE, unfixed, milder]).map(({ packages }) => packages[0])).toEqual(['other', 'openssl']);
  });

  test('with the highest of the versions that fix, whatever order they come in', () => {
    const fixes = ['3.3.9-r0', '3.3.10-r0', '3.3.2-r0'].map((fixedIn, index) =>
      makeVulnerability(`CVE-2026-000${index}`, { fixedIn }),
    );
    expect(groups(fixes)[0]?.fixedIn).toBe('3.3.10-r0');
    expect(groups([...fixes].reverse())[0]?.fixedIn).toBe('3.3.10-r0');
    const { fixedIn: _none, ...unfixed } = ONE;
    expect(groups([unfixed])[0]).not.toHaveProperty('fixedIn');
    const fixedElsewhere = inPackage(ONE, { name: 'libssl3', source: 'openssl' });
    expect(groups([fixedElsewhere, unfixed])[0]).not.toHaveProperty('fixedIn');
  });

  test('in words: what is fixed, what is not, and of whom it is only possible', () => {
    const { fixedIn: _none, ...unfixed } = rated('CVE-2026-0002', 'unknown');
    const [both] = groups([rated('CVE-2026-0001', 'low', { exploited: true, possible: true }), unfixed]);
    expect(both === undefined ? '' : groupLine(both)).toMatch(
      /^openssl 3\.3\.1-r0, fixed in 3\.3\.2-r0: CVE-2026-0001 \(low, known to be exploited, possibly.*\); no fix known: CVE-2026-0002 \(of unknown severity\)$/,
    );
    const [open] = groups([unfixed]);
    expect(open === undefined ? '' : groupLine(open)).not.toContain('fixed');
    const [fixed] = groups([ONE]);
    expect(fixed === undefined ? '' : groupLine(fixed)).toMatch(/: CVE-2026-0001 \(high\)$/);
  });

  test('with six names at most, and five packages', () => {
    const of = (count: number) => Array.from({ length: count }, (_, index) => makeVulnerability(`CVE-${index}`));
    const lineOf = (found: readonly Vulnerability[]) => groups(found).map(groupLine).join('\n');
    expect(lineOf(of(6))).not.toContain('more');
    expect(lineOf(of(8))).toMatch(/CVE-5 \(high\) and 2 more$/);
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => inPackage(ONE, { name, source: 'a' }));
    expect(lineOf(names)).toMatch(/^a, b, c, d, e and 2 more 3\.3\.1-r0, /);
  });
});

describe('a vulnerability that several packages have', () => {
  test('is one, rated as the worst of them, and possible where all are', () => {
    const low = rated(ONE.id, 'low', { possible: true });
    for (const found of [
      [ONE, low],
      [low, ONE],
    ]) {
      expect(distinct(found)).toMatchObject([{ id: ONE.id, rating: { severity: 'high' }, possible: false }]);
    }
    expect(distinct([low, low])).toMatchObject([{ possible: true }]);
  });

  test('is counted once, and each package named once', () => {
    expect(summary([ONE, inPackage(ONE, { name: 'zlib' })])).toBe(
      '1 known vulnerability in openssl 3.3.1-r0 and zlib 3.3.1-r0',
    );
    const elsewhere = inPackage(makeVulnerability('CVE-2026-0002'), { ecosystem: 'npm' });
    expect(summary([ONE, elsewhere])).toBe('2 known vulnerabilities in openssl 3.3.1-r0');
  });
});

test('who was asked is reported with the day, and with why an earlier answer stands in', () => {
  const day = Date.parse('2026-11-20T00:00:00Z');
  const sources = [{ name: 'a' }, { name: 'b', asOf: day }, { name: 'c', asOf: day, instead: 'it was down' }];
  const known = makeKnown([], { sources });
  const [a, b, c, exploited, ...others] = sourcesLine(known);
  expect([a, b]).toEqual(['source: a', 'source: b as of 2026-11-20']);
  expect(c).toMatch(/^source: c as of 2026-11-20, .*it was down$/);
  expect(exploited).toMatch(/exploited vulnerabilities as of 2026-11-20$/);
  expect(others).toEqual([]);
  expect(sourcesLine({ ...known, exploitedList: { status: 'not-needed' } })).toHaveLength(3);
});
