import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { renderComment } from '../../src/reports/markdown/comment.js';
import { renderSummary } from '../../src/reports/markdown/summary.js';
import { checkText } from '../../src/reports/text/text.js';
import {
  answersOf,
  closeFakePublishers,
  type FakePublisher,
  startFakePublisher,
} from '../support/github/fake-publisher.js';
import { HIGH, LOW, type MadeRecord, osvRecord } from '../support/registry/osv-server.js';

const OPENSSL = { ecosystem: 'Alpine:v3.22', name: 'openssl' };
const FIXED = { ...OPENSSL, fixed: '3.3.2-r0' };
const ID = 'ALPINE-CVE-2026-0001';

let fake: FakePublisher;
beforeEach(async () => {
  fake = await startFakePublisher();
});
afterEach(closeFakePublishers);

async function evaluated(records: readonly MadeRecord[], lines: readonly string[], exploited: readonly string[] = []) {
  const digest = await fake.publish('1', [['openssl', '3.3.1-r0']]);
  const report = await fake.evaluate(`base:1@${digest}`, records, { lines, exploited });
  const answers = answersOf(report, 'no-known-vulnerabilities').map(({ outcome, level, aspect = 'counted' }) =>
    outcome === 'pass' ? 'pass' : `${outcome} ${level} ${aspect}`,
  );
  return { report, answers };
}

const counted = ['fail error counted'];
const notCounted = ['pass', 'fail warning rest'];

describe('what counts, from the record to the answer', () => {
  test.each<[string, string, MadeRecord, readonly string[]]>([
    ['any, in strict', 'strict', osvRecord(ID, [FIXED], { severity: [LOW] }), counted],
    ['unknown severity, in strict', 'strict', osvRecord(ID, [FIXED], { severity: null }), counted],
    [
      "a vector that can't be read, in strict",
      'strict',
      osvRecord(ID, [FIXED], { severity: [{ type: 'CVSS_V3', score: 'x' }] }),
      counted,
    ],
    ['no fix, in strict', 'strict', osvRecord(ID, [OPENSSL]), counted],
    ['high and fixable, in hardened', 'hardened', osvRecord(ID, [FIXED], { severity: [HIGH] }), counted],
    ['unknown severity, in hardened', 'hardened', osvRecord(ID, [FIXED], { severity: null }), counted],
    ['no fix, in hardened', 'hardened', osvRecord(ID, [OPENSSL]), notCounted],
    [
      'fixed in another release alone, in hardened',
      'hardened',
      osvRecord(ID, [OPENSSL, { ...FIXED, ecosystem: 'Alpine:v3.23' }]),
      notCounted,
    ],
    [
      'fixed in another ecosystem alone, in hardened',
      'hardened',
      osvRecord(ID, [OPENSSL, { ...FIXED, ecosystem: 'npm' }]),
      notCounted,
    ],
    [
      'published six days ago, in hardened',
      'hardened',
      osvRecord(ID, [FIXED], { published: '2026-11-15T00:00:00Z' }),
      notCounted,
    ],
    [
      'published seven days ago, in hardened',
      'hardened',
      osvRecord(ID, [FIXED], { published: '2026-11-14T00:00:00Z' }),
      counted,
    ],
    [
      'published in the future, in hardened',
      'hardened',
      osvRecord(ID, [FIXED], { published: '2099-01-01T00:00:00Z' }),
      counted,
    ],
    ['published on no day, in hardened', 'hardened', osvRecord(ID, [FIXED], { published: 'yesterday' }), counted],
  ])('%s', async (_name, profile, record, expected) => {
    expect((await evaluated([record], [`profile: ${profile}`])).answers).toEqual(expected);
  });

  test('known to be exploited, whatever else is said of it', async () => {
    const record = osvRecord(ID, [OPENSSL], { severity: [LOW], published: '2026-11-20T00:00:00Z' });
    expect((await evaluated([record], ['profile: hardened'], ['CVE-2026-0001'])).answers).toEqual(counted);
  });

  test('a record that says no date has no grace', async () => {
    const { published: _date, ...record } = osvRecord(ID, [FIXED]);
    expect((await evaluated([record], ['profile: hardened'])).answers).toEqual(counted);
  });
});

