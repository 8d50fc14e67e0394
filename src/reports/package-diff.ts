import type { PackageDiff } from '../attestations/sbom/diff.js';
import { plural } from '../lib/text.js';

/** How many entries of a list a report keeps; the counts next to it are whole. */
export const BASE_CHANGE_ENTRIES = 200;

/** `3 packages added, 1 removed, 2 changed`: the words of every report for what changed in a list of packages. */
export function packageCounts({ added, removed, changed }: Readonly<Record<keyof PackageDiff, number>>): string {
  if (added + removed + changed === 0) return 'no package changed';
  return `${plural(added, 'package')} added, ${removed} removed, ${changed} changed`;
}

/** One line an entry: `+` added, `-` removed, `~` changed. Holds text of others, which the caller escapes. */
export function packageDiffLines({ added, removed, changed }: PackageDiff): readonly string[] {
  return [
    ...added.map((item) => `+ ${item.package} ${item.version ?? ''}`.trimEnd()),
    ...removed.map((item) => `- ${item.package} ${item.version ?? ''}`.trimEnd()),
    ...changed.map((item) => `~ ${item.package} ${item.before ?? '(none)'} -> ${item.after ?? '(none)'}`),
  ];
}
