import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { optionalField } from '../../src/lib/collections.js';
import {
  answersOf,
  closeFakePublishers,
  type FakePublisher,
  REPOSITORY,
  startFakePublisher,
  untrustedKey,
} from '../support/github/fake-publisher.js';
import { HIGH, type MadeRecord, osvRecord } from '../support/registry/osv-server.js';

const about = (name: string, fixed?: string) => [{ ecosystem: 'Alpine:v3.22', name, ...optionalField('fixed', fixed) }];
const OPENSSL = osvRecord('ALPINE-CVE-2026-0001', about('openssl', '3.3.2-r0'), { severity: [HIGH] });
const ZLIB = osvRecord('ALPINE-CVE-2026-0002', about('zlib', '1.3.2-r0'), { severity: [HIGH] });
const CURL = osvRecord('ALPINE-CVE-2026-0003', about('curl', '9.0.0-r0'), { severity: [HIGH] });
const RECORDS = [OPENSSL, ZLIB, CURL];
const OLD = [
  ['openssl', '3.3.1-r0'],
  ['zlib', '1.3.1-r0'],
] as const;
const FIXED = [
  ['openssl', '3.3.2-r0'],
  ['zlib', '1.3.2-r0'],
] as const;

let fake: FakePublisher;
beforeEach(async () => {
  fake = await startFakePublisher();
});
afterEach(closeFakePublishers);

/** What is reported of the pinned image, once the tag has moved. */
async function fixOf(pinned: string, records: readonly MadeRecord[] = RECORDS, lines?: readonly string[]) {
  const report = await fake.evaluate(`base:1@${pinned}`, records, lines === undefined ? {} : { lines });
  const answers = answersOf(report, 'no-known-vulnerabilities').filter(({ outcome }) => outcome === 'fail');
  expect(answers).toHaveLength(1);
  return answers[0]?.fix;
}

describe('a finding names what the tag points to today', () => {
  test('where that was looked at and has none of these', async () => {
    const pinned = await fake.publish('1', OLD);
    const today = await fake.publish('1', FIXED);
    expect(await fixOf(pinned)).toBe(`Use ${today} (tag 1 today), which has none of these.`);
  });

  test('with what it still has', async () => {
    const pinned = await fake.publish('1', OLD);
    const today = await fake.publish('1', [
      ['openssl', '3.3.2-r0'],
      ['zlib', '1.3.1-r0'],
    ]);
    expect(await fixOf(pinned)).toBe(
      `${today} (tag 1 today) still has 1 of these 2 (CVE-2026-0002). Use an image that has zlib 1.3.2-r0 or newer.`,
    );
  });

  test('with all of them', async () => {
    const pinned = await fake.publish('1', OLD);
    const today = await fake.publish('1', [...OLD, ['curl', '9.0.0-r0']]);
    expect(await fixOf(pinned)).toBe(
      `${today} (tag 1 today) still has all of these 2. Use an image that has openssl 3.3.2-r0, zlib 1.3.2-r0 or newer.`,
    );
  });

  test('with others that it brings', async () => {
    const pinned = await fake.publish('1', OLD);
    const today = await fake.publish('1', [...FIXED, ['curl', '8.0.0-r0']]);
    const fix = await fixOf(pinned);
    expect(fix).toContain(`${today} (tag 1 today)`);
    expect(fix).toContain('another counts: CVE-2026-0003');
  });

  test('and for one alone, in the singular', async () => {
    const pinned = await fake.publish('1', OLD);
    const today = await fake.publish('1', FIXED);
    expect(await fixOf(pinned, [OPENSSL])).toBe(`Use ${today} (tag 1 today), which does not have it.`);
  });

  test('and the newest patch of the line, where the tag has not moved', async () => {
    const pinned = await fake.publish('1.2.3', OLD);
    const today = await fake.publish('1.2.4', FIXED);
    const report = await fake.evaluate(`base:1.2.3@${pinned}`, RECORDS);
    expect(answersOf(report, 'no-known-vulnerabilities')[0]?.fix).toBe(
      `Use ${today} (tag 1.2.4 today), which has none of these.`,
    );
  });
});

