import { describe, expect, test } from '@jest/globals';
import { optionalField } from '../../src/lib/collections.js';
import { builtInPolicy } from '../../src/policy/baseline.js';
import { announcements, withPhasesOn } from '../../src/policy/phases.js';
import { phasedSetting, ruleSetting } from '../../src/policy/settings.js';
import { rules } from '../../src/rules/index.js';
import { policyProblems, validPolicy } from '../support/load-policy-text.js';

const BEFORE = new Date('2027-01-30T23:59:59Z');
const ON_THE_DAY = new Date('2027-01-31T00:00:00Z');
const ruleNamed = (id: string) => {
  const rule = rules.find((one) => one.id === id);
  if (rule === undefined) throw new Error(`there is no rule ${id}`);
  return rule;
};
const ANNOUNCED = 'profile: { name: hardened, enforce-from: 2027-01-31, before: baseline }';
const policyOn = (now: Date | undefined, text: string) =>
  validPolicy(`version: 1\n${text}\n`, { rules, ...optionalField('now', now) });

/** The level today and the one announced, with its day, of a rule for images that ship. */
async function levelsOn(now: Date | undefined, text: string, id: string) {
  const setting = phasedSetting(await policyOn(now, text), ruleNamed(id), 'final');
  return [setting.now.level, setting.next?.setting.level, setting.next?.from];
}

describe('a profile with enforce-from', () => {
  test.each<readonly [string, Date | undefined, string, readonly unknown[]]>([
    ['has the levels of the one before until the day', BEFORE, 'sbom-attested', ['note', 'error', '2027-01-31']],
    ['decides on the day itself', ON_THE_DAY, 'sbom-attested', ['error', undefined, undefined]],
    ['decides where no date is known', undefined, 'sbom-attested', ['error', undefined, undefined]],
    ['keeps what decides already', BEFORE, 'denied-base', ['error', 'error', '2027-01-31']],
  ])('%s', async (_, now, rule, expected) => {
    await expect(levelsOn(now, ANNOUNCED, rule)).resolves.toEqual(expected);
  });

  test('holds back everything where it names no profile before', async () => {
    const policy = await policyOn(BEFORE, 'profile: { name: strict, enforce-from: 2027-01-31 }');
    expect(policy.phase).toEqual({ before: 'observe', enforceFrom: '2027-01-31' });
    expect(phasedSetting(policy, ruleNamed('denied-base'), 'final').now).toMatchObject({ level: 'warning' });
  });

  test('is over where the command line names a profile', async () => {
    const policy = await validPolicy(`version: 1\n${ANNOUNCED}\n`, { rules, now: BEFORE, profileOverride: 'hardened' });
    expect(policy).not.toHaveProperty('phase');
  });

  test.each([
    ['is as strict', '{ name: hardened, enforce-from: 2027-01-31, before: hardened }'],
    ['is stricter', '{ name: baseline, enforce-from: 2027-01-31, before: strict }'],
    ['is no less strict than observe', '{ name: observe, enforce-from: 2027-01-31 }'],
  ])('is refused where the profile before %s', async (_, profile) => {
    const [problem] = await policyProblems(`version: 1\nprofile: ${profile}\n`, { rules });
    expect(problem).toMatchObject({ severity: 'error', line: 2 });
  });

  test.each(['2027-02-30', 'soon', '2027'])('is refused with the day %s', async (day) => {
    const [problem] = await policyProblems(`version: 1\nprofile: { name: strict, enforce-from: ${day} }\n`, { rules });
    expect(problem).toMatchObject({ severity: 'error', line: 2 });
  });
});

