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
    this.#tail = Buffer.concat([this.#tail, bytes.subarray(-overlap)]).subarray(-overlap);
    this.#seen += bytes.length;
  }
}

function* offsets(bytes: Buffer, needle: Buffer, base: number): Iterable<number> {
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) yield base + at;
}

/**
 * Finds a byte sequence of at most `alignment` bytes at multiples of that, in a file that comes in chunks. Looking at one
 * byte of sixteen is twenty times as fast as searching for the sequence anywhere.
 */
export class AlignedSearch {
  readonly #needle: Buffer;
  readonly #alignment: number;
  /** The beginning of a block that the last chunk broke off. */
  #block: Buffer = Buffer.alloc(0);
  #seen = 0;

  constructor(needle: Buffer, alignment: number) {
    this.#needle = needle;
    this.#alignment = alignment;
  }

  /**
   * All occurrences whose block of `alignment` bytes ends in this chunk: their offsets, and what of the block followed
   * the sequence in chunks before.
   */
  *in(chunk: Uint8Array): Iterable<{ readonly at: number; readonly before: Buffer }> {
    const needle = this.#needle;
    const alignment = this.#alignment;
    const first = needle[0];
    const missing = this.#block.length === 0 ? 0 : alignment - this.#block.length;
    if (missing > 0) {
      this.#block = Buffer.concat([this.#block, chunk.subarray(0, missing)]);
      if (chunk.length < missing) {
        this.#seen += chunk.length;
        return;
      }
      if (this.#block.indexOf(needle) === 0) {
        const before = this.#block.subarray(needle.length, Math.max(needle.length, alignment - missing));
        yield { at: this.#seen + missing - alignment, before };
      }
    }
    let at = missing;
    for (; at + alignment <= chunk.length; at += alignment) {
      if (chunk[at] === first && needle.every((byte, index) => chunk[at + index] === byte)) {
        yield { at: this.#seen + at, before: Buffer.alloc(0) };
      }
    }
    this.#block = Buffer.from(chunk.subarray(at));
    this.#seen += chunk.length;
  }
}

/** Keeps the bytes of one range of a file as they stream by. Bytes before the chunk at which it was made are lost. */
export class ByteRange {
  readonly start: number;
  readonly #length: number;
  #parts: Buffer[] = [];
  #kept = 0;

  /** @param before the first bytes of the range, where they came before */
  constructor(start: number, length: number, before: Buffer = Buffer.alloc(0)) {
    this.start = start;
    this.#length = length;
    this.#parts = before.length === 0 ? [] : [before];
    this.#kept = before.length;
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
