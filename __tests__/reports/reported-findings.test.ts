import { describe, expect, test } from '@jest/globals';
import type { Finding } from '../../src/reports/report.js';
import { reportedFindings } from '../../src/reports/reported-findings.js';
import { NO_ANSWER } from '../support/report-maker.js';

const WARNING: Finding = { ...NO_ANSWER, rule: 'fresh', level: 'warning' };
const NOTE: Finding = { ...NO_ANSWER, rule: 'current', level: 'note' };

function reported(...findings: Finding[]): readonly Finding[] {
  return reportedFindings({ findings });
}

describe('a reader is reported', () => {
  test('once what could not be answered at a place for one reason, at its highest level', () => {
    const second = { ...NO_ANSWER, rule: 'sbom-attested' };
    expect(reported(NOTE, WARNING, NO_ANSWER, second)).toEqual([NO_ANSWER, second]);
    expect(reported(NOTE, WARNING)).toEqual([WARNING]);
  });

  test.each([
    ['place', { location: { ...NO_ANSWER.location, line: 7 } }],
    ['platform', { platforms: ['linux/arm64'] }],
    ['reason', { message: 'another' }],
    ['fix', { fix: 'another' }],
  ])('of another %s all the same', (_, other) => {
    const warning = { ...WARNING, ...other };
    expect(reported(NO_ANSWER, warning)).toEqual([NO_ANSWER, warning]);
  });

  test('of what failed, whatever else is said there', () => {
    const failed: Finding = { ...WARNING, outcome: 'fail' };
    expect(reported(NO_ANSWER, failed)).toEqual([NO_ANSWER, failed]);
  });

  test('nothing that a waiver covers, and what it covers hides nothing', () => {
    expect(reported({ ...NO_ANSWER, waiver: 0 }, WARNING)).toEqual([WARNING]);
  });
});
