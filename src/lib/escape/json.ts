import { UNSEEN_IN_JSON } from './visible.js';

/**
 * A value as JSON with a line end, safe to print: characters that act on a terminal are written as `\u` escapes, and so
 * is the bracket of `##[`, which a GitHub runner would take for a command. What is parsed from it is the same.
 */
export function jsonText(value: unknown, indent: number): string {
  const text = JSON.stringify(value, null, indent)
    .replace(UNSEEN_IN_JSON, unicodeEscape)
    .replaceAll('##[', '##\\u005b');
  return `${text}\n`;
}

/** One escape for each UTF-16 unit. */
function unicodeEscape(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
