import { describe, expect, test } from '@jest/globals';
import { type Evidence, present } from '../../src/evidence/evidence.js';
import { noNewVulnerabilities } from '../../src/rules/no-new-vulnerabilities.js';
import type { BaseImage, RuleResult } from '../../src/rules/rule.js';
import type { KnownVulnerabilities, Vulnerability } from '../../src/vulnerabilities/vulnerabilities.js';
import { evaluateRule, subjectOf } from '../support/image/image-rule-subject.js';
import { makeKnown, makeVulnerability, makeWaiver } from '../support/image/vulnerability-maker.js';

function answer(
  found: readonly Vulnerability[],
  base: BaseImage | undefined,
  changes: Partial<KnownVulnerabilities> = {},
  waived: readonly string[] = [],
): RuleResult | undefined {
  const evidence = { vulnerabilities: present(makeKnown(found, changes), 'the test') };
  const subject = { ...subjectOf(evidence), waiverOf: (id: string) => (waived.includes(id) ? makeWaiver(id) : null) };
  return evaluateRule(noNewVulnerabilities, base === undefined ? subject : { ...subject, base })[0];
}

const image = (vulnerabilities: Evidence<KnownVulnerabilities>): BaseImage => ({
  kind: 'image',
  reference: 'registry.test/made:1',
  evidence: { vulnerabilities },
});
const had = (...found: readonly Vulnerability[]): BaseImage => image(present(makeKnown(found), 'the test'));

const OLD = makeVulnerability('CVE-2026-0001');
const NEW = makeVulnerability('CVE-2026-0002');

test('it is off everywhere unless a policy asks for it', () => {
  expect(Object.values(noNewVulnerabilities.presets).map(({ level }) => level)).toEqual(['off', 'off', 'off', 'off']);
});

test('what the base had does not count, what the change brings does, and both lists are shown', () => {
  expect(answer([OLD], had(OLD))?.outcome).toBe('pass');
  const result = answer([NEW], had(OLD));
  expect(result).toMatchObject({ outcome: 'fail', vulnerabilities: ['CVE-2026-0002'] });
  expect(result?.details).toEqual([
    'brings: openssl 3.3.1-r0, fixed in 3.3.2-r0: CVE-2026-0002 (high)',
    'removes: openssl 3.3.1-r0, fixed in 3.3.2-r0: CVE-2026-0001 (high)',
  ]);
});

test('a change that fixes is a pass that says what it removes', () => {
  expect(answer([], had(OLD, NEW))).toMatchObject({
    outcome: 'pass',
    message: expect.stringMatching(/registry\.test\/made:1 .* without 2/),
  });
});

test('a change is reported what it brings, what it removes, and what to do', () => {
  expect(answer([OLD, NEW], had(OLD))).toMatchObject({
    message: expect.stringMatching(/that registry\.test\/made:1 does not have\.$/),
    fix: expect.stringContaining('openssl 3.3.2-r0'),
  });
  expect(answer([NEW], had(OLD))?.message).toMatch(/does not have; it is without 1 of those\.$/);
  const same = answer([OLD], had(OLD));
  expect(same?.message).toMatch(/registry\.test\/made:1 does not have\.$/);
  expect(same).not.toHaveProperty('details');
  expect(same).not.toHaveProperty('vulnerabilities');
});

test('what the policy does not count may be brought, and is not said to be nothing', () => {
  const low = makeVulnerability('CVE-2026-0009', { rating: { severity: 'low', from: 'the test' } });
  const evidence = { vulnerabilities: present(makeKnown([low]), 'the test') };
  const subject = { ...subjectOf(evidence), base: had() };
  expect(evaluateRule(noNewVulnerabilities, subject, 'strict', { severity: 'high' })).toMatchObject([
    { outcome: 'pass', message: expect.stringContaining('that counts and that') },
  ]);
});

test('what nothing is known of is an indeterminate result, and of no waiver where nothing is compared', () => {
  const ungathered = evaluateRule(noNewVulnerabilities, { ...subjectOf({}), base: had() });
  expect(ungathered).toMatchObject([{ outcome: 'indeterminate' }]);
  expect(evaluateRule(noNewVulnerabilities, subjectOf({}))).toEqual([
    { outcome: 'not-applicable', message: expect.stringContaining('Nothing is compared') },
  ]);
});

test('an image that is new here answers for everything in it', () => {
  expect(answer([OLD], { kind: 'none' })?.outcome).toBe('fail');
  expect(answer([], { kind: 'none' })?.outcome).toBe('pass');
});

