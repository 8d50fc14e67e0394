import { describe, expect, test } from '@jest/globals';
import type { Role } from '../../src/build-files/image-use.js';
import type { Profile } from '../../src/policy/policy.js';
import { profileColumn, ruleSetting } from '../../src/policy/settings.js';
import { fresh } from '../../src/rules/fresh.js';
import { rules } from '../../src/rules/index.js';
import type { ProfileColumn } from '../../src/rules/rule.js';
import { signatureVerified } from '../../src/rules/signature-verified.js';
import { validPolicy } from '../support/load-policy-text.js';

describe('the column of a profile', () => {
  test.each<readonly [Profile, Role, ProfileColumn]>([
    ['observe', 'final', 'baseline'],
    ['observe', 'build', 'baseline'],
    ['baseline', 'final', 'baseline'],
    ['baseline', 'build', 'baseline'],
    ['hardened', 'final', 'hardened'],
    ['hardened', 'copy', 'hardened'],
    ['hardened', 'build', 'hardened-build'],
    ['strict', 'final', 'strict'],
    ['strict', 'copy', 'strict'],
    ['strict', 'build', 'hardened-build'],
  ])('%s for %s is %s', (profile, role, column) => {
    expect(profileColumn(profile, role)).toBe(column);
  });
});

test('on-indeterminate: warn does not excuse a signature that could not be checked', async () => {
  const policy = await validPolicy(
    'version: 1\nrules:\n  fresh: { on-indeterminate: warn }\n  signature-verified: { on-indeterminate: warn }\n',
    { rules },
  );
  expect(ruleSetting(policy, signatureVerified, 'final').onIndeterminate).toBe('fail');
  expect(ruleSetting(policy, fresh, 'final').onIndeterminate).toBe('warn');
});
