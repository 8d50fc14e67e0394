import { describe, expect, test } from '@jest/globals';
import type { ImageUse } from '../../src/build-files/image-use.js';
import type { Policy } from '../../src/policy/policy.js';
import { applyWaivers, vulnerabilityWaiver, waiverPeriod } from '../../src/policy/waivers.js';
import { DEFAULT_PLATFORM } from '../../src/references/platform.js';
import { parseReference, type Reference } from '../../src/references/reference.js';
import type { Answer } from '../../src/rules/answer.js';
import { rules } from '../../src/rules/index.js';
import { validPolicy } from '../support/load-policy-text.js';

const NOW = new Date('2026-11-21T12:00:00Z');

function reference(text: string): Reference {
  const parsed = parseReference(text);
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return parsed.value;
}

function use(id: string, file: string, image: string | null): ImageUse {
  return {
    id,
    file,
    instruction: 'FROM',
    stage: { index: 0, name: null },
    role: 'final',
    reachable: true,
    platform: null,
    targetPlatforms: [DEFAULT_PLATFORM],
    written: image ?? '$X',
    expanded: image ?? '$X',
    reference: image === null ? null : reference(image),
    overridable: [],
    line: 1,
    column: 6,
    endLine: 1,
    endColumn: 12,
  };
}

const uses = [
  use('a', 'Dockerfile', 'acme/app:1'),
  use('b', 'services/api/Dockerfile', 'acme/db'),
  use('c', 'Dockerfile', null),
];

