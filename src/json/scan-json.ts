/** What a scan of JSON text found that JSON.parse says nothing about; `offset` counts bytes. */
export type JsonFlaw =
  | { readonly code: 'too-deep'; readonly offset: number }
  | { readonly code: 'duplicate-key'; readonly key: string; readonly offset: number };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const SPACE = 0x20;

/** Objects with more keys than this are searched by a set of texts; nearly all have fewer, and comparing numbers is quicker. */
const SEARCHED_IN_ROW = 24;

/**
 * Finds in JSON text (UTF-8) what readers disagree about: the same key twice in one object (JSON.parse takes the last,
 * others the first, others refuse; RFC 8259 § 4 leaves it open, so one document can show each reader another list of
 * packages), and nesting deeper than `maxDepth`. Returns the first flaw, or null. Bytes that are no JSON get no promise:
 * JSON.parse judges that. One pass, no recursion, time in proportion to the text whatever it holds.
 */
export function scanJson(bytes: Uint8Array, maxDepth: number): JsonFlaw | null {
  const keys = new OpenKeys(bytes);
  const length = bytes.length;
  let depth = 0;
  let i = 0;
  while (i < length) {
    const code = bytes[i] ?? 0;
    i += 1;
    if (code === QUOTE) {
      const start = i;
      let escaped = false;
      let inner = bytes[i];
      while (inner !== QUOTE) {
        if (inner === BACKSLASH) {
          escaped = true;
          i += 1;
        } else if (inner === undefined) return null;
        i += 1;
        inner = bytes[i];
      }
      const end = i;
      i += 1;
      let next = bytes[i] ?? 0;
      while (next <= SPACE && i < length) {
        i += 1;
        next = bytes[i] ?? 0;
      }
      if (next !== COLON) continue;
      i += 1;
      if (keys.isTwin(start, end, escaped)) {
        return { code: 'duplicate-key', key: keyText(bytes, start, end), offset: start - 1 };
      }
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
      if (depth > maxDepth) return { code: 'too-deep', offset: i - 1 };
      keys.open();
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1;
      keys.close();
    }
  }
  return null;
}

/** The keys of the objects that are open, innermost last: a mark that differs where keys do, and where they stand. */
class OpenKeys {
  readonly #bytes: Uint8Array;
  #marks = new Int32Array(256);
  #starts = new Int32Array(256);
  #ends = new Int32Array(256);
  #count = 0;
  /** Where the keys of the innermost object begin in those lists, and of the objects around it. */
  #first = 0;
  readonly #around: number[] = [];
  /** The keys of open objects that have many. */
  readonly #sets = new Map<number, Set<string>>();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  open(): void {
    this.#around.push(this.#first);
    this.#first = this.#count;
  }

  close(): void {
    if (this.#count - this.#first > SEARCHED_IN_ROW) this.#sets.delete(this.#first);
    this.#count = this.#first;
    this.#first = this.#around.pop() ?? 0;
  }

  /** Whether the innermost object has this key already; it has it from now on. */
  isTwin(start: number, end: number, escaped: boolean): boolean {
    const bytes = this.#bytes;
    // A key with an escape may equal one without: 0 sends it to the comparison of texts with every other.
    const mark = escaped
      ? 0
      : ((end - start) << 24) |
        ((bytes[start] ?? 0) << 16) |
        ((bytes[(start + end) >> 1] ?? 0) << 8) |
        (bytes[end - 1] ?? 0) |
        1;
    const count = this.#count;
    if (count - this.#first >= SEARCHED_IN_ROW) {
      const set = this.#setOfInnermost();
      const text = keyText(bytes, start, end);
      if (set.has(text)) return true;
      set.add(text);
    } else {
      for (let k = this.#first; k < count; k += 1) {
        const other = this.#marks[k];
        if ((other === mark || other === 0 || mark === 0) && this.#isSame(k, start, end)) return true;
      }
    }
    if (count === this.#marks.length) this.#grow();
    this.#marks[count] = mark;
    this.#starts[count] = start;
    this.#ends[count] = end;
    this.#count = count + 1;
    return false;
  }

  #setOfInnermost(): Set<string> {
    const known = this.#sets.get(this.#first);
    if (known !== undefined) return known;
    const set = new Set<string>();
    for (let k = this.#first; k < this.#count; k += 1) {
      set.add(keyText(this.#bytes, this.#starts[k] ?? 0, this.#ends[k] ?? 0));
    }
    this.#sets.set(this.#first, set);
    return set;
  }

  #isSame(k: number, start: number, end: number): boolean {
    return keyText(this.#bytes, this.#starts[k] ?? 0, this.#ends[k] ?? 0) === keyText(this.#bytes, start, end);
  }

  #grow(): void {
    this.#marks = doubled(this.#marks);
    this.#starts = doubled(this.#starts);
    this.#ends = doubled(this.#ends);
  }
}

function doubled(list: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(list.length * 2);
  larger.set(list);
  return larger;
}

const decoder = new TextDecoder();

/** A key's text, its escapes resolved; as written where it is no JSON string, which JSON.parse will refuse. */
function keyText(bytes: Uint8Array, start: number, end: number): string {
  const raw = decoder.decode(bytes.subarray(start, end));
  if (!raw.includes('\\')) return raw;
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return raw;
  }
}
