import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Environment } from '../http/proxy.js';
import type { BlobCache } from './cache.js';
import { DirectoryCache } from './directory-cache.js';

const MIB = 1024 * 1024;

/**
 * Where the command line keeps what it learned between runs: `base-image-gate` under `$XDG_CACHE_HOME`, or `~/.cache`.
 *
 * @see https://specifications.freedesktop.org/basedir-spec/latest/#variables relative paths there are to be ignored
 */
export function localCacheDirectory(environment: Environment): string {
  const given = environment['XDG_CACHE_HOME'] ?? '';
  return join(isAbsolute(given) ? given : join(environment['HOME'] || homedir(), '.cache'), 'base-image-gate');
}

/** Registry content of the command line: up to 2 GiB stay, and no layer of more than 512 MiB. */
export function localCache(environment: Environment): BlobCache {
  const directory = join(localCacheDirectory(environment), 'registry');
  return new DirectoryCache({ directory, maxBytes: 2048 * MIB, maxEntryBytes: 512 * MIB });
}
