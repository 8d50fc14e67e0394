import { isAbsolute } from 'node:path';
import { expect, test } from '@jest/globals';
import { localCacheDirectory } from '../../src/lib/cache-directory.js';

test.each([
  [{ XDG_CACHE_HOME: '/cache', HOME: '/home/me' }, '/cache/base-image-gate'],
  [{ XDG_CACHE_HOME: 'cache', HOME: '/home/me' }, '/home/me/.cache/base-image-gate'],
  [{ HOME: '/home/me' }, '/home/me/.cache/base-image-gate'],
])('the cache of %j is %s', (environment, directory) => {
  expect(localCacheDirectory(environment)).toBe(directory);
});

test.each(['none', '.', ''])('a HOME of %j puts no cache into the current directory', (home) => {
  expect(isAbsolute(localCacheDirectory({ HOME: home }))).toBe(true);
});
