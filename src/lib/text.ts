/** `a`, `a and b`, `a, b and c`: a list within a sentence. */
export function allListed(words: readonly string[], joint: 'and' | 'or' = 'and'): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} ${joint} ${last}`;
}

/**
 * The same of what may be long: `a, b, c and 3 more`.
 *
 * @param most how many are named where there are more; one more is named rather than counted
 */
export function listed(words: readonly string[], most = 3): string {
  return allListed(words.length > most + 1 ? [...words.slice(0, most), `${words.length - most} more`] : words);
}

/** What follows the ones that a sentence names: `, and 2 more`; empty where there are no others. */
export function andMore(others: number): string {
  return others > 0 ? `, and ${others} more` : '';
}

/** The first lines of many, and how many are left: `and 12 more`. */
export function firstLines(lines: readonly string[], most: number): readonly string[] {
  return lines.length <= most ? lines : [...lines.slice(0, most), `and ${lines.length - most} more`];
}

/**
 * `1 warning`, `2,000 warnings`; `count` is a whole number. The commas are set by hand: `toLocaleString` loads the data
 * of all languages, which takes longer than listing the images of a repository.
 */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${String(count).replace(/(?<=\d)(?=(?:\d{3})+$)/g, ',')} ${count === 1 ? one : many}`;
}

const MAX_SHOWN = 120;

/** Untrusted text as a message may show it: in quotes, escaped, and cut where it is long. */
export function shown(text: string): string {
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
}

/** A clause as the beginning of a sentence. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