describe('a finding names nothing as fixing that was not shown to fix', () => {
  test.each([
    ['nobody signed it', null, /which was not checked: .* is not signed/],
    [
      'an untrusted party signed it',
      untrustedKey(),
      /which was not checked: .* does not verify with the key base\.pub/,
    ],
  ])('as %s', async (_name, signer, expected) => {
    const pinned = await fake.publish('1', OLD);
    const today = await fake.publish('1', FIXED, { signer });
    fake.registry.forgetRequests();
    const fix = await fixOf(pinned);
    expect(fix).toMatch(expected);
    expect(fix).toContain(`The tag 1 points to ${today} today`);
    expect(fix).toMatch(/Use an image that has openssl 3\.3\.2-r0, zlib 1\.3\.2-r0 or newer\.$/);
    expect(fake.isOpened(pinned)).toBe(true);
    expect(fake.isOpened(today)).toBe(false);
  });

  test('as it is on the denylist', async () => {
    const pinned = await fake.publish('1', OLD);
    const today = await fake.publish('1', FIXED);
    const deny = `deny: [{ image: "${fake.registry.host}/${REPOSITORY}@${today}", reason: taken back }]`;
    expect(await fixOf(pinned, RECORDS, ['profile: hardened', deny])).toMatch(
      /was not checked: .* is denied by .*: taken back\./,
    );
  });

  test('as what is in it could not be evaluated', async () => {
    const pinned = await fake.publish('1', OLD);
    const today = await fake.publish('1', [...FIXED, ['odd', '']]);
    expect(await fixOf(pinned)).toMatch(new RegExp(`^Whether ${today} \\(tag 1 today\\) has them is not known: `));
  });

  test('as its layers are not what they should be', async () => {
    const pinned = await fake.publish('1', OLD);
    const today = await fake.publish('1', FIXED);
    fake.breakLayer(today);
    const report = await fake.evaluate(`base:1@${pinned}`, RECORDS);
    const [answer, ...others] = answersOf(report, 'no-known-vulnerabilities');
    expect(answer?.fix).toMatch(new RegExp(`^Whether ${today} \\(tag 1 today\\) has them is not known: `));
    // What could not be learnt of it leaves nothing open about the image that is evaluated.
    expect([answer?.outcome, others.length, report.limits.length]).toEqual(['fail', 0, 0]);
  });

  test('as it has no manifest that can be had', async () => {
    const pinned = await fake.publish('1', OLD);
    const today = await fake.publish('1', FIXED);
    fake.registry.corrupt(REPOSITORY, today, Buffer.from('{}'));
    const fix = await fixOf(pinned);
    expect(fix).toMatch(/which was not checked: /);
    expect(fix).not.toMatch(/none of these/);
  });
});

describe('the newer image is looked at only where that is of use', () => {
  test('not where nothing was found', async () => {
    const pinned = await fake.publish('1', FIXED);
    const today = await fake.publish('1', [...FIXED, ['curl', '9.0.0-r0']]);
    fake.registry.forgetRequests();
    const report = await fake.evaluate(`base:1@${pinned}`, RECORDS);
    expect(answersOf(report, 'no-known-vulnerabilities').map(({ outcome }) => outcome)).toEqual(['pass']);
    expect(fake.isOpened(pinned)).toBe(true);
    expect(fake.isOpened(today)).toBe(false);
  });

  test('nor where what was found is waived, or only a note', async () => {
    const pinned = await fake.publish('1', OLD);
    const today = await fake.publish('1', FIXED);
    const waiver = '{ rule: no-known-vulnerabilities, reason: r, owner: o, expires: 2026-12-01 }';
    for (const line of [`waivers: [${waiver}]`, 'rules: { no-known-vulnerabilities: note }']) {
      fake.registry.forgetRequests();
      const report = await fake.evaluate(`base:1@${pinned}`, RECORDS, { lines: ['profile: hardened', line] });
      expect(answersOf(report, 'no-known-vulnerabilities').map(({ outcome }) => outcome)).toEqual(['fail']);
      expect(fake.isOpened(pinned)).toBe(true);
      expect(fake.isOpened(today)).toBe(false);
    }
  });

  test('nor where the image follows its tag, whose content it has', async () => {
    await fake.publish('1', OLD);
    const report = await fake.evaluate('base:1', RECORDS);
    expect(answersOf(report, 'no-known-vulnerabilities')[0]?.fix).toBe(
      'Use an image that has openssl 3.3.2-r0, zlib 1.3.2-r0 or newer.',
    );
  });
});

test('the newer image is asked for when all others are evaluated, so that it takes nothing from them', async () => {
  const pinned = await fake.publish('1', OLD);
  const today = await fake.publish('1', FIXED);
  const other = await fake.publish('2', [['curl', '9.0.0-r0']]);
  fake.registry.forgetRequests();
  const report = await fake.evaluate(`base:1@${pinned} base:2@${other}`, RECORDS, {
    lines: ['profile: hardened', 'files: { targets: { Dockerfile: ["0", "1"] } }'],
  });
  const urls = fake.registry.requests.map(({ url }) => url);
  const first = urls.findIndex((url) => url.includes(today.replace(':', '-')));
  const lastOfOthers = urls.findLastIndex((url) => [pinned, other].some((digest) => url.includes(digest.slice(7))));
  expect(first).toBeGreaterThan(lastOfOthers);
  expect(fake.isOpened(other)).toBe(true);
  // The answers stand where they stood, and what was asked again is reported once.
  const asked = report.answers.map(({ rule, aspect, use }) => `${rule} ${aspect} ${use}`);
  expect(new Set(asked).size).toBe(asked.length);
});

test('a change is reported the same of what it brings', async () => {
  const before = await fake.publish('1', FIXED);
  const pinned = await fake.publish('1', OLD);
  const today = await fake.publish('1', [...FIXED, ['curl', '9.0.0-r0']]);
  const lines = ['profile: hardened', 'rules: { no-new-vulnerabilities: error }'];
  const { uses } = await fake.evaluate(`base:1@${before}`, RECORDS, { lines });
  const change = { changedFiles: ['Dockerfile'], baseUses: uses, onlyNew: 'aging' } as const;
  const report = await fake.evaluate(`base:1@${pinned}`, RECORDS, { lines, change });
  expect(answersOf(report, 'no-new-vulnerabilities')).toMatchObject([
    { outcome: 'fail', fix: `Use ${today} (tag 1 today), which has none of these.` },
  ]);
});
