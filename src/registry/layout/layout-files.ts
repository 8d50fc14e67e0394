import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../lib/caught.js';
import { readTarIndex, type TarMember } from './layout-tar.js';

/** The files of an OCI image layout, wherever they lie. Paths are the layout's own: `index.json`, `blobs/sha256/…`. */
export interface LayoutFiles {
  /** The size in bytes, or undefined where there is no such file. Throws what the operating system throws. */
  size(path: string): Promise<number | undefined>;
  /** The bytes in chunks; `size` is how many there are about. Throws what the operating system throws. */
  stream(path: string, size: number): AsyncIterable<Uint8Array>;
}

/**
 * Opens an image layout: a directory, or a tar of one. A directory under the layout's path that is itself a layout, such as
 * `DIR/library/alpine`, is for the caller to open. Throws what the operating system throws, and an Error if a file is no tar.
 */
export async function openLayoutFiles(path: string): Promise<LayoutFiles> {
  return (await stat(path)).isDirectory() ? new DirectoryFiles(path) : TarFiles.open(path);
}

/** Most files of a layout are documents: a stream's usual buffer would be a hundred times as large as they are. */
const MAX_CHUNK = 64 * 1024;

function chunkOf(size: number): number {
  return Math.max(1, Math.min(size, MAX_CHUNK));
}

class DirectoryFiles implements LayoutFiles {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async size(path: string): Promise<number | undefined> {
    try {
      const found = await stat(join(this.#path, path));
      return found.isFile() ? found.size : undefined;
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
      throw error;
    }
  }

  stream(path: string, size: number): AsyncIterable<Uint8Array> {
    return createReadStream(join(this.#path, path), { highWaterMark: chunkOf(size) });
  }
}

class TarFiles implements LayoutFiles {
  readonly #path: string;
  readonly #members: ReadonlyMap<string, TarMember>;

  private constructor(path: string, members: ReadonlyMap<string, TarMember>) {
    this.#path = path;
    this.#members = members;
  }

  static async open(path: string): Promise<TarFiles> {
    const file = await open(path);
    try {
      return new TarFiles(path, await readTarIndex(file));
    } finally {
      await file.close();
    }
  }

  async size(path: string): Promise<number | undefined> {
    return this.#members.get(path)?.size;
  }

  async *stream(path: string): AsyncGenerator<Uint8Array> {
    const member = this.#members.get(path);
    if (member === undefined || member.size === 0) return;
    const { offset, size } = member;
    yield* createReadStream(this.#path, { start: offset, end: offset + size - 1, highWaterMark: chunkOf(size) });
  }
}
