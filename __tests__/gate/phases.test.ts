import { describe, expect, test } from '@jest/globals';
import { loweredBy } from '../../src/gate/change.js';
import { verdictReason } from '../../src/reports/tally.js';
import { checkText } from '../../src/reports/text/text.js';
import { gateRun } from '../support/gate-run.js';

const DENY = 'deny: [{ image: alpine, reason: replaced }]\nunverified: warn\n';
const files = { Dockerfile: 'FROM alpine:3.20\n' };
const run = (policy: string, day: string) =>
  gateRun({ files, policy: `version: 1\n${policy}`, now: new Date(`${day}T12:00:00Z`) });
const denial = ({ answers }: Awaited<ReturnType<typeof run>>) => answers.find(({ rule }) => rule === 'denied-base');

describe('a rule that is enforced from a day on', () => {
  const policy = `${DENY}rules: { denied-base: { enforce-from: 2027-01-31 } }\n`;

  test('is a warning with that day until then, and an error from it on', async () => {
    const [before, after] = [await run(policy, '2027-01-30'), await run(policy, '2027-01-31')];
    expect(before.verdict).toBe('pass');
    expect(denial(before)).toMatchObject({ level: 'warning', heldBack: true, enforceFrom: '2027-01-31' });
    expect(after.verdict).toBe('fail');
    expect(denial(after)).toMatchObject({ level: 'error', outcome: 'fail' });
    expect(denial(after)).not.toHaveProperty('enforceFrom');
  });

  test('is counted down in the notices, the headline and the text', async () => {
    const report = await run(policy, '2027-01-21');
    expect(report.notices.join()).toMatch(/2027-01-31, in 10 days, .*denied-base/);
    expect(verdictReason(report)).toContain('would block from 2027-01-31 on');
    const text = checkText(report, { color: false, width: 160, source: () => undefined, program: 'base-image-gate' });
    expect(text).toContain('[would block from 2027-01-31 on]');
  });
});

describe('a profile that is enforced from a day on', () => {
  const policy = 'profile: { name: hardened, enforce-from: 2027-01-31, before: baseline }\n';

  test('reports until then what it will block, and blocks what the profile before does', async () => {
    const report = await run(`${DENY}${policy}`, '2027-01-30');
    expect(report.policy.profile).toBe('baseline');
    expect(denial(report)).toMatchObject({ level: 'error' });
    const unlisted = report.answers.filter(({ rule, outcome }) => rule === 'allowed-base' && outcome === 'fail');
    expect(unlisted).toEqual([
      expect.objectContaining({ outcome: 'fail', level: 'warning', heldBack: true, enforceFrom: '2027-01-31' }),
    ]);
  });

  test('blocks all of it from the day on', async () => {
    const report = await run(`${DENY}${policy}`, '2027-01-31');
    expect(report.policy.profile).toBe('hardened');
    expect(report.answers.filter(({ rule, outcome }) => rule === 'allowed-base' && outcome === 'fail')).toEqual([
      expect.objectContaining({ outcome: 'fail', level: 'error' }),
    ]);
    expect(report.notices.filter((notice) => notice.includes('enforces'))).toEqual([]);
  });

  test('counts an image that nobody saw as the profile of the day does', async () => {
    const unseen = { Dockerfile: 'FROM unknown.example/app:1\n' };
    const on = async (day: string) => {
      const now = new Date(`${day}T12:00:00Z`);
      const report = await gateRun({
        files: unseen,
        policy: `version: 1\nallow: [{ image: "unknown.example/**", signed: false, reason: r }]\n${policy}`,
        now,
      });
      return report.answers.find(({ rule }) => rule === 'unverified');
    };
    expect(await on('2027-01-30')).toMatchObject({ level: 'error' });
    expect(await on('2027-01-31')).toMatchObject({ level: 'error' });
  });
});

test.each([
  [undefined, 'aging', 'aging'],
  [undefined, 'off', 'off'],
  [undefined, 'all', 'aging'],
  [true, 'aging', 'all'],
  [true, 'off', 'off'],
  [false, 'aging', 'off'],
  [false, 'all', 'off'],
] as const)('only-new %j of the policy, where the run asks for %s, lowers %s', (onlyNew, asked, lowered) => {
  expect(loweredBy(onlyNew === undefined ? {} : { onlyNew }, asked)).toBe(lowered);
});
