import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { keepCompiledCode } from '../../src/cli/compiled-code.js';
import { isOnCi, isPrivate } from '../../src/lib/cache-directory.js';

const base = mkdtempSync(join(tmpdir(), 'gate-compiled-'));
afterAll(() => rmSync(base, { recursive: true }));
let count = 0;

/** A directory with these permissions, below another with these. */
function made(mode: number, above = 0o700): string {
  count += 1;
  const parent = join(base, String(count));
  const directory = join(parent, 'code');
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, mode);
  chmodSync(parent, above);
  return directory;
}

describe('a directory for compiled code', () => {
  test.each([
    ['of the user alone', 0o700, 0o700, true],
    ['below one that others may read', 0o700, 0o755, true],
    ['below one where others can only add their own', 0o700, 0o1777, true],
    ['that others may read', 0o755, 0o700, false],
    ['that a group may write to', 0o770, 0o700, false],
    ['below one that a group may write to', 0o700, 0o770, false],
    ['below one that anybody may write to', 0o700, 0o777, false],
  ])('%s is accepted only if no other user can change it', (_what, mode, above, expected) => {
    expect(isPrivate(made(mode, above))).toBe(expected);
  });

  test('that is a link is refused', () => {
    const link = join(base, 'link');
    symlinkSync(made(0o700), link);
    expect(isPrivate(link)).toBe(false);
  });
});

describe('keeping compiled code', () => {
  test.each([{ CI: 'true' }, { CI: '1' }, { GITHUB_ACTIONS: 'true' }, { TF_BUILD: 'True' }])(
    'is off on CI (%j), and makes no directory',
    (environment) => {
      const home = join(base, 'ci');
      expect(keepCompiledCode({ HOME: home, ...environment })).toBeUndefined();
      expect(existsSync(home)).toBe(false);
    },
  );

  test('is off where the cache can be changed by others', () => {
    const home = made(0o777);
    expect(keepCompiledCode({ XDG_CACHE_HOME: home })).toBeUndefined();
  });

  test('is off where no directory can be made', () => {
    expect(keepCompiledCode({ XDG_CACHE_HOME: '/dev/null/cache' })).toBeUndefined();
  });
});

test.each([
  [{}, false],
  [{ CI: '' }, false],
  [{ CI: 'false' }, false],
  [{ CI: '0' }, false],
  [{ CI: 'woodpecker' }, true],
  [{ BUILD_ID: '42' }, true],
])('an environment with %j is taken for CI: %s', (environment, expected) => {
  expect(isOnCi(environment)).toBe(expected);
});
