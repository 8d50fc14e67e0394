/** Scripts and blocks that terminals draw two columns wide (East Asian Width W and F, and emoji shown as pictures). */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Emoji_Presentation}\u3000-\u303e\u3200-\u33ff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f900}-\u{1f9ff}]/u;
const ZERO = /[\p{Mn}\p{Me}]/u;
const HALF_WIDTH = /[\uff61-\uffdc]/u;

/**
 * Columns that one code point takes on a terminal: 0, 1 or 2. Callers have made unseen characters visible before.
 *
 * @see https://www.unicode.org/reports/tr11/
 */
export function characterWidth(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (ZERO.test(character)) return 0;
  return WIDE.test(character) && !HALF_WIDTH.test(character) ? 2 : 1;
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
