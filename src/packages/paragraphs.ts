/**
 * Reads Debian's control format: paragraphs of `Field: value` lines; a line that starts with a blank goes on with the
 * value before it. Field names come back in lower case. Python's METADATA has the same headers. Of a field that comes
 * twice the first counts, and `onRepeated` is called.
 *
 * @see https://www.debian.org/doc/debian-policy/ch-controlfields.html#syntax-of-control-files
 */
export function* readParagraphs(
  text: string,
  onRepeated: (field: string, fields: ReadonlyMap<string, string>) => void = () => undefined,
): Iterable<ReadonlyMap<string, string>> {
  let current: Map<string, string> | null = null;
  let last = '';
  for (const raw of text.split('\n')) {
    const line = raw.trimEnd();
    if (line === '') {
      if (current !== null) yield current;
      current = null;
      continue;
    }
    current ??= new Map();
    if (line[0] === ' ' || line[0] === '\t') {
      const before = current.get(last);
      if (before !== undefined) current.set(last, `${before}\n${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    last = line.slice(0, colon).toLowerCase();
    if (current.has(last)) onRepeated(last, current);
    else current.set(last, line.slice(colon + 1).trim());
  }
  if (current !== null) yield current;
}
