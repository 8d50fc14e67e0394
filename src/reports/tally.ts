import { plural } from '../plural.js';
import { groupFindings } from './finding-groups.js';
import type { Finding, Report } from './report.js';
import { toldFindings } from './told-findings.js';

/** What a run found, counted as people do: one problem at five places is one. What a waiver covers counts only as waived. */
export interface Tally {
  /** Failed at level error: what decides a verdict `fail`. */
  readonly problems: number;
  /** Indeterminate at level error: what decides a verdict `indeterminate`. */
  readonly undecided: number;
  /** At how many places those two are. */
  readonly places: number;
  readonly warnings: number;
  readonly notes: number;
  readonly waived: number;
  readonly files: number;
  readonly uses: number;
}

export function tallyOf(report: Report): Tally {
  const counting = toldFindings(report);
  const groups = groupFindings(counting).map(({ finding }) => finding);
  const count = (matches: (finding: Finding) => boolean) => groups.filter(matches).length;
  return {
    problems: count((finding) => finding.level === 'error' && finding.outcome === 'fail'),
    undecided: count((finding) => finding.level === 'error' && finding.outcome !== 'fail'),
    places: counting.filter((finding) => finding.level === 'error').length,
    warnings: count((finding) => finding.level === 'warning'),
    notes: count((finding) => finding.level === 'note'),
    waived: report.findings.filter((finding) => finding.waiver !== undefined).length,
    files: report.files.filter((file) => file.status !== 'skipped').length,
    uses: report.uses.length,
  };
}

/** What there is to mend or to find out, in one clause; empty where nothing is. */
export function openQuestions(tally: Tally): string {
  const parts = [
    ...(tally.problems > 0 ? [`${plural(tally.problems, 'problem')} to mend`] : []),
    ...(tally.undecided > 0 ? [`${plural(tally.undecided, 'open question')}`] : []),
  ];
  const spread = tally.places > tally.problems + tally.undecided ? ` (at ${tally.places} places)` : '';
  return parts.length === 0 ? '' : `${parts.join(', ')}${spread}`;
}

/** The verdict's reason in one clause: `2 problems to mend, among 5 image uses in 3 build files`. */
export function verdictReason(report: Report): string {
  const tally = tallyOf(report);
  const judged = `${plural(tally.uses, 'image use')} in ${plural(tally.files, 'build file')}`;
  if (report.verdict === 'pass') {
    return tally.uses === 0 ? 'there was no image use to judge' : `${judged} may be built on`;
  }
  return `${openQuestions(tally) || 'see the notices'}, among ${judged}`;
}

/** The findings below the verdict, in one clause, or an empty text: `3 warnings, 1 note, 2 waived`. */
export function asides(tally: Tally): string {
  return [
    ...(tally.warnings > 0 ? [plural(tally.warnings, 'warning')] : []),
    ...(tally.notes > 0 ? [plural(tally.notes, 'note')] : []),
    ...(tally.waived > 0 ? [`${tally.waived} waived`] : []),
  ].join(', ');
}
