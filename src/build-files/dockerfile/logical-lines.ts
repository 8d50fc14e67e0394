import { plural } from '../../lib/text.js';
import { DirectiveReader } from './directives.js';
import { MAX_LINE_BYTES } from './limits.js';
import { ReadError } from './read-error.js';
import type { SourceText } from './source-text.js';
import { skipSpace } from './white-space.js';

export type EscapeCharacter = '\\' | '`';

/** An instruction's line with its continuation lines joined, and the way back to the source. */
export interface LogicalLine {
  readonly text: string;
  /** 1-based. */
  readonly line: number;
  readonly endLine: number;
  /** For each piece that was joined: its offset in `text`, and its offset in the source. */
  readonly pieces: readonly (readonly [number, number])[];
}

/** The source offset of the character at `index` of a line's text. */
function sourceOffset(line: LogicalLine, index: number): number {
  let low = 0;
  let high = line.pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((line.pieces[middle]?.[0] ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  const [joined, original] = line.pieces[low] ?? [0, 0];
  return original + index - joined;
}

/** The source offsets of `text[start, end)` of a line; a character of two UTF-16 units at its end is kept whole. */
export function sourceSpan(line: LogicalLine, start: number, end: number): { start: number; end: number } {
  const first = sourceOffset(line, start);
  if (end <= start) return { start: first, end: first };
  const width = (line.text.codePointAt(end - 1) ?? 0) > 0xffff ? 2 : 1;
  return { start: first, end: sourceOffset(line, end - 1) + width };
}

/**
 * Cuts a build file into logical lines as BuildKit's parser does: comments and empty lines vanish, also inside a
 * continuation; continued lines keep their left blanks, so that a word may span lines; parser directives are obeyed.
 *
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/parser.go `Parse`
 */
export class LineReader {
  readonly #source: SourceText;
  readonly #directives = new DirectiveReader();
  #next = 0;
  #unclosed = false;
  escape: EscapeCharacter = '\\';
  /** The first thing that BuildKit's parser would refuse about directives and line lengths. */
  error: ReadError | undefined;

  constructor(source: SourceText) {
    this.#source = source;
    const long = source.lineStarts.findIndex((start, index) => {
      const next = source.lineStarts[index + 1] ?? source.text.length;
      return (next - start) * 3 > MAX_LINE_BYTES && source.lineBytes(index) > MAX_LINE_BYTES;
    });
    if (long >= 0) this.error = new ReadError(long + 1, `the line is longer than ${plural(MAX_LINE_BYTES, 'byte')}`);
  }

  /** The next instruction's logical line; `undefined` at the end of the file. */
  next(): LogicalLine | undefined {
    const { text } = this.#source;
    while (this.#next < this.#source.lineStarts.length) {
      const index = this.#next++;
      const end = this.#source.lineEnd(index);
      const first = this.#start(index);
      const start = skipSpace(text, index === 0 && this.#source.hasByteOrderMark ? first + 1 : first, end);
      if (!this.#directives.done) this.#readDirective(start, end, index + 1);
      if (start === end || text[start] === '#') continue;
      const kept = this.#continued(start, end);
      if (kept < 0) return { text: text.slice(start, end), line: index + 1, endLine: index + 1, pieces: [[0, start]] };
      return this.#join(start, kept, index + 1);
    }
    return undefined;
  }

  /**
   * Passes over the body of a heredoc, to after its terminator, which must stand alone on its line; leading tabs are
   * left out of account where `chomp` says so. Answers the body, or `undefined` where the file ends first; then
   * nothing is skipped, and no other heredoc is looked for.
   */
  takeHeredoc(terminator: string, chomp: boolean): { body: string; endLine: number } | undefined {
    const { text } = this.#source;
    if (this.#unclosed) return undefined;
    for (let index = this.#next; index < this.#source.lineStarts.length; index++) {
      const end = this.#source.lineEnd(index);
      let start = this.#start(index);
      while (chomp && start < end && text[start] === '\t') start++;
      if (end - start !== terminator.length || !text.startsWith(terminator, start)) continue;
      const body = text.slice(this.#start(this.#next), this.#start(index));
      this.#next = index + 1;
      return { body, endLine: index + 1 };
    }
    this.#unclosed = true;
    return undefined;
  }

  #start(index: number): number {
    return this.#source.lineStarts[index] ?? this.#source.text.length;
  }

  #readDirective(start: number, end: number, line: number): void {
    const directive = this.#directives.read(this.#source.text, start, end);
    if (directive === undefined) return;
    if ('repeated' in directive) {
      this.error ??= new ReadError(line, `only one ${directive.repeated} directive can be used`);
    } else if (directive.key === 'escape') {
      if (directive.value === '\\' || directive.value === '`') this.escape = directive.value;
      else this.error ??= new ReadError(line, `the escape directive takes \\ or \`, not "${directive.value}"`);
    }
  }

  /**
   * Where the kept part of `text[start, end)` ends if the line is continued: it ends in the escape character and
   * blanks, and the character before is not the escape character too. -1 where it is not continued.
   */
  #continued(start: number, end: number): number {
    const { text } = this.#source;
    let last = end - 1;
    while (last >= start && (text[last] === ' ' || text[last] === '\t')) last--;
    if (last < start || text[last] !== this.escape) return -1;
    return last > start && text[last - 1] === this.escape ? -1 : last;
  }

  #join(start: number, kept: number, line: number): LogicalLine {
    const { text } = this.#source;
    const parts = [text.slice(start, kept)];
    const pieces: [number, number][] = [[0, start]];
    let length = kept - start;
    let endLine = line;
    while (this.#next < this.#source.lineStarts.length) {
      const index = this.#next++;
      endLine = index + 1;
      const from = this.#start(index);
      const end = this.#source.lineEnd(index);
      const visible = skipSpace(text, from, end);
      if (visible === end || text[visible] === '#') continue;
      const keptHere = this.#continued(from, end);
      const to = keptHere < 0 ? end : keptHere;
      if (to > from) pieces.push([length, from]);
      parts.push(text.slice(from, to));
      length += to - from;
      if (keptHere < 0) break;
    }
    return { text: parts.join(''), line, endLine, pieces };
  }
}
