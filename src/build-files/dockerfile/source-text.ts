import type { SourceRange } from '../image-use.js';

const BYTE_ORDER_MARK = 0xfeff;
const ESCAPED_BYTE = 0xdc00;

/**
 * A build file's text with its lines. Lines end at `\n` alone, as BuildKit's scanner has it: a lone carriage return
 * ends none. Offsets are UTF-16 units, and the byte order mark, if there is one, counts as the first.
 *
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/parser.go `scanLines`
 */
export class SourceText {
  readonly text: string;
  /** Offset of each line's first character. */
  readonly lineStarts: Uint32Array;

  constructor(bytes: Uint8Array) {
    this.text = decode(bytes);
    this.lineStarts = findLineStarts(this.text);
  }

  get hasByteOrderMark(): boolean {
    return this.text.charCodeAt(0) === BYTE_ORDER_MARK;
  }

  /** The offset after the line's last character that is neither `\r` nor `\n`. */
  lineEnd(index: number): number {
    const start = this.lineStarts[index] ?? this.text.length;
    let end = this.lineStarts[index + 1] ?? this.text.length;
    while (end > start && (this.text.charCodeAt(end - 1) === 0x0a || this.text.charCodeAt(end - 1) === 0x0d)) end--;
    return end;
  }

  /** How many bytes the line has in the file, without its `\n`. */
  lineBytes(index: number): number {
    const start = this.lineStarts[index] ?? this.text.length;
    const next = this.lineStarts[index + 1] ?? this.text.length;
    const end = this.text.charCodeAt(next - 1) === 0x0a ? next - 1 : next;
    return encodedLength(this.text, start, end);
  }

  range(start: number, end: number): SourceRange {
    const first = this.#position(start);
    const last = this.#position(end);
    return { line: first.line, column: first.column, endLine: last.line, endColumn: last.column };
  }

  /** Where a line and column (as in a `SourceRange`) stand in the file, in bytes. */
  byteOffset(line: number, column: number): number {
    return encodedLength(this.text, 0, (this.lineStarts[line - 1] ?? this.text.length) + column - 1);
  }

  /** How many bytes the text between two offsets has in the file. */
  encodedLength(start: number, end: number): number {
    return encodedLength(this.text, start, end);
  }

  /** The text between two offsets, fit to be shown: bytes that were no UTF-8 are U+FFFD. */
  slice(start: number, end: number): string {
    return printable(this.text.slice(start, end));
  }

  #position(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.lineStarts[low] ?? 0) + 1 };
  }
}

/** A file may be all line ends, so they are counted before there is an array of them. */
function findLineStarts(text: string): Uint32Array {
  let count = text === '' ? 0 : 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) if (at + 1 < text.length) count++;
  const starts = new Uint32Array(count);
  for (let line = 1, at = 0; line < count; line++) {
    at = text.indexOf('\n', at) + 1;
    starts[line] = at;
  }
  return starts;
}

/**
 * Decodes UTF-8. A byte that is none becomes U+DC00 + byte, a lone surrogate that no valid file can contain, so that
 * it stays different from a U+FFFD that was written: BuildKit compares heredoc terminators byte by byte.
 */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return decodeLeniently(bytes);
  }
}

/** As `decode`, for bytes known to hold some that are no UTF-8; each such byte counts alone, as in Go. */
export function decodeLeniently(bytes: Uint8Array): string {
  const parts: string[] = [];
  let codes: number[] = [];
  for (let index = 0; index < bytes.length; ) {
    const length = sequenceLength(bytes, index);
    const first = bytes[index] ?? 0;
    if (length === 0) {
      codes.push(ESCAPED_BYTE + first);
      index++;
    } else {
      let code = length === 1 ? first : first & (0xff >> (length + 1));
      for (let step = 1; step < length; step++) code = (code << 6) | ((bytes[index + step] ?? 0) & 0x3f);
      codes.push(code);
      index += length;
    }
    if (codes.length === 4096) {
      parts.push(String.fromCodePoint(...codes));
      codes = [];
    }
  }
  parts.push(String.fromCodePoint(...codes));
  return parts.join('');
}

/** The length of the valid UTF-8 sequence at `index`, or 0. @see https://www.rfc-editor.org/rfc/rfc3629#section-4 */
function sequenceLength(bytes: Uint8Array, index: number): number {
  const first = bytes[index] ?? 0;
  if (first < 0x80) return 1;
  const length =
    first >= 0xc2 && first <= 0xdf ? 2 : (first & 0xf0) === 0xe0 ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
  if (length === 0) return 0;
  const second = bytes[index + 1] ?? 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let step = 2; step < length; step++) if (((bytes[index + step] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

/** How many bytes a stretch of decoded text has in the file. */
function encodedLength(text: string, start: number, end: number): number {
  let length = 0;
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index);
    // A surrogate pair is four bytes, counted two and two; an escaped byte is one.
    length +=
      code < 0x80 ? 1 : code < 0x800 ? 2 : isEscapedByte(text, index) ? 1 : code >= 0xd800 && code < 0xe000 ? 2 : 3;
  }
  return length;
}

/** Whether the unit at `index` stands for a byte that was no UTF-8. */
export function isEscapedByte(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  if (code < 0xdc80 || code > 0xdcff) return false;
  const before = index === 0 ? 0 : text.charCodeAt(index - 1);
  return before < 0xd800 || before > 0xdbff;
}

/** Bytes that were no UTF-8 become U+FFFD, as Go writes them when it meets them as runes. */
export function printable(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
