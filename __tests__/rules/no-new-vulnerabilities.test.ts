import { expect, test } from '@jest/globals';
import { type Evidence, present } from '../../src/evidence/evidence.js';
import type { KnownVulnerabilities, Vulnerability } from '../../src/evidence/vulnerabilities/vulnerabilities.js';
import { noNewVulnerabilities } from '../../src/rules/no-new-vulnerabilities.js';
import type { BaseImage, RuleResult } from '../../src/rules/rule.js';
import { ask, subjectOf } from '../support/image-rule-subject.js';
import { makeKnown, makeVulnerability } from '../support/vulnerability-maker.js';

function answer(
  found: readonly Vulnerability[],
  base: BaseImage | undefined,
  changes: Partial<KnownVulnerabilities> = {},
): RuleResult | undefined {
  const subject = subjectOf({ vulnerabilities: present(makeKnown(found, changes), 'the test') });
  return ask(noNewVulnerabilities, base === undefined ? subject : { ...subject, base })[0];
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
    'brings: openssl 3.3.1-r0, mended in 3.3.2-r0: CVE-2026-0002 (high)',
    'removes: openssl 3.3.1-r0, mended in 3.3.2-r0: CVE-2026-0001 (high)',
  ]);
});

test('a change that mends is a pass that says what it removes', () => {
  expect(answer([], had(OLD, NEW))).toMatchObject({
    outcome: 'pass',
    reason: 'It has no known vulnerability that registry.test/made:1 does not have, and is without 2 of those.',
  });
});

test('an image that is new here answers for everything in it', () => {
  expect(answer([OLD], { kind: 'none' })?.outcome).toBe('fail');
  expect(answer([], { kind: 'none' })?.outcome).toBe('pass');
});

test('it never passes for want of a comparison or of proof', () => {
  expect(answer([OLD], undefined)?.outcome).toBe('not-applicable');
  expect(answer([OLD], { kind: 'unknown', reason: 'it could not be read' })?.outcome).toBe('indeterminate');
  const offline = { status: 'unavailable', cause: 'offline', message: 'It is offline.', remedy: 'Go online.' } as const;
  expect(answer([OLD], image(offline))?.outcome).toBe('indeterminate');
  expect(answer([], image({ status: 'absent', lookedIn: [] }))?.outcome).toBe('indeterminate');
  const gap = { unjudged: [{ what: 'tool', reason: 'it has no version' }] };
  expect(answer([OLD], had(OLD), gap)?.outcome).toBe('indeterminate');
  expect(answer([NEW], had(OLD), gap)?.outcome).toBe('fail');
});
