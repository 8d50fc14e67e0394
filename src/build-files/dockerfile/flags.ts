import { plural } from '../../lib/text.js';
import { LimitPassed, MAX_FLAGS } from './limits.js';
import type { EscapeCharacter } from './logical-lines.js';
import { decodeLeniently, isEscapedByte } from './source-text.js';

const HYPHEN = 0x2d;

/** A `--flag` of an instruction, its quotes and escapes taken off; `at[n]` is where its character n stands in the line. */
export interface Flag {
  readonly text: string;
  readonly at: readonly number[];
}

/** What stands between a keyword and its arguments. */
export interface FlagSplit {
  readonly flags: readonly Flag[];
  /** Where the arguments begin in the line. */
  readonly rest: number;
  /** The arguments, where they are not simply the line from `rest` on. */
  readonly cutRest?: string;
}

/**
 * Takes the flags off the start of an instruction's arguments, `text[start, end)`. BuildKit does it byte by byte, so
 * that U+00A0's second byte is a blank to it, and so is any other byte 85 or A0.
 *
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/split_command.go `extractBuilderFlags`
 */
export function splitFlags(text: string, start: number, end: number, escapeWith: EscapeCharacter): FlagSplit {
  const first = skipByteSpace(text, start, end);
  if (first + 1 >= end || text.charCodeAt(first) !== HYPHEN || text.charCodeAt(first + 1) !== HYPHEN)
    return { flags: [], rest: first };
  return scan(text, first, end, escapeWith, 0x80) ?? scanBytes(text, first, end, escapeWith);
}

/** Byte space outside ASCII can only be the start of a character where the byte is no UTF-8. */
function skipByteSpace(text: string, start: number, end: number): number {
  let index = start;
  while (index < end && (isAsciiSpace(text.charCodeAt(index)) || isStraySpace(text, index))) index++;
  return index;
}

function isStraySpace(text: string, index: number): boolean {
  return isEscapedByte(text, index) && isByteSpace(text.charCodeAt(index) - 0xdc00);
}

function isAsciiSpace(code: number): boolean {
  return code < 0x80 && isByteSpace(code);
}

function isByteSpace(byte: number): boolean {
  return (byte >= 0x09 && byte <= 0x0d) || byte === 0x20 || byte === 0x85 || byte === 0xa0;
}

/**
 * Scans for flags, a character at a time; answers `undefined` on meeting one that is `beyond` or above, which its
 * caller can't take for a byte.
 */
function scan(
  text: string,
  start: number,
  end: number,
  escapeWith: EscapeCharacter,
  beyond: number,
): FlagSplit | undefined {
  const flags: Flag[] = [];
  let at: number[] = [];
  let quote = '';
  let quoted = false;
  let inWord = false;
  const finish = () => {
    if (quoted || at.length > 0) flags.push({ text: at.map((index) => text[index]).join(''), at });
    if (flags.length > MAX_FLAGS)
      throw new LimitPassed('flags', `an instruction has more than ${plural(MAX_FLAGS, 'flag')}`);
    at = [];
    quoted = false;
  };
  const isTerminator = () => at.length === 2 && text[at[0] ?? 0] === '-' && text[at[1] ?? 0] === '-';
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index);
    if (!inWord) {
      if (code < beyond && isByteSpace(code)) continue;
      if (isStraySpace(text, index)) return undefined;
      if (code !== HYPHEN || index + 1 >= end || text.charCodeAt(index + 1) !== HYPHEN) return { flags, rest: index };
      inWord = true;
    }
    if (code >= beyond) return undefined;
    const character = text[index] ?? '';
    if (quote === '' && isByteSpace(code)) {
      if (isTerminator()) return { flags, rest: index };
      finish();
      inWord = false;
    } else if (quote === '' && (character === '"' || character === "'")) {
      quote = character;
      quoted = true;
    } else if (quote !== '' && character === quote) {
      quote = '';
    } else if (character !== escapeWith) {
      at.push(index);
    } else if (index + 1 < end) {
      index++;
      if (text.charCodeAt(index) >= beyond) return undefined;
      at.push(index);
    }
  }
  if (inWord && !isTerminator()) finish();
  return { flags, rest: end };
}

/** The same over the line's bytes, each taken for one character, as BuildKit has it. */
function scanBytes(text: string, start: number, end: number, escapeWith: EscapeCharacter): FlagSplit {
  const bytes: number[] = [];
  const origin: number[] = [];
  for (let index = start; index < end; index++) {
    const code = text.codePointAt(index) ?? 0;
    const encoded = isEscapedByte(text, index) ? [code - 0xdc00] : Buffer.from(String.fromCodePoint(code));
    for (const byte of encoded) {
      bytes.push(byte);
      origin.push(index);
    }
    if (code > 0xffff) index++;
  }
  const latin = Buffer.from(bytes).toString('latin1');
  const split = scan(latin, 0, latin.length, escapeWith, 0x100) ?? { flags: [], rest: 0 };
  return {
    flags: split.flags.map((flag) => ({ text: flag.text, at: flag.at.map((index) => origin[index] ?? end) })),
    rest: origin[split.rest] ?? end,
    cutRest: decodeLeniently(Uint8Array.from(bytes.slice(split.rest))),
  };
}
