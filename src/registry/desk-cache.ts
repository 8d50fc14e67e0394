import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { BlobCache } from './cache.js';
import { DirectoryCache } from './directory-cache.js';
import type { Environment } from './proxy.js';

const MIB = 1024 * 1024;

/**
 * The cache of a desk: `base-image-gate/registry` under `$XDG_CACHE_HOME`, or `~/.cache`. Up to 2 GiB stay, and no layer of
 * more than 512 MiB.
 *
 * @see https://specifications.freedesktop.org/basedir-spec/latest/#variables relative paths there are to be ignored
 */
export function deskCache(environment: Environment): BlobCache {
  const given = environment['XDG_CACHE_HOME'] ?? '';
  const base = isAbsolute(given) ? given : join(environment['HOME'] || homedir(), '.cache');
  const directory = join(base, 'base-image-gate/registry');
  return new DirectoryCache({ directory, maxBytes: 2048 * MIB, maxEntryBytes: 512 * MIB });
}
