import type { Finding } from './report.js';

/** Findings that say the same at several places: told once, with all the places. */
export interface FindingGroup {
  readonly finding: Finding;
  /** Every finding of the group, the first included, in the order given. */
  readonly places: readonly Finding[];
}

/** Groups by everything a reader is told, and keeps the order of the first of each. */
export function groupFindings(findings: readonly Finding[]): readonly FindingGroup[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { rule, level, outcome, message, fix, details, waiver, inherited } = finding;
    const key = JSON.stringify([rule, level, outcome, message, fix, details, waiver, inherited]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...groups.values()].flatMap((places) => {
    const [finding] = places;
    return finding === undefined ? [] : [{ finding, places }];
  });
}