function at(file: string): Answer['location'] {
  return { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
}

function answer(fields: Partial<Answer>): Answer {
  return {
    rule: 'fresh',
    use: 'a',
    location: at('Dockerfile'),
    outcome: 'fail',
    level: 'error',
    message: 'r',
    ...fields,
  };
}

/** A policy with the waivers given as YAML flow maps; reason, owner and expiry are added. */
function waiving(...lines: readonly string[]): Promise<Policy> {
  const entries = lines.map(
    (line) => `  - { reason: r, owner: o, ${line.includes('expires') ? '' : 'expires: 2027-01-31, '}${line} }`,
  );
  return validPolicy(['version: 1', 'waivers:', ...entries].join('\n'));
}

describe('which answers a waiver covers', () => {
  test.each([
    ['rule: fresh, image: acme/app', {}, true],
    ['rule: fresh, image: "acme/*"', {}, true],
    ['rule: fresh, image: acme/app:2', {}, false],
    ['rule: fresh, image: acme/db', {}, false],
    ['rule: pinned-by-digest, image: acme/app', {}, false],
    ['rule: fresh, file: Dockerfile', {}, true],
    ['rule: fresh, file: "**/Dockerfile"', {}, true],
    ['rule: fresh, file: "services/**"', {}, false],
    ['rule: fresh, file: "services/**"', { use: 'b' }, true],
    ['rule: fresh, file: Dockerfile, image: acme/db', {}, false],
    ['rule: fresh', {}, true],
    ['rule: fresh, image: acme/app', { use: 'c' }, false],
    ['rule: fresh', { use: 'c' }, true],
    ['rule: fresh, image: acme/app', { outcome: 'indeterminate' }, false],
    ['rule: fresh, image: acme/app, covers: indeterminate', { outcome: 'indeterminate' }, true],
    ['rule: fresh, image: acme/app, covers: indeterminate', {}, true],
    ['rule: fresh, image: acme/app', { outcome: 'pass' }, false],
    ['rule: fresh, image: acme/app', { outcome: 'skipped' }, false],
    ['rule: fresh, vulnerability: CVE-1', {}, false],
    ['rule: fresh, vulnerability: CVE-1', { vulnerabilities: ['CVE-1'] }, true],
    ['rule: fresh, vulnerability: CVE-1', { vulnerabilities: ['CVE-1', 'CVE-2'] }, false],
    ['rule: fresh, vulnerability: CVE-1', { vulnerabilities: ['CVE-11'] }, false],
    ['rule: fresh, expires: 2026-11-20', {}, false],
    ['rule: fresh, expires: 2026-11-21', {}, true],
    ['rule: fresh, expires: 2027-06-01', {}, false],
  ] as const)('a waiver with %s covers %j: %s', async (line, fields, covered) => {
    const { answers } = applyWaivers(await waiving(line), [answer(fields)], uses, NOW);
    expect(answers[0]?.waiver).toBe(covered ? 0 : undefined);
  });

  test.each([
    ['indeterminate', undefined],
    ['fail', 0],
  ] as const)('a signature that is %s is waived as a failure alone', async (outcome, waiver) => {
    const text =
      'version: 1\nwaivers: [{ rule: signature-verified, reason: r, owner: o, expires: 2027-01-31, covers: indeterminate }]';
    const policy = await validPolicy(text, { rules });
    const { answers } = applyWaivers(policy, [answer({ rule: 'signature-verified', outcome })], uses, NOW);
    expect(answers[0]?.waiver).toBe(waiver);
  });

  test('an answer that is about no use is covered by its rule and file alone', async () => {
    const { use: _use, ...ofAFile } = answer({});
    const ofTheChange = { ...ofAFile, location: at('.github/base-image-gate.yml') };
    const waiverOf = async (line: string, asked: Answer) =>
      applyWaivers(await waiving(line), [asked], uses, NOW).answers[0]?.waiver;
    expect(await waiverOf('rule: fresh', ofTheChange)).toBe(0);
    expect(await waiverOf('rule: fresh, file: Dockerfile', ofTheChange)).toBeUndefined();
    expect(await waiverOf('rule: fresh, image: acme/app', ofTheChange)).toBeUndefined();
    expect(await waiverOf('rule: fresh, file: Dockerfile', ofAFile)).toBe(0);
    expect(await waiverOf('rule: fresh, image: acme/app', ofAFile)).toBeUndefined();
  });

  test('an answer about a use stands in the file of its use, whatever place decides it', async () => {
    const answered = answer({ use: 'b', location: at('Dockerfile') });
    const policy = await waiving('rule: fresh, file: "services/**"');
    expect(applyWaivers(policy, [answered], uses, NOW).answers[0]?.waiver).toBe(0);
  });

  test('a waiver whose pattern cannot be read covers nothing', async () => {
    const policy = await waiving('rule: fresh, file: Dockerfile', 'rule: fresh, image: acme/app');
    const [first, second] = policy.waivers;
    if (first === undefined || second === undefined) throw new Error('there are no waivers');
    const unreadable = {
      ...policy,
      waivers: [
        { ...first, file: '/***' },
        { ...second, image: '***' },
      ],
    };
    expect(applyWaivers(unreadable, [answer({})], uses, NOW).waivers.map(({ state }) => state)).toEqual([
      'unused',
      'unused',
    ]);
  });

  test('of several waivers, the first that speaks of the vulnerability covers', async () => {
    const policy = await waiving('rule: fresh, vulnerability: CVE-1', 'rule: fresh, vulnerability: CVE-2');
    const { answers, waivers } = applyWaivers(policy, [answer({ vulnerabilities: ['CVE-2'] })], uses, NOW);
    expect(answers[0]?.waiver).toBe(1);
    expect(waivers.map(({ state }) => state)).toEqual(['unused', 'used']);
  });

  test('vulnerabilities may be shared out among several waivers', async () => {
    const policy = await waiving('rule: fresh, vulnerability: CVE-1', 'rule: fresh, vulnerability: CVE-2');
    const both = answer({ vulnerabilities: ['CVE-1', 'CVE-2'] });
    const one = answer({ vulnerabilities: ['CVE-2', 'CVE-3'] });
    const { answers, waivers } = applyWaivers(policy, [both, one], uses, NOW);
    expect(answers.map(({ waiver }) => waiver)).toEqual([0, undefined]);
    expect(answers.map(({ accepts }) => accepts)).toEqual([[0, 1], [1]]);
    expect(waivers.map(({ state }) => state)).toEqual(['used', 'used']);
  });

  test('an answer that passed because of a waiver names it', async () => {
    const policy = await waiving('rule: fresh', 'rule: fresh, vulnerability: CVE-1');
    const passing = answer({ outcome: 'pass', vulnerabilities: ['CVE-1'] });
    expect(applyWaivers(policy, [passing], uses, NOW).answers).toEqual([{ ...passing, accepts: [1] }]);
  });

  test('an answer that is no failure is left as it is', async () => {
    const passing = answer({ outcome: 'pass' });
    const policy = await waiving('rule: fresh', 'rule: fresh, covers: indeterminate');
    const { answers, waivers } = applyWaivers(policy, [passing], uses, NOW);
    expect(answers).toEqual([passing]);
    expect(waivers.map(({ state }) => state)).toEqual(['unused', 'unused']);
  });

  test('a mirror’s image is waived under the name of what it mirrors', async () => {
    const policy = await validPolicy(
      'version: 1\nregistries: { m.example.com: { mirror-of: docker.io } }\nwaivers: [{ rule: fresh, image: acme/app, reason: r, owner: o, expires: 2027-01-31 }]',
    );
    const mirrored = [use('m', 'Dockerfile', 'm.example.com/acme/app')];
    expect(applyWaivers(policy, [answer({ use: 'm' })], mirrored, NOW).answers[0]?.waiver).toBe(0);
  });
});

describe('what becomes of a waiver', () => {
  test.each([
    ['rule: fresh, image: acme/app', 'used'],
    ['rule: fresh, image: acme/none', 'unused'],
    ['rule: fresh, expires: 2026-11-20', 'expired'],
    ['rule: fresh, expires: 2027-05-20', 'used'],
    ['rule: fresh, expires: 2027-05-21', 'too-long'],
  ])('%s is %s', async (line, state) => {
    expect(applyWaivers(await waiving(line), [answer({})], uses, NOW).waivers).toMatchObject([{ state }]);
  });

  test('a vulnerability that a passing answer speaks of makes its waiver a used one', async () => {
    const policy = await waiving('rule: fresh, vulnerability: CVE-1');
    const passing = answer({ outcome: 'pass', vulnerabilities: ['CVE-1'] });
    expect(applyWaivers(policy, [passing], uses, NOW).waivers).toMatchObject([{ state: 'used' }]);
  });

  test('its place in the file stays with it', async () => {
    const { waivers } = applyWaivers(await waiving('rule: fresh'), [], uses, NOW);
    expect(waivers).toMatchObject([{ at: { file: '.github/base-image-gate.yml', line: 3, column: 5 } }]);
  });

  test('the last day is whole, and counted in UTC', async () => {
    const { waivers, maxWaiverDays } = await waiving('rule: fresh, expires: 2026-11-21');
    const [waiver] = waivers;
    if (waiver === undefined) throw new Error('there is no waiver');
    const period = (time: string) => waiverPeriod(waiver, maxWaiverDays, new Date(time));
    expect(period('2026-11-21T23:59:59.999Z')).toBe('holds');
    expect(period('2026-11-22T00:00:00Z')).toBe('expired');
    expect(period('2026-11-22T00:30:00+02:00')).toBe('holds');
    expect(waiverPeriod({ ...waiver, expires: 'never' }, maxWaiverDays, NOW)).toBe('expired');
  });

  test('the policy’s own cap counts', async () => {
    const policy = { ...(await waiving('rule: fresh, expires: 2027-01-31')), maxWaiverDays: 30 };
    const { answers, waivers } = applyWaivers(policy, [answer({})], uses, NOW);
    expect(waivers).toMatchObject([{ state: 'too-long' }]);
    expect(answers[0]?.waiver).toBeUndefined();
  });
});

describe('vulnerabilityWaiver', () => {
  const [first] = uses;
  test.each([
    ['rule: fresh, vulnerability: CVE-1', 'CVE-1', true],
    ['rule: fresh, vulnerability: CVE-1', 'CVE-2', false],
    ['rule: fresh', 'CVE-1', false],
    ['rule: fresh, vulnerability: CVE-1, image: acme/db', 'CVE-1', false],
    ['rule: fresh, vulnerability: CVE-1, file: "services/**"', 'CVE-1', false],
    ['rule: pinned-by-digest, vulnerability: CVE-1', 'CVE-1', false],
    ['rule: fresh, vulnerability: CVE-1, expires: 2026-11-20', 'CVE-1', false],
  ])('finds %s for %s: %s', async (line, vulnerability, expected) => {
    if (first === undefined) throw new Error('there is no use');
    const asked = { rule: 'fresh', use: first, reference: reference('acme/app:1'), vulnerability };
    expect(vulnerabilityWaiver(await waiving(line), asked, NOW) !== null).toBe(expected);
  });
});
