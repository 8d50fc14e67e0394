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

const FOUR_SPACES = 0x20202020;

/**
 * Finds in JSON text (UTF-8) what readers disagree about: the same key twice in one object (JSON.parse takes the last,
 * others the first, others refuse; RFC 8259 § 4 leaves it open, so one document can show each reader another list of
 * packages), and nesting deeper than `maxDepth`. Returns the first flaw, or null. Bytes that are no JSON get no promise:
 * JSON.parse evaluates that. One pass, no recursion, time in proportion to the text.
 *
 * It runs over every byte before JSON.parse does, so its inner loop is kept plain: one function, numbers only.
 */
export function scanJson(bytes: Uint8Array, maxDepth: number): JsonFlaw | null {
  const length = bytes.length;
  /** The keys of the objects that are open, innermost last: a mark that differs where keys do, and where they stand. */
  let marks = new Int32Array(1024);
  let starts = new Int32Array(1024);
  let ends = new Int32Array(1024);
  let count = 0;
  /** Where the keys of the innermost object begin in those lists, and a bit for each mark it has. */
  let first = 0;
  let seen = 0;
  /** The same for the enclosing objects. */
  const firsts = new Int32Array(maxDepth + 1);
  const seens = new Int32Array(maxDepth + 1);
  const sets = new Map<number, Set<string>>();
  let depth = 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  /** Four bytes can be read at every offset below this one. */
  const lastWord = length - 3;
  let i = 0;
  while (i < length) {
    const code = bytes[i] ?? 0;
    i += 1;
    if (code <= SPACE) {
      while (i < lastWord && view.getInt32(i, true) === FOUR_SPACES) i += 4;
      continue;
    }
    if (code === QUOTE) {
      const start = i;
      let escaped = false;
      for (;;) {
        // Four bytes at a time, to the first that is a quote or a backslash.
        while (i < lastWord) {
          const hits = quotesAndBackslashes(view.getInt32(i, true));
          if (hits !== 0) {
            i += (31 - Math.clz32(hits & -hits)) >> 3;
            break;
          }
          i += 4;
        }
        const inner = bytes[i];
        if (inner === QUOTE) break;
        if (inner === undefined) return null;
        if (inner === BACKSLASH) {
          escaped = true;
          i += 1;
        }
        i += 1;
      }
      const end = i;
      i += 1;
      let next = bytes[i];
      while (next !== undefined && next <= SPACE) {
        i += 1;
        next = bytes[i];
      }
      if (next !== COLON) continue;
      i += 1;
      // A key with an escape may equal one without: its mark is of its text, whose bytes are examined.
      const mark = escaped ? markOfText(bytes, start, end) : markOf(bytes, start, end);
      const bit = 1 << (mark ^ (mark >>> 5) ^ (mark >>> 16));
      if (count - first < SEARCHED_IN_ROW) {
        for (let k = first; k < count && (seen & bit) !== 0; k += 1) {
          if (marks[k] === mark && isSameKey(bytes, starts[k] ?? 0, ends[k] ?? 0, start, end)) {
            return { code: 'duplicate-key', key: keyText(bytes, start, end), offset: start - 1 };
          }
        }
        seen |= bit;
      } else {
        let set = sets.get(first);
        if (set === undefined) {
          set = new Set();
          for (let k = first; k < count; k += 1) set.add(keyText(bytes, starts[k] ?? 0, ends[k] ?? 0));
          sets.set(first, set);
        }
        const text = keyText(bytes, start, end);
        if (set.has(text)) return { code: 'duplicate-key', key: text, offset: start - 1 };
        set.add(text);
      }
      if (count === marks.length) {
        marks = doubled(marks);
        starts = doubled(starts);
        ends = doubled(ends);
      }
      marks[count] = mark;
      starts[count] = start;
      ends[count] = end;
      count += 1;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (depth >= maxDepth) return { code: 'too-deep', offset: i - 1 };
      firsts[depth] = first;
      seens[depth] = seen;
      depth += 1;
      first = count;
      seen = 0;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      if (depth === 0) return null;
      if (count - first > SEARCHED_IN_ROW) sets.delete(first);
      count = first;
      depth -= 1;
      first = firsts[depth] ?? 0;
      seen = seens[depth] ?? 0;
    }
  }
  return null;
}

/**
 * The high bit of each byte of a word that is a quote or a backslash. Bytes above the first such one may be marked without
 * being one: only the lowest mark counts.
 * @see https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord
 */
function quotesAndBackslashes(word: number): number {
  const quotes = word ^ 0x22222222;
  const backslashes = word ^ 0x5c5c5c5c;
  const zeros = ((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes);
  return zeros & 0x80808080;
}

/** Its length, and its first, middle and last byte: sibling keys seldom have them all in common. */
function markOf(bytes: Uint8Array, start: number, end: number): number {
  const middle = (start + end) >> 1;
  return ((end - start) << 24) | ((bytes[start] ?? 0) << 16) | ((bytes[middle] ?? 0) << 8) | (bytes[end - 1] ?? 0);
}

function markOfText(bytes: Uint8Array, start: number, end: number): number {
  const text = new TextEncoder().encode(keyText(bytes, start, end));
  return markOf(Uint8Array.of(QUOTE, ...text, QUOTE), 1, text.length + 1);
}

function isSameKey(bytes: Uint8Array, start: number, end: number, otherStart: number, otherEnd: number): boolean {
  return keyText(bytes, start, end) === keyText(bytes, otherStart, otherEnd);
}

function doubled(list: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(list.length * 2);
  larger.set(list);
  return larger;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

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
