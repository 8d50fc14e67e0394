import { expect, test } from '@jest/globals';
import { policyChanges } from '../../../src/github/repository/policy-change.js';
import { builtInPolicy } from '../../../src/policy/baseline.js';
import type { AllowEntry, Policy } from '../../../src/policy/policy.js';
import { makeAllowEntry } from '../../support/signing/allow-entry.js';

const entry = (pattern: string, overrides: Partial<AllowEntry> = {}): AllowEntry =>
  makeAllowEntry({ pattern, ...overrides });

const policy = (overrides: Partial<Policy> = {}): Policy => ({ ...builtInPolicy(), ...overrides });

test('an entry that only moved has not changed', () => {
  const at = (line: number): Pick<AllowEntry, 'at' | 'name'> => ({
    name: `allow[${line}]`,
    at: { file: 'p.yml', line, column: 1 },
  });
  const before = policy({ allow: [entry('a', at(1)), entry('b', at(2))] });
  const after = policy({ allow: [entry('b', at(1)), entry('a', at(2))] });
  expect(policyChanges(before, after)).toEqual([]);
});

test('what is gained, lost and loosened is said', () => {
  const waiver = { rule: 'fresh', reason: 'r', owner: 'o', expires: '2027-01-31', covers: 'fail' } as const;
  const before = policy({ profile: 'hardened', allow: [entry('a')], deny: [{ pattern: 'd/**', reason: 'x' }] });
  const after = policy({ allow: [entry('a', { signed: false })], waivers: [waiver], maxWaiverDays: 365 });
  expect(policyChanges(before, after)).toEqual([
    'The profile becomes baseline (now hardened).',
    '`allow` gains a (unsigned).',
    '`allow` loses a.',
    '`deny` loses d/**.',
    '`waivers` gains fresh for every image until 2027-01-31.',
    'Waivers may run 365 days (now 180).',
  ]);
});

test('a long list is named whole', () => {
  const after = policy({ allow: Array.from({ length: 13 }, (_, index) => entry(`image${index}`)) });
  expect(policyChanges(policy(), after).join()).toContain('image9, image10, image11, image12.');
});

test('keys without a list are named', () => {
  const after = policy({ rules: { fresh: { level: 'off', options: {} } }, trustedRoot: '{}' });
  expect(policyChanges(policy(), after)).toEqual(['`rules` changes.', 'The trusted root changes.']);
  const feeds = policy({ vulnerabilityFeeds: ['chainguard'] });
  expect(policyChanges(policy(), feeds)).toEqual(['Vulnerability feeds become chainguard (now none).']);
  expect(policyChanges(feeds, policy())).toEqual(['Vulnerability feeds become none (now chainguard).']);
});
