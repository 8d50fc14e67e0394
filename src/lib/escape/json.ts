import { UNSEEN_IN_JSON } from './visible.js';

/**
 * A value as JSON with a line end, safe to print: characters that act on a terminal are written as `\u` escapes, and so
 * is the bracket of `##[`, which a GitHub runner would take for a command. What is parsed from it is the same.
 */
export function jsonText(value: unknown, indent: number): string {
  return `${safe(JSON.stringify(value, null, indent))}\n`;
}

/** The values of an object that `jsonLines` writes: those of an array may be made one by one. */
export type Streamed<T> = {
  readonly [K in keyof T]: T[K] extends readonly (infer Item)[] | undefined ? Iterable<Item> | T[K] : T[K];
};

/**
 * An object as JSON in pieces, safe to print as `jsonText` is: a field a line, and the items of a field that is a list
 * an item a line. No piece is longer than one item, and an item is made when it is written. Fields that are undefined
 * are left out.
 */
export function* jsonLines(fields: object): Generator<string> {
  let separator = '{\n';
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    yield `${separator}  ${JSON.stringify(key)}: `;
    separator = ',\n';
    if (isIterableObject(value)) yield* listLines(value);
    else yield safe(JSON.stringify(value));
  }
  yield separator === '{\n' ? '{}\n' : '\n}\n';
}

function* listLines(items: Iterable<unknown>): Generator<string> {
  let separator = '[\n';
  for (const item of items) {
    yield `${separator}    ${safe(JSON.stringify(item))}`;
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]' : '\n  ]';
}

function isIterableObject(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

/** Most text is this, and one look is much cheaper than one for each kind of character that is not seen. */
const SEEN = /^[\n\x20-\x7e]*$/;

function safe(json: string): string {
  const seen = SEEN.test(json) ? json : json.replace(UNSEEN_IN_JSON, unicodeEscape);
  return seen.replaceAll('##[', '##\\u005b');
}

/** One escape for each UTF-16 unit. */
function unicodeEscape(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
