import { randomUUID } from 'node:crypto';
import { createReadStream, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, hashesTo, hashFor } from '../../references/digest.js';
import { isDigest } from '../../references/reference.js';
import type { BlobCache } from './cache.js';
import type { CacheContent } from './cache-pack.js';

export interface DirectoryCacheOptions {
  readonly directory: string;
  /** All that may stay when a run ends. */
  readonly maxBytes: number;
  /** What is larger is not kept. */
  readonly maxEntryBytes: number;
}

/** As large as documents are: to hand such a write to another thread costs several times what it takes. */
const SMALL_BYTES = 64 * 1024;

/**
 * A cache in a directory: `blobs/sha256/<hex>`, and `tags/` with what tags last pointed to. Files appear whole or not at
 * all (they are written next to and renamed), so several runs may share it.
 */
export class DirectoryCache implements BlobCache {
  readonly #options: DirectoryCacheOptions;
  #made: Promise<void> | undefined;
  /** Paths of what it held when it was first used, and of what this run has added: asking for a file that is not there costs. */
  #held: Promise<Set<string>> | undefined;

  constructor(options: DirectoryCacheOptions) {
    this.#options = options;
  }

  async get(digest: string, maxBytes: number): Promise<Uint8Array | undefined> {
    return quietly(async () => {
      const path = this.#blobPath(digest);
      if (!(await this.#holds(path)) || (await stat(path)).size > maxBytes) return undefined;
      const bytes = await readFile(path);
      if (!hashesTo(bytes, digest)) {
        await rm(path, { force: true });
        return undefined;
      }
      await touch(path);
      return bytes;
    });
  }

  async put(digest: string, bytes: Uint8Array): Promise<void> {
    if (bytes.length > this.#options.maxEntryBytes) return;
    await quietly(() => this.#write(this.#blobPath(digest), bytes));
  }

  async stream(digest: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    return quietly(async () => {
      const path = this.#blobPath(digest);
      if (!(await this.#holds(path))) return undefined;
      const hash = hashFor(digest);
      for await (const chunk of createReadStream(path)) hash.update(chunk);
      if (`${digest.slice(0, digest.indexOf(':'))}:${hash.digest('hex')}` !== digest) {
        await rm(path, { force: true });
        return undefined;
      }
      await touch(path);
      return lazily(path);
    });
  }

  async *keeping(digest: string, size: number, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    if (size > this.#options.maxEntryBytes) return yield* chunks;
    if (size <= SMALL_BYTES) return yield* this.#keepingSmall(digest, chunks);
    const path = this.#blobPath(digest);
    const beside = `${path}.${randomUUID()}.part`;
    let file: FileHandle | undefined = await quietly(async () => {
      await this.#makeDirectories();
      return open(beside, 'wx', 0o600);
    });
    let complete = false;
    try {
      for await (const chunk of chunks) {
        if (file !== undefined && !(await wrote(file, chunk))) {
          await file.close();
          file = undefined;
        }
        yield chunk;
      }
      // The source of the chunks hashes them: for other bytes the loop would have thrown.
      complete = file !== undefined;
    } finally {
      await quietly(async () => {
        await file?.close();
        if (!complete) return await rm(beside, { force: true });
        await rename(beside, path);
        await this.#noteHeld(path);
      });
    }
  }

  async *#keepingSmall(digest: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) {
      parts.push(Buffer.from(chunk));
      yield chunk;
    }
    await this.put(digest, Buffer.concat(parts));
  }

  async lastDigest(name: string): Promise<string | undefined> {
    const path = this.#tagPath(name);
    if (!(await this.#holds(path))) return undefined;
    const digest = await quietly(() => readFile(path, 'utf8'));
    return digest !== undefined && isDigest(digest) ? digest : undefined;
  }

  async noteDigest(name: string, digest: string): Promise<void> {
    await quietly(() => this.#write(this.#tagPath(name), Buffer.from(digest)));
  }

  async close(): Promise<void> {
    await quietly(async () => {
      const dir = join(this.#options.directory, 'blobs/sha256');
      const files = await Promise.all(
        (await readdir(dir)).map(async (file) => {
          const { size, mtimeMs } = await stat(join(dir, file));
          return { path: join(dir, file), size, mtimeMs };
        }),
      );
      let total = files.reduce((sum, file) => sum + file.size, 0);
      for (const file of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
        if (total <= this.#options.maxBytes) break;
        await rm(file.path, { force: true });
        total -= file.size;
      }
    });
  }

  /** The names of what it holds, sorted. */
  async names(): Promise<{ readonly blobs: readonly string[]; readonly tags: readonly string[] }> {
    const [blobs, tags] = await Promise.all(['blobs/sha256', 'tags'].map((dir) => this.#namesIn(dir)));
    return { blobs: blobs ?? [], tags: tags ?? [] };
  }

  /** Everything it holds that is what its name says. */
  async content(): Promise<CacheContent> {
    const { blobs, tags } = await this.names();
    const bytes: Uint8Array[] = [];
    for (const name of blobs) {
      const blob = await this.get(`sha256:${name}`, this.#options.maxEntryBytes);
      if (blob !== undefined) bytes.push(blob);
    }
    const digests: Record<string, string> = {};
    for (const name of tags) {
      const digest = await quietly(() => readFile(join(this.#options.directory, 'tags', name), 'utf8'));
      if (digest !== undefined && isDigest(digest)) digests[name] = digest;
    }
    return { blobs: bytes, tags: digests };
  }

  /** Takes in what another cache held. Blobs are kept under what they hash to. */
  async add({ blobs, tags }: CacheContent): Promise<void> {
    for (const bytes of blobs) await this.put(digestOf(bytes), bytes);
    for (const [name, digest] of Object.entries(tags)) {
      await quietly(() => this.#write(join(this.#options.directory, 'tags', name), Buffer.from(digest)));
    }
  }

  /** Without what a run that was stopped left half-written; none where there is no such directory. */
  async #namesIn(dir: string): Promise<readonly string[]> {
    const names = (await quietly(() => readdir(join(this.#options.directory, dir)))) ?? [];
    return names.filter((name) => /^[0-9a-f]{64}$/.test(name)).sort();
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    await this.#makeDirectories();
    const beside = `${path}.${randomUUID()}.part`;
    const options = { flag: 'wx', mode: 0o600 } as const;
    try {
      if (bytes.length <= SMALL_BYTES) {
        writeFileSync(beside, bytes, options);
        renameSync(beside, path);
      } else {
        await writeFile(beside, bytes, options);
        await rename(beside, path);
      }
      await this.#noteHeld(path);
    } catch (error) {
      rmSync(beside, { force: true });
      throw error;
    }
  }

  async #holds(path: string): Promise<boolean> {
    this.#held ??= this.#list();
    return (await this.#held).has(path);
  }

  async #noteHeld(path: string): Promise<void> {
    (await this.#held)?.add(path);
  }

  async #list(): Promise<Set<string>> {
    const listed = await Promise.all(
      ['blobs/sha256', 'tags'].map(async (dir) => {
        const place = join(this.#options.directory, dir);
        return ((await quietly(() => readdir(place))) ?? []).map((name) => join(place, name));
      }),
    );
    return new Set(listed.flat());
  }

  #makeDirectories(): Promise<void> {
    this.#made ??= this.#makeEach();
    return this.#made;
  }

  async #makeEach(): Promise<void> {
    for (const dir of ['blobs/sha256', 'tags'])
      await mkdir(join(this.#options.directory, dir), { recursive: true, mode: 0o700 });
  }

  #blobPath(digest: string): string {
    // Content under other algorithms is rare, and is kept under its own name next to the sha256 ones.
    return join(this.#options.directory, 'blobs/sha256', digest.replace(/^sha256:/, '').replace(':', '-'));
  }

  #tagPath(name: string): string {
    return join(this.#options.directory, 'tags', digestOf(Buffer.from(name)).slice('sha256:'.length));
  }
}

async function wrote(file: FileHandle, chunk: Uint8Array): Promise<boolean> {
  return (await quietly(() => file.appendFile(chunk).then(() => true))) === true;
}

/** Opened when it is read, so that nothing stays open, or fails unheard, if it is not. */
async function* lazily(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path);
}

/** The times of a file say when it was last of use. */
async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now);
}

/** A cache that fails is a cache that has nothing. */
async function quietly<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}
