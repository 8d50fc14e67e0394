/** A short text to search for, one byte a character. */
export interface BytePattern {
  readonly text: string;
  /** Counts only where no letter, digit or underscore of ASCII is before it, as `\b` says. */
  readonly startsWord?: boolean;
}

/** Entries of a table: small enough for the processor's first cache, and large enough that few pairs share one. */
const TABLE = 4096;
const MASK = TABLE - 1;

/**
 * Searches bytes for many short texts in one pass, skipping most of them: a table says of any two bytes how far the next
 * place is where a text could end. It says where one is, and leaves it to others what it means.
 *
 * @see https://webglimpse.net/pubs/TR94-17.pdf S. Wu, U. Manber: A Fast Algorithm for Multi-Pattern Searching
 */
export class BytePatterns {
  /** The length of the shortest pattern: this much of each is examined before a text is compared. */
  readonly #length: number;
  /** By a hash of two bytes: how far a text may be shifted when they are the last of that length. */
  readonly #shifts: Uint8Array;
  /** By a hash of two bytes: the place in `#begun` of the texts that begin with them, or 0. */
  readonly #heads = new Uint16Array(TABLE);
  readonly #begun: { readonly text: string; readonly bytes: Buffer; readonly startsWord: boolean }[][] = [[]];

  /** @param patterns texts of two bytes at least */
  constructor(patterns: readonly BytePattern[]) {
    const all = patterns.map(({ text, startsWord = false }) => ({
      text,
      bytes: Buffer.from(text, 'latin1'),
      startsWord,
    }));
    const lengths = all.map(({ bytes }) => bytes.length);
    this.#length = Math.min(...lengths);
    this.#shifts = new Uint8Array(TABLE).fill(Math.min(255, this.#length - 1));
    for (const one of all) {
      const head = pairAt(one.bytes, 0);
      const place = this.#heads[head] || this.#begun.push([]) - 1;
      this.#heads[head] = place;
      this.#begun[place]?.push(one);
      for (let at = 0; at + 2 <= this.#length; at += 1) {
        const pair = pairAt(one.bytes, at);
        this.#shifts[pair] = Math.min(this.#shifts[pair] ?? 0, this.#length - 2 - at);
      }
    }
  }

  /** The offset at or after `from` where the first of them begins, or -1. */
  firstIn(bytes: Uint8Array, from = 0): number {
    const shifts = this.#shifts;
    const heads = this.#heads;
    const before = this.#length - 1;
    const end = bytes.length;
    let last = from + before;
    while (last < end) {
      const shift = shifts[(((bytes[last - 1] ?? 0) << 5) ^ (bytes[last] ?? 0)) & MASK] ?? 1;
      if (shift !== 0) {
        last += shift;
        continue;
      }
      const start = last - before;
      const begun = heads[(((bytes[start] ?? 0) << 5) ^ (bytes[start + 1] ?? 0)) & MASK] ?? 0;
      if (begun !== 0 && this.#textAt(bytes, start, begun) !== undefined) return start;
      last += 1;
    }
    return -1;
  }

  isIn(bytes: Uint8Array): boolean {
    return this.firstIn(bytes) >= 0;
  }

  /** The patterns that occur in the bytes. */
  textsIn(bytes: Uint8Array): ReadonlySet<string> {
    const found = new Set<string>();
    for (let start = this.firstIn(bytes); start >= 0; start = this.firstIn(bytes, start + 1))
      for (const one of this.#begun[this.#heads[pairAt(bytes, start)] ?? 0] ?? [])
        if (isOneAt(bytes, start, one)) found.add(one.text);
    return found;
  }

  #textAt(bytes: Uint8Array, start: number, begun: number): string | undefined {
    for (const one of this.#begun[begun] ?? []) if (isOneAt(bytes, start, one)) return one.text;
    return undefined;
  }
}

function isOneAt(
  bytes: Uint8Array,
  start: number,
  { bytes: wanted, startsWord }: { readonly bytes: Uint8Array; readonly startsWord: boolean },
): boolean {
  if (startsWord && start > 0 && isWordByte(bytes[start - 1] ?? 0)) return false;
  return isEqualAt(bytes, start, wanted);
}

function pairAt(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) << 5) ^ (bytes[at + 1] ?? 0)) & MASK;
}

function isEqualAt(bytes: Uint8Array, start: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i += 1) if (bytes[start + i] !== wanted[i]) return false;
  return true;
}

function isWordByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f || (byte >= 0x61 && byte <= 0x7a)
  );
}
