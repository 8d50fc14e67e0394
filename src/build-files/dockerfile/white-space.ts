/**
 * White space as Go's `unicode.IsSpace` sees it, which is what BuildKit trims by. It differs from JavaScript's `trim`:
 * U+0085 counts, U+FEFF does not.
 *
 * @see https://pkg.go.dev/unicode#IsSpace
 */
export function isSpace(code: number): boolean {
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  if (code < 0x1680) return code === 0x85 || code === 0xa0;
  return (
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000
  );
}

/** The index of the first character at or after `start` that is no white space; `end` where there is none. */
export function skipSpace(text: string, start: number, end: number): number {
  let index = start;
  while (index < end && isSpace(text.charCodeAt(index))) index++;
  return index;
}

/** The index after the last character before `end` that is no white space; `start` where there is none. */
export function trimSpaceEnd(text: string, start: number, end: number): number {
  let index = end;
  while (index > start && isSpace(text.charCodeAt(index - 1))) index--;
  return index;
}

/** Go's `strings.TrimSpace`. */
export function trimSpace(text: string): string {
  const start = skipSpace(text, 0, text.length);
  return text.slice(start, trimSpaceEnd(text, start, text.length));
}

/** The blanks that part a keyword from its arguments and the arguments of FROM, COPY … : `[\t\v\f\r ]`. */
export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0b || code === 0x0c || code === 0x0d;
}

/**
 * Go's `strings.ToLower` for the letters that can make a keyword or a stage name: U+0130 becomes a plain `i` there,
 * where JavaScript leaves a combining dot behind.
 */
export function toLower(text: string): string {
  return (text.includes('\u0130') ? text.replaceAll('\u0130', 'i') : text).toLowerCase();
}
