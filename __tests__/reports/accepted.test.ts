import { expect, test } from '@jest/globals';
import type { EvaluatedWaiver } from '../../src/policy/waivers.js';
import { acceptedVulnerabilities } from '../../src/reports/accepted.js';
import type { Answer } from '../../src/rules/answer.js';

const rule = 'no-known-vulnerabilities';
const waiver = (vulnerability: string): EvaluatedWaiver => ({
  rule,
  vulnerability,
  reason: 'r',
  owner: 'o',
  expires: '2026-12-31',
  covers: 'fail',
  state: 'used',
});
const answer: Answer = {
  rule,
  outcome: 'pass',
  level: 'error',
  message: 'm',
  location: { file: 'Dockerfile', line: 1, column: 1, endLine: 1, endColumn: 2 },
};

test('a vulnerability that a waiver accepts in a passing answer is named, and one that none speaks of is not', () => {
  const waivers = [waiver('CVE-2026-0001'), waiver('CVE-2026-0002')];
  const named = acceptedVulnerabilities({ answers: [{ ...answer, accepts: [1] }], waivers });
  expect(named.map(({ vulnerability }) => vulnerability)).toEqual(['CVE-2026-0002']);
});
