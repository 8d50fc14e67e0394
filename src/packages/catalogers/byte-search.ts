/** Finds a byte sequence in a file that comes in chunks, and says where: 0-based offsets from the file's beginning. */
export class ByteSearch {
  readonly #needle: Buffer;
  #tail: Buffer = Buffer.alloc(0);
  #seen = 0;

  constructor(needle: Buffer) {
    this.#needle = needle;
  }

  /** The offsets of all occurrences that end in this chunk. */
  *in(chunk: Uint8Array): Iterable<number> {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const overlap = this.#needle.length - 1;
    if (this.#tail.length > 0) {
      const joint = Buffer.concat([this.#tail, bytes.subarray(0, overlap)]);
      yield* offsets(joint, this.#needle, this.#seen - this.#tail.length);
    }
    yield* offsets(bytes, this.#needle, this.#seen);
    const kept = bytes.length < overlap ? Buffer.concat([this.#tail, bytes]) : bytes;
    this.#tail = Buffer.from(kept.subarray(Math.max(0, kept.length - overlap)));
    this.#seen += bytes.length;
  }
}

function* offsets(bytes: Buffer, needle: Buffer, base: number): Iterable<number> {
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) yield base + at;
}

/** Keeps the bytes of one range of a file as they stream by. Bytes before the chunk at which it was made are lost. */
export class ByteRange {
  readonly start: number;
  readonly #length: number;
  #parts: Buffer[] = [];
  #kept = 0;

  constructor(start: number, length: number) {
    this.start = start;
    this.#length = length;
  }

  /** Takes a chunk and its offset in the file. Whether it needs more. */
  write(chunk: Uint8Array, offset: number): boolean {
    const from = this.start + this.#kept - offset;
    if (from < 0) return false;
    const part = chunk.subarray(from, from + this.#length - this.#kept);
    if (part.length > 0) {
      this.#parts.push(Buffer.from(part));
      this.#kept += part.length;
    }
    return this.#kept < this.#length;
  }

  /** How many bytes have come. */
  get length(): number {
    return this.#kept;
  }

  get bytes(): Buffer {
    if (this.#parts.length > 1) this.#parts = [Buffer.concat(this.#parts)];
    return this.#parts[0] ?? Buffer.alloc(0);
  }
}

/**
 * A file's bytes as text of one character a byte, in windows of bounded size that overlap, so that a short pattern is
 * found wherever chunks end.
 */
export class TextWindows {
  readonly #size: number;
  readonly #overlap: number;
  #tail: Buffer = Buffer.alloc(0);

  constructor(size: number, overlap: number) {
    this.#size = size;
    this.#overlap = overlap;
  }

  *of(chunk: Uint8Array): Iterable<string> {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#tail.length > 0) {
      yield Buffer.concat([this.#tail, bytes.subarray(0, this.#overlap)]).toString('latin1');
    }
    for (let at = 0; at < bytes.length; at += this.#size) {
      yield bytes.toString('latin1', at, at + this.#size + this.#overlap);
    }
    this.#tail = Buffer.from(Buffer.concat([this.#tail, bytes.subarray(-this.#overlap)]).subarray(-this.#overlap));
  }
}
