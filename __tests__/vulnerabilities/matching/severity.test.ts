import { describe, expect, test } from '@jest/globals';
import { type Rating, rate, worse } from '../../../src/vulnerabilities/matching/severity.js';
import { readOsvRecord } from '../../../src/vulnerabilities/sources/osv-record.js';

/** What a record and its one entry say of severity. */
function rated(record: object, entry: object = {}): Rating {
  const read = readOsvRecord({ id: 'A', modified: '2026-01-01T00:00:00Z', ...record, affected: [entry] });
  if (!read.ok) throw new Error(read.error);
  return rate(read.value, read.value.affected[0] ?? null);
}

const vectors = (...all: readonly (readonly [type: string, score: string])[]) => ({
  severity: all.map(([type, score]) => ({ type, score })),
});

// Scores as FIRST's calculators give them: https://www.first.org/cvss/calculator/
const V4_9_3 = ['CVSS_V4', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N'] as const;
const V4_LOW = ['CVSS_V4', 'CVSS:4.0/AV:L/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N'] as const;
const V31_9_8 = ['CVSS_V3', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'] as const;
const V30_7_5 = ['CVSS_V3', 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H'] as const;
const V31_0 = ['CVSS_V3', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N'] as const;
const V2_7_5 = ['CVSS_V2', 'AV:N/AC:L/Au:N/C:P/I:P/A:P'] as const;
const V2_4_3 = ['CVSS_V2', 'AV:N/AC:M/Au:N/C:N/I:P/A:N'] as const;

describe('vectors', () => {
  test.each([
    ['version 4', V4_9_3, 'critical', 9.3],
    ['version 3.1', V31_9_8, 'critical', 9.8],
    ['version 3.0', V30_7_5, 'high', 7.5],
    ['version 2', V2_7_5, 'high', 7.5],
    ['version 2, medium', V2_4_3, 'medium', 4.3],
    ['version 3.1 without any impact', V31_0, 'none', 0],
  ] as const)('rate %s', (_name, vector, severity, score) => {
    expect(rated(vectors(vector))).toEqual({ severity, score, from: vector[1] });
  });

  test('the newest version counts, in whatever order they stand', () => {
    expect(rated(vectors(V2_7_5, V31_9_8, V4_LOW)).from).toBe(V4_LOW[1]);
    expect(rated(vectors(V2_7_5, V30_7_5)).from).toBe(V30_7_5[1]);
  });

  test('of the entry count before those of the record', () => {
    expect(rated(vectors(V31_9_8), vectors(V30_7_5)).severity).toBe('high');
  });

  test.each([
    ['CVSS_V3', 'CVSS:3.1/rubbish'],
    ['CVSS_V3', ''],
    ['CVSS_V4', `CVSS:4.0/${'AV:N/'.repeat(200)}`],
    ['CVSS_V3', 'CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
    ['SSVC', 'act'],
    ['CVSS_V3', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H'],
    ['CVSS_V2', 'AV:N/AC:L/Au:N/C:P/I:P'],
    ['CVSS_V4', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N'],
  ])('one that lacks a metric or cannot be read counts as none, not as harmless: %s %j', (type, score) => {
    expect(rated(vectors([type, score])).severity).toBe('unknown');
    expect(rated({ ...vectors([type, score]), database_specific: { severity: 'LOW' } }).severity).toBe('low');
  });
});

describe('the distribution’s word', () => {
  test.each([
    ['not yet assigned', 'unknown'],
    ['end-of-life', 'unknown'],
    ['unimportant', 'low'],
    ['low', 'low'],
    ['medium**', 'medium'],
    ['high', 'high'],
  ])('reads the urgency of Debian %j', (urgency, severity) => {
    expect(rated({}, { ecosystem_specific: { urgency } }).severity).toBe(severity);
  });

  test.each([
    ['negligible', 'low'],
    ['low', 'low'],
    ['medium', 'medium'],
    ['high', 'high'],
    ['critical', 'critical'],
    ['untriaged', 'unknown'],
  ])('reads the priority of Ubuntu %j', (priority, severity) => {
    expect(rated(vectors(['Ubuntu', priority])).severity).toBe(severity);
  });

  test('counts where no vector does, and before the database’s', () => {
    const word = { database_specific: { severity: 'CRITICAL' } };
    expect(rated({ ...vectors(V30_7_5), ...word }, { ecosystem_specific: { urgency: 'low' } }).severity).toBe('high');
    expect(rated(word, { ecosystem_specific: { urgency: 'low' } }).severity).toBe('low');
    expect(rated(word).severity).toBe('critical');
  });
});

test('of two ratings the worse counts, and any before one that is unknown', () => {
  const unknown: Rating = { severity: 'unknown', from: 'nobody' };
  const none: Rating = { severity: 'none', score: 0, from: 'x' };
  const high: Rating = { severity: 'high', score: 7, from: 'x' };
  const higher: Rating = { severity: 'high', score: 8.9, from: 'x' };
  for (const [a, b, wanted] of [
    [unknown, none, none],
    [high, higher, higher],
    [none, high, high],
  ] as const) {
    expect(worse(a, b)).toBe(wanted);
    expect(worse(b, a)).toBe(wanted);
  }
});
