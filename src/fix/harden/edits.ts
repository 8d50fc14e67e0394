import type { SourceText } from '../../build-files/dockerfile/source-text.js';

/** Text that takes the place of a stretch of a file. Offsets are the source text's. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The file's bytes with the edits made; all that no edit covers stays as it is. Edits may not overlap. */
export function applyEdits(bytes: Uint8Array, source: SourceText, edits: readonly Edit[]): Uint8Array {
  // Those at one place stay in the order in which they are given.
  const ordered = edits.toSorted((a, b) => a.start - b.start || a.end - b.end);
  const parts: Uint8Array[] = [];
  let [offset, done] = [0, 0];
  const advance = (to: number): number => {
    const before = done;
    done += source.encodedLength(offset, to);
    offset = to;
    return before;
  };
  for (const { start, end, text } of ordered) {
    if (start < offset) throw new Error('edits overlap');
    const from = advance(start);
    parts.push(bytes.subarray(from, done), Buffer.from(text));
    advance(end);
  }
  return Buffer.concat([...parts, bytes.subarray(done)]);
}

/** An item of a list, such as a word of a command: new text for it, `null` to take it out, or undefined to keep it. */
export interface Item {
  readonly start: number;
  readonly end: number;
  readonly become: string | null | undefined;
}

/**
 * Edits that replace items and take others out with the blanks and joints next to them. What stands between is kept where
 * a comment is in it: `blank` then takes an item's place. At least one item is kept.
 */
export function itemEdits(text: string, items: readonly Item[], blank: string): readonly Edit[] {
  const edits: Edit[] = [];
  let kept: Item | undefined;
  let removed: Item[] = [];
  const takeOut = (start: number, end: number) => {
    if (removed.length === 0) return;
    if (/^[ \t]*#/m.test(text.slice(start, end))) {
      for (const item of removed) edits.push({ start: item.start, end: item.end, text: blank });
    } else edits.push({ start, end, text: '' });
    removed = [];
  };
  for (const item of items) {
    if (item.become === null) {
      removed.push(item);
      continue;
    }
    if (kept === undefined) takeOut(removed[0]?.start ?? 0, item.start);
    else takeOut(kept.end, removed.at(-1)?.end ?? 0);
    if (item.become !== undefined) edits.push({ start: item.start, end: item.end, text: item.become });
    kept = item;
  }
  if (kept !== undefined) takeOut(kept.end, removed.at(-1)?.end ?? 0);
  return edits;
}
