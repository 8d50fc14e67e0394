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