describe('a rule with enforce-from', () => {
  test.each<readonly [string, Date, string, readonly unknown[]]>([
    ['warns until the day', BEFORE, '{ level: error, enforce-from: 2027-01-31 }', ['warning', 'error', '2027-01-31']],
    ['decides on the day', ON_THE_DAY, '{ level: error, enforce-from: 2027-01-31 }', ['error', undefined, undefined]],
    ["takes the profile's level", BEFORE, '{ enforce-from: 2027-01-31 }', ['note', 'note', '2027-01-31']],
  ])('%s', async (_, now, line, expected) => {
    await expect(levelsOn(now, `rules: { fresh: ${line} }`, 'fresh')).resolves.toEqual(expected);
  });

  test('is enforced at once for a role whose level is written without a day', async () => {
    const text =
      'rules: { fresh: { level: error, enforce-from: 2027-01-31 } }\nroles: { final: { rules: { fresh: error } } }';
    await expect(levelsOn(BEFORE, text, 'fresh')).resolves.toEqual(['error', undefined, undefined]);
  });

  test('waits for the later of two days', async () => {
    const text = `${ANNOUNCED}\nrules: { sbom-attested: { enforce-from: 2027-03-01 } }`;
    await expect(levelsOn(BEFORE, text, 'sbom-attested')).resolves.toEqual(['note', 'error', '2027-03-01']);
  });

  test('is at its announced level for whoever asks without regard to phases', async () => {
    const policy = await policyOn(BEFORE, 'rules: { fresh: { level: error, enforce-from: 2027-01-31 } }');
    expect(ruleSetting(policy, ruleNamed('fresh'), 'final').level).toBe('error');
  });
});

test('announcements count the days and name what comes, by day', async () => {
  const text = `${ANNOUNCED}\nrules: { fresh: { level: error, enforce-from: 2027-02-10 } }\nroles: { build: { rules: { fresh: { level: error, enforce-from: 2027-01-31 } } } }`;
  expect(announcements(await policyOn(BEFORE, text), BEFORE)).toEqual([
    expect.stringMatching(/2027-01-31, in 1 day, .*profile hardened, the rule fresh \(build\)/),
    expect.stringMatching(/2027-02-10, in 11 days, .*rule fresh/),
  ]);
  expect(announcements(builtInPolicy('strict'), BEFORE)).toEqual([]);
});

test('a date that is none never softens', () => {
  const policy = { ...builtInPolicy('strict'), phase: { before: 'observe', enforceFrom: 'never' } } as const;
  expect(withPhasesOn(policy, BEFORE)).not.toHaveProperty('phase');
});

describe('a policy that extends another', () => {
  const BASE = 'acme/policies/base.yml@v3';
  const extending = (base: string, text: string) =>
    [`version: 1\nextends: ${BASE}\n${text}\n`, { rules, remote: { [BASE]: `version: 1\n${base}\n` } }] as const;

  test.each([
    ['rules: { fresh: error }', 'rules: { fresh: { enforce-from: 2027-01-31 } }', 'enforce-from'],
    [
      'rules: { fresh: { level: error, enforce-from: 2027-01-31 } }',
      'rules: { fresh: { level: error, enforce-from: 2027-02-28 } }',
      'enforce-from',
    ],
    ['', 'profile: { name: strict, enforce-from: 2027-01-31, before: baseline }', '"profile"'],
    ['', 'only-new: true', '"only-new"'],
    ['only-new: false', 'only-new: true', '"only-new"'],
  ])('may not loosen %j by %j', async (base, text, message) => {
    const [own, world] = extending(base, text);
    const problems = await policyProblems(own, world);
    expect(problems.map(({ code }) => code)).toEqual(['not-overridable']);
    expect(problems[0]?.message).toContain(message);
  });

  test.each([
    ['', 'rules: { fresh: { level: error, enforce-from: 2027-01-31 } }'],
    [
      'rules: { fresh: { level: error, enforce-from: 2027-01-31 } }',
      'rules: { fresh: { level: error, enforce-from: 2027-01-01 } }',
    ],
    ['rules: { fresh: { level: error, enforce-from: 2027-01-31 } }', 'rules: { fresh: error }'],
    ['rules: { fresh: error }\nmay-override: [rules.fresh]', 'rules: { fresh: { enforce-from: 2027-01-31 } }'],
    ['only-new: true', 'only-new: false'],
    ['may-override: [only-new, profile]', `only-new: true\n${ANNOUNCED}`],
  ])('may, where the base has %j, say %j', async (base, text) => {
    const [own, world] = extending(base, text);
    await expect(validPolicy(own, world)).resolves.toMatchObject({ source: { extends: [{ name: BASE }] } });
  });

  test('enforces at once what it raises without a day', async () => {
    const [own, world] = extending(
      'rules: { fresh: { level: error, enforce-from: 2027-01-31 } }',
      'rules: { fresh: error }',
    );
    const policy = await validPolicy(own, { ...world, now: BEFORE });
    expect(policy.rules['fresh']).not.toHaveProperty('enforceFrom');
  });
});
