import { describe, expect, test } from '@jest/globals';
import type { CollectedEvidence } from '../../src/evidence/kinds.js';
import { LIFECYCLE_DATE } from '../../src/packages/lifecycle/lifecycle-table.js';
import { snapshotsOf } from '../../src/reports/snapshots.js';
import { makeImage } from '../support/report-maker.js';

const DAY = 24 * 60 * 60 * 1000;
const CATALOG = { date: LIFECYCLE_DATE };
const daysAfter = (days: number) => new Date(Date.parse(LIFECYCLE_DATE) + days * DAY);
const NAMES = ['catalog of publishers', 'end-of-life table'];

function imageWith(root: { readonly date: string }, asOf: string) {
  const roots = [{ name: 'a root', snapshot: { name: 'a root', ...root } }, { name: 'a fresh one' }];
  const signatures = { verified: [], rejected: [], unsupported: [], roots };
  const known = {
    found: [],
    unevaluated: [],
    uncovered: [],
    community: [],
    fixesOnly: [],
    inventoried: 0,
    packages: 0,
    sources: [],
  };
  const exploitedList = { status: 'read', asOf: Date.parse(asOf) } as const;
  const evidence: CollectedEvidence = {
    signatures: { status: 'present', value: signatures, from: 'here' },
    vulnerabilities: { status: 'present', value: { ...known, exploitedList }, from: 'here' },
  };
  return makeImage('registry.example/base', { evidence });
}

describe('the snapshots that a run rests on', () => {
  test('are named with their dates, those of the release in every run', () => {
    expect(snapshotsOf([], CATALOG, daysAfter(0))).toEqual({
      snapshots: NAMES.map((name) => ({ name, date: LIFECYCLE_DATE })),
      notices: [],
    });
  });

  test('are the embedded roots and the lists that were used, too', () => {
    const image = imageWith({ date: '2026-06-12' }, '2026-08-20T09:00:00Z');
    expect(snapshotsOf([image, image], CATALOG, daysAfter(0)).snapshots.slice(2)).toEqual([
      { name: 'a root', date: '2026-06-12' },
      { name: "CISA's list of exploited vulnerabilities", date: '2026-08-20' },
    ]);
  });

  test('are warned of past an age, and not before', () => {
    const image = imageWith({ date: LIFECYCLE_DATE }, LIFECYCLE_DATE);
    const named = (days: number) =>
      snapshotsOf([image], CATALOG, daysAfter(days)).notices.map((notice) => /^The (.*) is of/.exec(notice)?.[1]);
    expect(named(30)).toEqual([]);
    expect(named(31)).toEqual(["CISA's list of exploited vulnerabilities"]);
    expect(named(180)).toHaveLength(1);
    expect(named(181)).toEqual([...NAMES, 'a root', "CISA's list of exploited vulnerabilities"]);
  });
});
