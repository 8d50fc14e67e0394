import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ByteSource, bufferSource, fileSource } from '../../lib/byte-source.js';
import { messageOf } from '../../lib/caught.js';

/** Bytes read at once: the parts of an archive lie near each other, and each call of the system costs. */
const WINDOW = 256 * 1024;

/**
 * Keeps a file's bytes until its end is known: in memory up to `memory` bytes, then in a temporary file that has no
 * name where the system allows it, and is removed by `close` in any case.
 */
export class Spool {
  readonly #memory: number;
  #chunks: Buffer[] = [];
  #size = 0;
  #file: { readonly descriptor: number; readonly directory: string } | null = null;
  #failure: string | undefined;

  constructor(memory: number) {
    this.#memory = memory;
  }

  write(chunk: Uint8Array): void {
    if (this.#failure !== undefined) return;
    try {
      if (this.#file === null && this.#size + chunk.length > this.#memory) this.#spill();
      if (this.#file === null) this.#chunks.push(Buffer.from(chunk));
      else writeAll(this.#file.descriptor, chunk);
      this.#size += chunk.length;
    } catch (error) {
      this.#failure = messageOf(error);
    }
  }

  /** Why bytes could not be kept, in the system's words; undefined where all were. */
  get failure(): string | undefined {
    return this.#failure;
  }

  source(): ByteSource {
    if (this.#file !== null) return fileSource(this.#file.descriptor, this.#size, WINDOW);
    const bytes = Buffer.concat(this.#chunks);
    this.#chunks = [];
    return bufferSource(bytes);
  }

  close(): void {
    this.#chunks = [];
    if (this.#file === null) return;
    closeSync(this.#file.descriptor);
    rmSync(this.#file.directory, { recursive: true, force: true });
    this.#file = null;
  }

  #spill(): void {
    const directory = mkdtempSync(join(tmpdir(), 'base-image-gate-'));
    const path = join(directory, 'archive');
    this.#file = { descriptor: openSync(path, 'wx+', 0o600), directory };
    // A run that is killed leaves nothing behind; Windows can't remove an open file.
    if (process.platform !== 'win32') rmSync(directory, { recursive: true });
    for (const chunk of this.#chunks) writeAll(this.#file.descriptor, chunk);
    this.#chunks = [];
  }
}

function writeAll(descriptor: number, chunk: Uint8Array): void {
  for (let at = 0; at < chunk.length; ) at += writeSync(descriptor, chunk, at, chunk.length - at);
}