describe('waivers of one vulnerability', () => {
  const record = osvRecord(ID, [FIXED], { aliases: ['GHSA-aaaa-bbbb-cccc'] });
  const waiver = (vulnerability: string, rule = 'no-known-vulnerabilities') =>
    `{ rule: ${rule}, vulnerability: ${vulnerability}, reason: not reachable, owner: "@acme/platform", expires: 2026-12-31 }`;

  test.each(['CVE-2026-0001', 'GHSA-aaaa-bbbb-cccc', ID])('by the name %s', async (name) => {
    const { report, answers } = await evaluated([record], ['profile: hardened', `waivers: [${waiver(name)}]`]);
    expect(answers).toEqual(['pass']);
    expect(report.waivers.map(({ state }) => state)).toEqual(['used']);
    const alias = name === 'CVE-2026-0001' ? '' : ` (as ${name})`;
    expect(answersOf(report, 'no-known-vulnerabilities')[0]?.details).toContain(
      `CVE-2026-0001${alias} is accepted by @acme/platform until 2026-12-31: not reachable`,
    );
  });

  test('cover what a change brings where they name that rule, and nothing where they name another', async () => {
    const before = await fake.publish('1', [['openssl', '3.3.2-r0']]);
    const after = await fake.publish('1', [['openssl', '3.3.1-r0']]);
    const { uses } = await fake.evaluate(`base:1@${before}`, [record]);
    const change = { changedFiles: ['Dockerfile'], baseUses: uses, onlyNew: 'aging' } as const;
    for (const [rule, outcome, state] of [
      ['no-new-vulnerabilities', 'pass', 'used'],
      ['no-known-vulnerabilities', 'fail', 'used'],
    ] as const) {
      const lines = [
        'profile: hardened',
        'rules: { no-new-vulnerabilities: error }',
        `waivers: [${waiver('GHSA-aaaa-bbbb-cccc', rule)}]`,
      ];
      const report = await fake.evaluate(`base:1@${after}`, [record], { lines, change });
      expect(answersOf(report, 'no-new-vulnerabilities').map((answer) => answer.outcome)).toEqual([outcome]);
      expect(report.waivers.map((one) => one.state)).toEqual([state]);
    }
  });
});

describe('an image of the base ref that may not be opened', () => {
  const lines = ['profile: hardened', 'rules: { no-new-vulnerabilities: error }'];
  const record = osvRecord(ID, [FIXED]);

  test.each([
    ['excuses nothing', '3.3.1-r0', 'indeterminate', 'fails signature-verified and is not opened'],
    ['keeps nobody from replacing it', '3.3.2-r0', 'pass', 'no matter which the replaced image has'],
  ])('%s', async (_what, version, outcome, reason) => {
    const before = await fake.publish(
      '1',
      [
        ['openssl', '3.3.1-r0'],
        ['old', '1-r0'],
      ],
      { signer: null },
    );
    const after = await fake.publish('1', [['openssl', version]]);
    const { uses } = await fake.evaluate(`base:1@${before}`, [record]);
    const change = { changedFiles: ['Dockerfile'], baseUses: uses, onlyNew: 'aging' } as const;
    const report = await fake.evaluate(`base:1@${after}`, [record], { lines, change });
    expect(answersOf(report, 'no-new-vulnerabilities')).toMatchObject([
      { outcome, message: expect.stringContaining(reason) },
    ]);
    expect(fake.isOpened(before)).toBe(false);
  });
});

test('reports tell a package in one line, with the version that fixes all of it', async () => {
  const records = Array.from({ length: 9 }, (_, index) =>
    osvRecord(`ALPINE-CVE-2026-100${index}`, [{ ...OPENSSL, fixed: `3.3.${index + 2}-r0` }]),
  );
  const { report } = await evaluated(records, ['profile: hardened']);
  const line = /openssl 3\.3\.1-r0, fixed in 3\.3\.10-r0: (CVE-2026-100\d \(high\)(, )?){6} and 3 more/;
  for (const text of [
    checkText(report, { color: false, width: 160, details: true, source: () => undefined, program: 'base-image-gate' }),
    renderSummary(report),
    renderComment(report),
  ]) {
    expect(text.replace(/\n +(?=\S)/g, ' ')).toMatch(line);
    expect(text).toContain('Use an image that has openssl 3.3.10-r0 or newer.');
  }
  expect(answersOf(report, 'no-known-vulnerabilities')[0]?.vulnerabilities).toHaveLength(9);
});
