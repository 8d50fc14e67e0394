import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatPlatform, parsePlatform } from '../../src/references/platform.js';

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
    ['linux/arm/8', 'linux/arm/v8'],
    ['linux/arm/55', 'linux/arm/55'],
    ['linux/armhf', 'linux/arm/v7'],
    ['linux/i386', 'linux/386'],
    ['linux/x86-64', 'linux/amd64'],
    ['i386', 'linux/386'],
    ['linux/arm/v5', 'linux/arm/v5'],
    ['linux/arm/12', 'linux/arm/12'],
    ['linux/arm64/v9', 'linux/arm64/v9'],
    ['linux/arm64/8', 'linux/arm64'],
    ['linux/amd64/v1', 'linux/amd64'],
    ['linux/amd64/v3', 'linux/amd64/v3'],
    ['linux/riscv64/v1', 'linux/riscv64/v1'],
    // Names of an object's own members are names like others.
    ['linux/constructor', 'linux/constructor'],
    ['linux/__proto__', 'linux/__proto__'],
  ])('%s is %s', (text, normal) => {
    const parsed = parsePlatform(text);
    expect(parsed.ok && formatPlatform(parsed.value)).toBe(normal);
  });

  test.each([
    ['windows(10.0.17763)/amd64', { os: 'windows', osVersion: '10.0.17763', architecture: 'amd64' }],
    ['windows(10.0.17763)', { os: 'windows', osVersion: '10.0.17763', architecture: 'amd64' }],
    ['windows()/amd64', { os: 'windows', osVersion: '', architecture: 'amd64' }],
    ['linux/amd64', { os: 'linux', architecture: 'amd64' }],
    ['linux', { os: 'linux', architecture: 'amd64' }],
    ['linux/arm64', { os: 'linux', architecture: 'arm64' }],
  ])('%s says %j, and nothing more', (text, expected) => {
    expect(parsePlatform(text)).toStrictEqual({ ok: true, value: expected });
  });

  test.each([
    '',
    'nonsense',
    'xlinux',
    'linuxx',
    'windows(1)x',
    'x y(1)',
    'constructor',
    '__proto__',
    'a/b/c/d',
    'linux/',
    'linux/a b',
  ])('%j is none', (text) => {
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
