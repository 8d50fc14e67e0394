import { firstLines, plural } from '../lib/text.js';

/** Licenses that are shown before the rest is counted. */
const SHOWN = 8;

/**
 * How many packages state each license, the most frequent first, in one line: `MIT (12), Zlib (1), none stated (4)`. Empty
 * where there are no packages. The texts are untrusted: the caller escapes them.
 */
export function licenseCounts(packages: readonly { readonly licenses: readonly string[] }[]): string {
  const counts = new Map<string, number>();
  let without = 0;
  for (const { licenses } of packages) {
    if (licenses.length === 0) without += 1;
    for (const license of new Set(licenses)) counts.set(license, (counts.get(license) ?? 0) + 1);
  }
  const stated = [...counts]
    .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    .map(([license, count]) => `${license.slice(0, 60)} (${count})`);
  const shown = firstLines(stated, SHOWN);
  return (without === 0 ? shown : [...shown, `none stated (${plural(without, 'package')})`]).join(', ');
}
