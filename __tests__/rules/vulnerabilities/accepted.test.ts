import { expect, test } from '@jest/globals';
import { sortAccepted } from '../../../src/rules/vulnerabilities/accepted.js';
import { makeVulnerability, makeWaiver } from '../../support/image/vulnerability-maker.js';

const ONE = makeVulnerability('CVE-2026-0001');
const ALIASED = { ...makeVulnerability('CVE-2026-0002'), ids: ['CVE-2026-0002', 'GHSA-1', 'GHSA-2'] };
const VEX = { status: 'not_affected', silences: true, reason: 'inline mitigations' };
const elsewhere = (one: typeof ONE) => ({ ...one, package: { ...one.package, name: 'other' } });

const sorted = (found: readonly (typeof ONE)[], ...waived: readonly string[]) =>
  sortAccepted(found, { waiverOf: (id) => (waived.includes(id) ? makeWaiver(id) : null) });

test('what nobody excuses is open', () => {
  const loud = { ...ONE, vex: { ...VEX, silences: false } };
  expect(sorted([loud, ALIASED])).toEqual({ open: [loud, ALIASED], acceptedIds: [], lines: [] });
});

test('what VEX silences needs no waiver and uses none, and is reported once', () => {
  const silenced = { ...ONE, vex: VEX };
  expect(sorted([silenced, elsewhere(silenced)], ONE.id)).toEqual({
    open: [],
    acceptedIds: [],
    lines: [expect.stringMatching(/^CVE-2026-0001 .*: inline mitigations$/)],
  });
});

test('a waiver accepts a vulnerability in every package, by the first of its names that a waiver says', () => {
  const { open, acceptedIds, lines } = sorted([ALIASED, elsewhere(ALIASED), ONE], 'GHSA-2', 'GHSA-1');
  expect(open).toEqual([ONE]);
  expect(acceptedIds).toEqual(['GHSA-1']);
  expect(lines).toEqual([expect.stringMatching(/^CVE-2026-0002 \(as GHSA-1\) .*@acme\/platform until 2027-01-31: /)]);
});

test('a waiver by its own name needs no other', () => {
  const { acceptedIds, lines } = sorted([ONE], ONE.id);
  expect(acceptedIds).toEqual([ONE.id]);
  expect(lines).toEqual([expect.stringMatching(/^CVE-2026-0001 is accepted by /)]);
});
