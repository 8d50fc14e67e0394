import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { isPrivate } from '../../lib/cache-directory.js';
import { version } from '../../lib/version.js';
import type { LayerFacts } from './layer-facts.js';

/** All that may stay, and the most of one layer: 400,000 files take some 60 MB. */
const MAX_BYTES = 512 * 1024 * 1024;
const MAX_ENTRY_BYTES = 96 * 1024 * 1024;
/** Smaller layers are read as fast as what was learned of them. */
const LEAST_LAYER_BYTES = 1024 * 1024;
const SEAL_BYTES = 32;

/** What was learned of layers in earlier runs, by digest. */
export interface KeptFacts {
  /** Undefined where nothing is kept, or what is kept is not whole. */
  get(digest: string, diffId: string): Promise<LayerFacts | undefined>;
  /** Keeps what was learned, as far as that works; never fails. */
  put(digest: string, facts: LayerFacts): Promise<void>;
}

/**
 * Opens a directory with facts about layers, for this version alone. They can't be checked against the layer without
 * reading it, so a directory that others can change is not used: undefined then, and where it can't be made.
 */
export async function openKeptFacts(directory: string): Promise<KeptFacts | undefined> {
  let held: ReadonlySet<string>;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    if (!isPrivate(directory)) return undefined;
    held = await prune(directory);
  } catch {
    return undefined;
  }
  const pathOf = (digest: string, diffId: string) => join(directory, hashOf(`${version} ${digest} ${diffId}`));
  return {
    async get(digest, diffId) {
      try {
        const path = pathOf(digest, diffId);
        if (!held.has(path) || (await stat(path)).size > MAX_ENTRY_BYTES) return undefined;
        const facts = open(await readFile(path), diffId);
        const now = new Date();
        if (facts !== undefined) await utimes(path, now, now);
        return facts;
      } catch {
        return undefined;
      }
    },
    async put(digest, facts) {
      if (facts.uncompressedBytes < LEAST_LAYER_BYTES) return;
      const bytes = serialize(facts);
      if (bytes.length > MAX_ENTRY_BYTES) return;
      const path = pathOf(digest, facts.diffId);
      const beside = `${path}.${randomUUID()}.part`;
      try {
        await writeFile(beside, Buffer.concat([sealOf(bytes), bytes]), { flag: 'wx', mode: 0o600 });
        await rename(beside, path);
      } catch {
        await rm(beside, { force: true }).catch(() => undefined);
      }
    },
  };
}

/** The facts in a file; undefined where its bytes are not those that were written, or say something else. */
function open(file: Buffer, diffId: string): LayerFacts | undefined {
  const bytes = file.subarray(SEAL_BYTES);
  if (!sealOf(bytes).equals(file.subarray(0, SEAL_BYTES))) return undefined;
  const value: unknown = deserialize(bytes);
  return isFacts(value) && value.diffId === diffId ? value : undefined;
}

function isFacts(value: unknown): value is LayerFacts {
  if (typeof value !== 'object' || value === null) return false;
  const lists = ['entries', 'whiteouts', 'opaque', 'unread'].map(
    (name) => Object.entries(value).find(([key]) => key === name)?.[1],
  );
  return (
    'diffId' in value &&
    typeof value.diffId === 'string' &&
    'uncompressedBytes' in value &&
    typeof value.uncompressedBytes === 'number' &&
    lists.every((list) => Array.isArray(list))
  );
}

/** Removes what has been of use the longest ago, until the rest fits. Returns the paths of what is left. */
async function prune(directory: string): Promise<ReadonlySet<string>> {
  const files = await Promise.all(
    (await readdir(directory)).map(async (name) => {
      const path = join(directory, name);
      const { size, mtimeMs } = await stat(path);
      return { path, size, mtimeMs };
    }),
  );
  const left = new Set(files.map(({ path }) => path));
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
    if (total <= MAX_BYTES) break;
    await rm(path, { force: true });
    left.delete(path);
    total -= size;
  }
  return left;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function sealOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
