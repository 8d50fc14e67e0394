import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobCache } from './cache.js';
import { messageOf } from './caught.js';
import { digestOf } from './digest.js';
import { DirectoryCache } from './directory-cache.js';

/** What this room uses of `@actions/cache`. */
export interface ActionsCache {
  isFeatureAvailable(): boolean;
  restoreCache(paths: string[], primaryKey: string, restoreKeys: string[]): Promise<string | undefined>;
  saveCache(paths: string[], key: string): Promise<number>;
}

const PREFIX = 'base-image-gate-registry-v1-';

const MIB = 1024 * 1024;
/** Manifests, configurations and attestations: a layer comes as fast from its registry as from the cache service. */
const SIZES = { maxBytes: 256 * MIB, maxEntryBytes: 8 * MIB };

/**
 * A directory cache that a runner brings along from run to run. What other workflows may have put there is hashed like
 * everything else. Failures are told and change nothing: the run then asks the registries.
 */
export async function openActionsCache(options: {
  /** The same path in every run, since the service keeps paths. */
  readonly directory: string;
  readonly notice: (message: string) => void;
  readonly load?: () => Promise<ActionsCache>;
}): Promise<BlobCache> {
  const { directory, notice, load = () => import('@actions/cache') } = options;
  const cache = new DirectoryCache({ directory, ...SIZES });
  const paths = [directory];
  let restored: string | undefined;
  let service: ActionsCache | undefined;
  try {
    const loaded = await load();
    if (loaded.isFeatureAvailable()) {
      service = loaded;
      restored = await service.restoreCache(paths, `${PREFIX}none`, [PREFIX]);
    }
  } catch (error) {
    notice(`The cache of registry content could not be restored: ${messageOf(error)}.`);
  }
  return {
    get: (digest, maxBytes) => cache.get(digest, maxBytes),
    put: (digest, bytes) => cache.put(digest, bytes),
    stream: (digest) => cache.stream(digest),
    keeping: (digest, size, chunks) => cache.keeping(digest, size, chunks),
    lastDigest: (name) => cache.lastDigest(name),
    noteDigest: (name, digest) => cache.noteDigest(name, digest),
    async close() {
      await cache.close();
      try {
        const content = await contentKey(directory);
        if (service === undefined || content === undefined || PREFIX + content === restored) return;
        await service.saveCache(paths, PREFIX + content);
      } catch (error) {
        notice(`The cache of registry content could not be saved: ${messageOf(error)}.`);
      }
    },
  };
}

/** Changes with what is cached, since an entry of the Actions cache can't be written twice; undefined where nothing is. */
async function contentKey(directory: string): Promise<string | undefined> {
  const blobs = await namesIn(join(directory, 'blobs/sha256'));
  const tags = await namesIn(join(directory, 'tags'));
  if (blobs.length + tags.length === 0) return undefined;
  return digestOf(Buffer.from([...blobs.sort(), ...tags.sort()].join('\n'))).slice(
    'sha256:'.length,
    'sha256:'.length + 32,
  );
}

/** None where there is no such folder: no image was opened, or every one is read from elsewhere. */
async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}
