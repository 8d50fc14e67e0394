/** How a text's length is counted where its limit is: GitHub counts a summary in bytes, a comment in characters. */
export type Measure = (text: string) => number;

export const bytes: Measure = (text) => Buffer.byteLength(text, 'utf8');
/** UTF-16 units: never fewer than the characters GitHub counts. */
export const characters: Measure = (text) => text.length;

/** The first of several renderings, richest first, that fits; the last one where none does. */
export function firstThatFits<D>(
  details: readonly [D, ...D[]],
  render: (detail: D) => string,
  limit: number,
  measure: Measure,
): string {
  let text = '';
  for (const detail of details) {
    text = render(detail);
    if (measure(text) <= limit) break;
  }
  return text;
}
