import { describe, expect, test } from '@jest/globals';
import { matchesPath, pathPatterns } from '../../src/rules/path-patterns.js';

describe('patterns of paths in an image', () => {
  test.each([
    [['/usr/bin/su'], true],
    [['/opt/**', '/usr/*/su'], true],
    [[], true],
    [['usr/bin/su'], false],
    [['/opt/***'], false],
    [['/opt/**', 'relative'], false],
    [[''], false],
  ])('%j are patterns: %s', (patterns, isPattern) => {
    expect(pathPatterns().safeParse(patterns).success).toBe(isPattern);
  });

  test.each([
    [['/usr/bin/su'], 'usr/bin/su', true],
    [['/usr/bin/su'], 'usr/bin/sudo', false],
    [['/nothing', '/opt/**'], 'opt/a/b', true],
    [['/opt/***', '/opt/*'], 'opt/a', true],
    [['/opt/***'], 'opt/a', false],
    [[], 'opt/a', false],
  ])('%j match %s: %s', (patterns, path, isDescribed) => {
    expect(matchesPath(patterns)(path)).toBe(isDescribed);
  });
});
