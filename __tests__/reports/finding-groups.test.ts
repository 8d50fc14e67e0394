import { describe, expect, test } from '@jest/globals';
import { groupFindings } from '../../src/reports/finding-groups.js';
import { NO_ANSWER } from '../support/report-maker.js';

describe('findings are reported together', () => {
  test('where one cause leaves several rules open, with every rule and each place once', () => {
    const elsewhere = { ...NO_ANSWER, location: { ...NO_ANSWER.location, line: 7, endLine: 7 } };
    const [group, ...more] = groupFindings([NO_ANSWER, { ...NO_ANSWER, rule: 'sbom-attested' }, elsewhere]);
    expect(more).toEqual([]);
    expect(group?.rules).toEqual(['signature-verified', 'sbom-attested']);
    expect(group?.places).toEqual([NO_ANSWER, elsewhere]);
    expect(group?.all).toHaveLength(3);
  });

  test('but not where they differ in level or fix', () => {
    const warning = { ...NO_ANSWER, rule: 'fresh', level: 'warning' } as const;
    const other = { ...NO_ANSWER, rule: 'sbom-attested', fix: 'Give a login.' };
    expect(groupFindings([NO_ANSWER, warning, other])).toHaveLength(3);
  });

  test('and where one cause fails several rules, but not where their details differ', () => {
    const failed = { ...NO_ANSWER, outcome: 'fail' } as const;
    expect(groupFindings([failed, { ...failed, rule: 'fresh' }])).toHaveLength(1);
    expect(groupFindings([failed, { ...failed, rule: 'fresh', details: ['another'] }])).toHaveLength(2);
    expect(groupFindings([failed, NO_ANSWER])).toHaveLength(2);
  });
});
