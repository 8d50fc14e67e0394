import { join } from 'node:path';
import { localCacheDirectory } from '../../lib/cache-directory.js';
import type { Environment } from '../http/proxy.js';
import type { BlobCache } from './cache.js';
import { DirectoryCache } from './directory-cache.js';

const MIB = 1024 * 1024;

/** Registry content of the command line: up to 2 GiB stay, and no layer of more than 512 MiB. */
export function localCache(environment: Environment): BlobCache {
  const directory = join(localCacheDirectory(environment), 'registry');
  return new DirectoryCache({ directory, maxBytes: 2048 * MIB, maxEntryBytes: 512 * MIB });
}
