import { eastAsianWidth } from 'get-east-asian-width';

/** Marks that are drawn onto the character before them. */
const ZERO = /[\p{Mn}\p{Me}]/u;

/**
 * Columns that one code point takes on a terminal: 0, 1 or 2. Callers have made unseen characters visible before.
 *
 * @see https://www.unicode.org/reports/tr11/
 */
export function characterWidth(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  return ZERO.test(character) ? 0 : eastAsianWidth(code);
}

/** Columns that a text takes on a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The text followed by spaces up to `width` columns; longer text stays as it is. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}
