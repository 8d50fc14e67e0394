import { messageOf } from '../../lib/caught.js';
import { digestOf } from '../../references/digest.js';
import type { ActionsCacheService } from './actions-cache-service.js';
import type { BlobCache } from './cache.js';
import { packContent, unpackContent } from './cache-pack.js';
import { DirectoryCache } from './directory-cache.js';

const PREFIX = 'base-image-gate-registry-v2-';

const MIB = 1024 * 1024;
/** Manifests, configurations and attestations: a layer comes as fast from its registry as from the cache service. */
const SIZES = { maxBytes: 64 * MIB, maxEntryBytes: 8 * MIB };
/** One line that names what is in it comes on top. */
const MAX_PACK_BYTES = SIZES.maxBytes + 8 * MIB;

/**
 * A directory cache that is brought along from job to job: RUNNER_TEMP itself is emptied before each. What other
 * workflows may have put there is hashed like everything else. Failures are reported and change nothing: the run then asks
 * the registries.
 */
export async function openActionsCache(options: {
  readonly directory: string;
  /** Undefined where the runner has none. */
  readonly service: ActionsCacheService | undefined;
  /**
   * Asked when the run ends. What was read with credentials is not: a run for a fork may read the caches of the base
   * branch, and what it finds there.
   */
  readonly mayBeShared: () => boolean;
  readonly notice: (message: string) => void;
}): Promise<BlobCache> {
  const { directory, service, mayBeShared, notice } = options;
  const cache = new DirectoryCache({ directory, ...SIZES });
  let restored: string | undefined;
  try {
    const entry = await service?.restore(PREFIX, MAX_PACK_BYTES);
    if (entry !== undefined) await cache.add(await unpackContent(entry.bytes, MAX_PACK_BYTES));
    restored = entry?.key;
  } catch (error) {
    notice(`The cache of registry content could not be restored: ${messageOf(error)}. What it held is fetched again.`);
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
      if (service === undefined || !mayBeShared()) return;
      try {
        const key = await contentKey(cache);
        if (key === undefined || key === restored) return;
        await service.save(key, await packContent(await cache.content()));
      } catch (error) {
        notice(`The cache of registry content could not be saved: ${messageOf(error)}. The next run fetches it again.`);
      }
    },
  };
}

/** Changes with what is cached, since an entry can't be written twice; undefined where nothing is. */
async function contentKey(cache: DirectoryCache): Promise<string | undefined> {
  const { blobs, tags } = await cache.names();
  if (blobs.length + tags.length === 0) return undefined;
  const digest = digestOf(Buffer.from([...blobs, ...tags].join('\n')));
  return PREFIX + digest.slice('sha256:'.length, 'sha256:'.length + 32);
}
