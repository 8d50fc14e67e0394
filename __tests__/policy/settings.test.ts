import { describe, expect, test } from '@jest/globals';
import type { Role } from '../../src/build-files/image-use.js';
import type { Profile } from '../../src/policy/policy.js';
import { profileColumn } from '../../src/policy/settings.js';
import type { ProfileColumn } from '../../src/rules/rule.js';

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
