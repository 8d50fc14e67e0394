import { expect, test } from '@jest/globals';
import { parseUntrustedReport } from '../../../src/github/publish/untrusted-report.js';
import { checkJson } from '../../../src/reports/json.js';
import { makeReport, makeUse, makeWaiver } from '../../support/report-maker.js';

const reportOn = (file: string) => {
  const location = { file, line: 1, column: 1, endLine: 1, endColumn: 2 };
  const finding = {
    rule: 'current',
    level: 'warning',
    outcome: 'fail',
    message: 'It is old.',
    fingerprint: 'f',
  } as const;
  const report = makeReport({ findings: [{ ...finding, location }] });
  return parseUntrustedReport([...checkJson(report)].join(''));
};

test.each([
  '../x/Dockerfile',
  'a/../../Dockerfile',
  '/etc/passwd',
  'file:///etc/passwd',
  'https://evil.example/x',
  '..\\x',
  '\\\\host\\x',
])('a report that names the file %s is refused', (file) => {
  expect(reportOn(file)).toMatchObject({ ok: false, error: expect.stringContaining('not a path in a repository') });
});

test.each([
  ['a reference', { uses: [makeUse('node:20', { file: '../x/Dockerfile' })] }],
  ['a waiver', { waivers: [makeWaiver({ at: { file: '/etc/policy.yml', line: 1, column: 1 } })] }],
])('a report whose %s stands outside of the repository is refused', (_what, given) => {
  const parsed = parseUntrustedReport([...checkJson(makeReport(given))].join(''));
  expect(parsed).toMatchObject({ ok: false, error: expect.stringContaining('not a path in a repository') });
});

test.each(['Dockerfile', 'a/b..c/..Dockerfile', 'services/api/Dockerfile.prod', '.github/base-image-gate.yml'])(
  'a report that names the file %s is read',
  (file) => {
    expect(reportOn(file)).toMatchObject({ ok: true, value: { findings: [{ location: { file } }] } });
  },
);
