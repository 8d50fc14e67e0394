import { groupBy } from '../lib/collections.js';
import type { Finding } from './report.js';

/** Findings that say the same: reported once, with all the places. */
export interface FindingGroup {
  readonly finding: Finding;
  /** The rules that say it: more than one where they say it for one and the same cause. */
  readonly rules: readonly string[];
  /** One finding for each place, in the order given. */
  readonly places: readonly Finding[];
  readonly all: readonly Finding[];
}

/**
 * Groups by everything a reader is reported, and keeps the order of the first of each. A registry that does not answer
 * leaves every rule about the image open, and an SBOM that is not there fails each that asks for it: one thing to do.
 */
export function groupFindings(findings: readonly Finding[]): readonly FindingGroup[] {
  const groups = groupBy(
    findings,
    ({ level, outcome, message, fix, details, waiver, inherited, heldBack, enforceFrom }) =>
      JSON.stringify([level, outcome, message, fix, details, waiver, inherited, heldBack, enforceFrom]),
  );
  return [...groups.values()].map((all) => {
    return { finding: all[0], rules: [...new Set(all.map(({ rule }) => rule))], places: distinctPlaces(all), all };
  });
}

/** Names the place of a finding, and the platforms it was found on. */
export function placeKey({ location: { file, line, column, endLine, endColumn }, platforms }: Finding): string {
  return JSON.stringify([file, line, column, endLine, endColumn, platforms]);
}

function distinctPlaces(findings: readonly Finding[]): readonly Finding[] {
  const places = new Map<string, Finding>();
  for (const finding of findings) {
    const place = placeKey(finding);
    if (!places.has(place)) places.set(place, finding);
  }
  return [...places.values()];
}
