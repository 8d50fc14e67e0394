import { err, ok, type Result } from '../../lib/result.js';
import { plural } from '../../lib/text.js';
import { LimitPassed, MAX_JSON_LENGTH } from './limits.js';
import type { EscapeCharacter } from './logical-lines.js';
import { isBlank, isSpace, skipSpace } from './white-space.js';

/** A word of an instruction's arguments, and where it begins in the text it was cut from. */
export interface Word {
  readonly text: string;
  readonly start: number;
}

/** Cuts trimmed arguments at blanks, as for FROM, COPY and EXPOSE; quotes mean nothing yet. */
export function splitBlanks(text: string): Word[] {
  const words: Word[] = [];
  if (text === '') return words;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    if (!isBlank(text.charCodeAt(index))) continue;
    words.push({ text: text.slice(start, index), start });
    while (index + 1 < text.length && isBlank(text.charCodeAt(index + 1))) index++;
    start = index + 1;
  }
  words.push({ text: text.slice(start), start });
  return words;
}

/**
 * Cuts arguments into words at white space that is neither quoted nor escaped, as for ARG, ENV and LABEL; quotes and
 * escapes stay in the words.
 *
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/line_parsers.go `parseWords`
 */
export function splitQuoted(text: string, escapeWith: EscapeCharacter): Word[] {
  const words: Word[] = [];
  let index = skipSpace(text, 0, text.length);
  while (index < text.length) {
    const start = index;
    let end = text.length;
    let quote = '';
    for (; index < text.length; index++) {
      const character = text[index] ?? '';
      if (quote === '' && isSpace(text.charCodeAt(index))) {
        end = index;
        break;
      }
      if (character === escapeWith && quote !== "'") {
        // An escape character that ends the text is left out; any other stays, and so does what it escapes.
        if (index + 1 === text.length) end = index;
        index++;
      } else if (quote === '' && (character === '"' || character === "'")) quote = character;
      else if (character === quote) quote = '';
    }
    if (end > start) words.push({ text: text.slice(start, end), start });
    index = skipSpace(text, Math.min(index, text.length), text.length);
  }
  return words;
}

/** What the arguments look like as a JSON array: its strings, or that they are none. Fails where an element is no string. */
export function parseJsonForm(text: string): Result<readonly string[] | undefined, string> {
  const start = skipSpace(text, 0, text.length);
  if (text[start] !== '[') return ok(undefined);
  if (text.length > MAX_JSON_LENGTH)
    throw new LimitPassed('json-characters', `a JSON array is longer than ${plural(MAX_JSON_LENGTH, 'character')}`);
  let value: unknown;
  try {
    value = JSON.parse(text.slice(start));
  } catch {
    return ok(undefined);
  }
  if (!Array.isArray(value)) return ok(undefined);
  const elements: unknown[] = value;
  const strings = elements.filter((element) => typeof element === 'string');
  if (strings.length === elements.length) return ok(strings);
  if (!isJsonToGo(elements)) return ok(undefined);
  return err('every element of a JSON array of arguments must be a string');
}

/**
 * Go refuses numbers that are no float64 and values that nest deeper than 10,000 as JSON, and then the text is taken as
 * it stands. @see https://cs.opensource.google/go/go/+/master:src/encoding/json/scanner.go `maxNestingDepth`
 */
function isJsonToGo(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > 10_000 || level.includes(Number.POSITIVE_INFINITY) || level.includes(Number.NEGATIVE_INFINITY))
      return false;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return true;
}

/** One `name=value` of ENV or LABEL, or the only one of the old form `name value`. */
export interface Pair {
  readonly name: string;
  readonly value: string;
}

/**
 * Reads the arguments of ENV and LABEL.
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/line_parsers.go `parseNameVal`
 */
export function parsePairs(
  text: string,
  keyword: string,
  escapeWith: EscapeCharacter,
): Result<readonly Pair[], string> {
  const words = splitQuoted(text, escapeWith);
  const [first] = words;
  if (first === undefined) return ok([]);
  if (!first.text.includes('=')) {
    let end = 0;
    while (end < text.length && !isBlank(text.charCodeAt(end))) end++;
    if (end === text.length) return err(`${keyword} takes a name and a value`);
    let value = end;
    while (value < text.length && isBlank(text.charCodeAt(value))) value++;
    return ok([{ name: text.slice(0, end), value: text.slice(value) }]);
  }
  const pairs: Pair[] = [];
  for (const word of words) {
    const equals = word.text.indexOf('=');
    if (equals < 0) return err(`"${word.text}" has no "=" (${keyword} takes name=value)`);
    pairs.push({ name: word.text.slice(0, equals), value: word.text.slice(equals + 1) });
  }
  return ok(pairs);
}
