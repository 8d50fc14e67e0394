import { describe, expect, test } from '@jest/globals';
import { type Evidence, present } from '../../../src/evidence/evidence.js';
import { optionalField } from '../../../src/lib/collections.js';
import type { NewerImage } from '../../../src/rules/rule.js';
import { fix } from '../../../src/rules/vulnerabilities/fix.js';
import type { KnownVulnerabilities, Vulnerability } from '../../../src/vulnerabilities/vulnerabilities.js';
import { subjectOf } from '../../support/image/image-rule-subject.js';
import { makeKnown, makeVulnerability, makeWaiver } from '../../support/image/vulnerability-maker.js';

const HARDENED = { severity: 'high', unrated: 'high', fixable: true, grace: '7d', maxAge: '14d' } as const;
const ONE = makeVulnerability('CVE-2026-0001');
const TWO = makeVulnerability('CVE-2026-0002', { package: { ...ONE.package, name: 'zlib' }, fixedIn: '1.3.2-r0' });
const { fixedIn: _fix, ...UNFIXED } = makeVulnerability('CVE-2026-0004');

function fixOf(found: readonly Vulnerability[], newer?: NewerImage, waived: readonly string[] = []): string {
  const waiverOf = (id: string) => (waived.includes(id) ? makeWaiver(id) : null);
  const subject = { ...subjectOf({}), waiverOf, ...optionalField('newer', newer) };
  return fix(found, subject, HARDENED);
}

/** What the tag names today, as its evidence shows. */
function today(vulnerabilities: Evidence<KnownVulnerabilities>): NewerImage {
  return { kind: 'image', tag: '1', digest: 'sha256:new', evidence: { vulnerabilities } };
}
const having = (found: readonly Vulnerability[], changes: Partial<KnownVulnerabilities> = {}): NewerImage =>
  today(present(makeKnown(found, changes), 'the test'));

describe('the versions to look for', () => {
  const inPackage = (index: number) =>
    makeVulnerability(`CVE-2026-10${index}`, {
      package: { ...ONE.package, name: `package${index}` },
      fixedIn: `${index}.0`,
    });

  test('are named of three packages, and the others counted', () => {
    const three = [1, 2, 3].map(inPackage);
    expect(fixOf(three)).toContain('package1 1.0, package2 2.0, package3 3.0');
    expect(fixOf([...three, inPackage(4), inPackage(5)])).toContain('package3 3.0 or newer, and 2 more.');
  });

  test('are not named of what no version fixes', () => {
    expect(fixOf([UNFIXED])).toMatch(/^No fix is known: /);
    expect(fixOf([ONE, UNFIXED])).toMatch(/openssl 3\.3\.2-r0 or newer\. No fix is known for CVE-2026-0004 in openssl/);
    expect(fixOf([ONE])).not.toContain('No fix');
  });
});

describe('what the tag names today', () => {
  test('is reported with why it was not looked at, and with the versions all the same', () => {
    const unchecked = { kind: 'unchecked', tag: '1', reason: 'Nobody signed it.' } as const;
    expect(fixOf([ONE], { ...unchecked, digest: 'sha256:new' })).toMatch(
      /tag 1 .*sha256:new .*not checked: Nobody signed it\. .*openssl 3\.3\.2-r0/,
    );
    expect(fixOf([ONE], unchecked)).toContain('points to another image today');
  });

  test('fixes what it does not have, whatever else it has that does not count', () => {
    expect(fixOf([ONE], having([]))).toBe('Use sha256:new (tag 1 today), which does not have it.');
    expect(fixOf([ONE, TWO], having([UNFIXED]))).toBe('Use sha256:new (tag 1 today), which has none of these.');
  });

  test('fixes nothing that it has by another name', () => {
    const renamed = { ...ONE, id: 'GHSA-1', ids: ['GHSA-1', ONE.id] };
    expect(fixOf([ONE], having([renamed]))).toMatch(/^sha256:new \(tag 1 today\) has it too\. Use an image/);
  });

  test('fixes nothing of which it has but one of several names', () => {
    const known = { ...ONE, ids: [ONE.id, 'GHSA-1'] };
    const there = { ...ONE, id: 'GHSA-1', ids: ['GHSA-1'] };
    const vex = { status: 'not_affected', silences: true, reason: 'doc' };
    expect(fixOf([known], having([there]))).toContain('has it too');
    expect(fixOf([known], having([{ ...there, vex }]))).toContain('VEX silences CVE-2026-0001');
  });

  test('is reported with how many of several it still has, and with which, unless it has all', () => {
    const some = fixOf([ONE, TWO], having([TWO]));
    expect(some).toContain('still has 1 of these 2 (CVE-2026-0002).');
    expect(some).toContain('zlib 1.3.2-r0');
    expect(some).not.toContain('openssl');
    expect(fixOf([ONE, TWO], having([ONE, TWO]))).toContain('still has all of these 2.');
  });

  test('is reported with every package that a vulnerability is left in', () => {
    const twice = { ...ONE, package: { ...ONE.package, name: 'other' }, fixedIn: '9.9' };
    expect(fixOf([ONE, twice], having([ONE]))).toMatch(/has it too\. Use an image that has openssl .*, other 9\.9/);
    expect(fixOf([ONE, twice, TWO], having([ONE]))).toContain('still has 1 of these 2 (CVE-2026-0001).');
  });

  test('is no fix without what it brings', () => {
    expect(fixOf([ONE], having([TWO]))).toMatch(/^In place of it .* in which another counts: CVE-2026-0002\.$/);
    const more = makeVulnerability('CVE-2026-0003');
    expect(fixOf([ONE], having([TWO, more]))).toContain('2 others count: CVE-2026-0002 and CVE-2026-0003');
    expect(fixOf([ONE], having([TWO]), [TWO.id])).toMatch(/^Use /);
  });

  test('has what VEX silences there, and it is said who silences it', () => {
    const silenced = (one: Vulnerability) => ({
      ...one,
      vex: { status: 'not_affected', silences: true, reason: 'doc' },
    });
    expect(fixOf([ONE], having([silenced(ONE)]))).toMatch(/^Use .* it does not count.* VEX silences CVE-2026-0001\.$/);
    expect(fixOf([ONE, TWO], having([silenced(ONE)]))).toMatch(/none of these counts.* VEX silences CVE-2026-0001\.$/);
  });

  test('is never said to fix where it is not known whole', () => {
    const offline = { status: 'unavailable', cause: 'offline', message: 'It is offline.', fix: 'r' } as const;
    const gap = { unevaluated: [{ what: 'tool', reason: 'it has no version' }] };
    const uncollected: NewerImage = { kind: 'image', tag: '1', digest: 'sha256:new', evidence: {} };
    for (const newer of [today(offline), having([], gap), uncollected]) {
      expect(fixOf([ONE], newer)).toMatch(/^Whether sha256:new .* is not known: .*openssl 3\.3\.2-r0 or newer\.$/);
    }
    expect(fixOf([ONE], today(offline))).toContain('It is offline.');
    expect(fixOf([ONE], having([], gap))).toContain('it has no version');
    expect(fixOf([ONE], uncollected)).toContain('No vulnerability data was collected.');
  });
});
