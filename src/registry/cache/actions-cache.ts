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
 * workflows may have put there is hashed like everything else. A run for a fork may read the caches of the base branch, so
 * private content has a directory of its own, which serves only the later steps of the job. Failures are reported and
 * change nothing: the run then queries the registries.
 */
export async function openActionsCache(options: {
  readonly directory: string;
  /** Undefined where the runner has none. */
  readonly service: ActionsCacheService | undefined;
  readonly notice: (message: string) => void;
}): Promise<BlobCache> {
  const { directory, service, notice } = options;
  const cache = new DirectoryCache({ directory, ...SIZES });
  const own = new DirectoryCache({ directory: `${directory}-private`, ...SIZES });
  const of = (isPrivate: boolean) => (isPrivate ? own : cache);
  let restored: string | undefined;
  try {
    const entry = await service?.restore(PREFIX, MAX_PACK_BYTES);
    if (entry !== undefined) await cache.add(await unpackContent(entry.bytes, MAX_PACK_BYTES));
    restored = entry?.key;
  } catch (error) {
    notice(
      `The cache of registry content could not be restored: ${messageOf(error)}. Its content is downloaded again.`,
    );
  }
  return {
    get: async (digest, maxBytes) => (await cache.get(digest, maxBytes)) ?? own.get(digest, maxBytes),
    put: (digest, bytes, isPrivate) => of(isPrivate).put(digest, bytes),
    stream: async (digest) => (await cache.stream(digest)) ?? own.stream(digest),
    keeping: (digest, size, chunks, isPrivate) => of(isPrivate).keeping(digest, size, chunks),
    lastDigest: async (name) => (await own.lastDigest(name)) ?? cache.lastDigest(name),
    noteDigest: (name, digest, isPrivate) => of(isPrivate).noteDigest(name, digest),
    async close() {
      await cache.close();
      await own.close();
      if (service === undefined) return;
      try {
        const key = await contentKey(cache);
        if (key === undefined || key === restored) return;
        await service.save(key, await packContent(await cache.content()));
      } catch (error) {
        notice(
          `The cache of registry content could not be saved: ${messageOf(error)}. The next run downloads it again.`,
        );
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