test('it never passes for want of a comparison or of proof', () => {
  expect(answer([OLD], undefined)?.outcome).toBe('not-applicable');
  expect(answer([OLD], { kind: 'unknown', reason: 'it could not be read' })?.outcome).toBe('indeterminate');
  expect(answer([OLD], { kind: 'unknown', reason: 'it could not be read' })?.message).toContain('it could not be read');
  const offline = { status: 'unavailable', cause: 'offline', message: 'It is offline.', fix: 'Go online.' } as const;
  expect(answer([OLD], image(offline))?.outcome).toBe('indeterminate');
  expect(answer([OLD], image({ status: 'absent', lookedIn: [] }))?.outcome).toBe('indeterminate');
  const gap = { unevaluated: [{ what: 'tool', reason: 'it has no version' }] };
  expect(answer([OLD], had(OLD), gap)?.outcome).toBe('indeterminate');
  expect(answer([NEW], had(OLD), gap)?.outcome).toBe('fail');
});

test('what has nothing passes, though what it replaces could not be looked at', () => {
  const unknown = { kind: 'unknown', reason: 'it could not be read' } as const;
  expect(answer([], unknown)).toMatchObject({
    outcome: 'pass',
    message: expect.stringContaining('no matter which'),
  });
  expect(answer([], image({ status: 'absent', lookedIn: [] }))?.outcome).toBe('pass');
  expect(answer([], unknown, { unevaluated: [{ what: 'tool', reason: 'it has no version' }] })?.outcome).toBe(
    'indeterminate',
  );
});

describe('what is accepted or silenced', () => {
  const WITH_ALIAS = { ...NEW, ids: ['CVE-2026-0002', 'GHSA-aaaa-bbbb-cccc'] };

  test.each(['CVE-2026-0002', 'GHSA-aaaa-bbbb-cccc'])('a waiver by the name %s covers what is brought', (name) => {
    const result = answer([WITH_ALIAS], had(OLD), {}, [name]);
    expect(result).toMatchObject({
      outcome: 'pass',
      vulnerabilities: [name],
      message: expect.stringMatching(/no known vulnerability .*registry\.test\/made:1 .*without 1 /),
    });
    const alias = name.startsWith('GHSA') ? ` (as ${name})` : '';
    expect(result?.details).toContain(
      `CVE-2026-0002${alias} is accepted by @acme/platform until 2027-01-31: the parser is not reachable`,
    );
  });

  test('a waiver covers none but what it names, and the answer names both', () => {
    const other = makeVulnerability('CVE-2026-0003');
    expect(answer([WITH_ALIAS, other], had(), {}, ['GHSA-aaaa-bbbb-cccc'])).toMatchObject({
      outcome: 'fail',
      vulnerabilities: ['CVE-2026-0003', 'GHSA-aaaa-bbbb-cccc'],
    });
  });

  test('a waiver of what was merged is in use, whether or not something is compared', () => {
    expect(answer([OLD], had(OLD), {}, [OLD.id])).toMatchObject({ outcome: 'pass', vulnerabilities: [OLD.id] });
    expect(answer([OLD], undefined, {}, [OLD.id])).toMatchObject({
      outcome: 'not-applicable',
      vulnerabilities: [OLD.id],
    });
  });

  test('what VEX silences does not count as brought, and is shown', () => {
    const vex = { status: 'not_affected', silences: true, reason: 'doc, signed by acme, says not_affected: inline' };
    const result = answer([{ ...NEW, vex }], had());
    expect(result?.outcome).toBe('pass');
    expect(result?.details).toContain('CVE-2026-0002 does not count: doc, signed by acme, says not_affected: inline');
  });

  test('what VEX silenced there is brought, although one notice shows of it and of another that was there', () => {
    const vex = { status: 'not_affected', silences: true, reason: 'doc' };
    const one = { ...OLD, ids: [OLD.id, 'USN-1-1'] };
    const two = { ...NEW, ids: [NEW.id, 'USN-1-1'] };
    expect(answer([one, two], had(one, { ...two, vex }))).toMatchObject({
      outcome: 'fail',
      vulnerabilities: ['CVE-2026-0002'],
    });
    expect(answer([one, two], had(one, two))?.outcome).toBe('pass');
    const renamed = { ...OLD, id: 'GHSA-1', ids: ['GHSA-1'] };
    expect(answer([renamed], had({ ...OLD, ids: [OLD.id, 'GHSA-1'] }))?.outcome).toBe('pass');
  });

  test('what VEX silenced in the image that is replaced, and in this one does not, is brought', () => {
    const vex = { status: 'not_affected', silences: true, reason: 'doc' };
    expect(answer([OLD], had({ ...OLD, vex }))?.outcome).toBe('fail');
  });
});

test('a vulnerability that the one image’s records call by an alias is the same in both', () => {
  const byAlias = makeVulnerability('GHSA-aaaa-bbbb-cccc');
  const byCve = { ...NEW, ids: ['CVE-2026-0002', 'GHSA-aaaa-bbbb-cccc'] };
  expect(answer([byCve], had(byAlias))).toMatchObject({
    outcome: 'pass',
    message: expect.not.stringContaining('without'),
  });
  expect(answer([byAlias], had(byCve))).toMatchObject({
    outcome: 'pass',
    message: expect.not.stringContaining('without'),
  });
});
