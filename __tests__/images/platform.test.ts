import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatPlatform, parsePlatform } from '../../src/images/platform.js';

describe('a platform', () => {
  test.each([
    ['linux/x86_64', 'linux/amd64'],
    ['linux/aarch64', 'linux/arm64'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/arm', 'linux/arm/v7'],
    ['linux/armel', 'linux/arm/v6'],
    ['arm64', 'linux/arm64'],
    ['windows', 'windows/amd64'],
    ['macos/arm64', 'darwin/arm64'],
    // Names of an object's own members are names like others.
    ['linux/constructor', 'linux/constructor'],
    ['linux/__proto__', 'linux/__proto__'],
  ])('%s is %s', (text, normal) => {
    const parsed = parsePlatform(text);
    expect(parsed.ok && formatPlatform(parsed.value)).toBe(normal);
  });

  test.each(['', 'nonsense', 'constructor', '__proto__', 'a/b/c/d', 'linux/', 'linux/a b'])('%j is none', (text) => {
    expect(parsePlatform(text)).toMatchObject({ ok: false });
  });

  test('of any text is read or refused, and reads the same once it is normal', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z_0-9]{1,9}(\/[a-z_0-9]{1,12}){0,2}$/)), (text) => {
        const parsed = parsePlatform(text);
        if (!parsed.ok) return;
        const again = parsePlatform(formatPlatform(parsed.value));
        expect(again.ok && formatPlatform(again.value)).toBe(formatPlatform(parsed.value));
      }),
    );
  });
});
