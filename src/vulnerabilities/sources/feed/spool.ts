import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Bytes gathered before they are written: a system call for each record would cost more than unpacking it. */
const WRITE_BYTES = 4 * 1024 * 1024;

/**
 * Records of a run in a file that has no name any more, so that nothing is left behind however the process ends. Throws
 * what the file system throws: a full disk, for one.
 */
export class Spool {
  readonly #file: number;
  readonly #offsets: number[] = [0];
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #written = 0;

  constructor() {
    const directory = mkdtempSync(join(tmpdir(), 'base-image-gate-feed-'));
    this.#file = openSync(join(directory, 'records'), 'wx+', 0o600);
    try {
      rmSync(directory, { recursive: true, force: true });
    } catch {
      // Where an open file can't be removed, the system's own clean-up of the directory for temporary files does it.
    }
  }

  get length(): number {
    return this.#offsets.length - 1;
  }

  /** Takes a record, whose place is the number of those before it. */
  add(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#offsets.push(this.#written + this.#waitingBytes);
    if (this.#waitingBytes >= WRITE_BYTES) this.#write();
  }

  /** The record at a place; empty if there is none. */
  read(place: number): Buffer {
    if (this.#waitingBytes > 0) this.#write();
    const start = this.#offsets[place] ?? 0;
    const record = Buffer.alloc((this.#offsets[place + 1] ?? start) - start);
    for (let filled = 0; filled < record.length; ) {
      const count = readSync(this.#file, record, filled, record.length - filled, start + filled);
      if (count === 0) break;
      filled += count;
    }
    return record;
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(): void {
    const all = Buffer.concat(this.#waiting);
    for (let done = 0; done < all.length; )
      done += writeSync(this.#file, all, done, all.length - done, this.#written + done);
    this.#written += all.length;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}
