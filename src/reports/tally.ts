import type { Finding, Report } from './report.js';

/** What a run found, counted. What a waiver covers counts only as waived. */
export interface Tally {
  /** Failed at level error: what decides a verdict `fail`. */
  readonly problems: number;
  /** Indeterminate at level error: what decides a verdict `indeterminate`. */
  readonly undecided: number;
  readonly warnings: number;
  readonly notes: number;
  readonly waived: number;
  readonly files: number;
  readonly uses: number;
}

export function tallyOf(report: Report): Tally {
  const count = (matches: (finding: Finding) => boolean) => report.findings.filter(matches).length;
  const counts = (finding: Finding) => finding.waiver === undefined;
  return {
    problems: count((finding) => counts(finding) && finding.level === 'error' && finding.outcome === 'fail'),
    undecided: count((finding) => counts(finding) && finding.level === 'error' && finding.outcome !== 'fail'),
    warnings: count((finding) => counts(finding) && finding.level === 'warning'),
    notes: count((finding) => counts(finding) && finding.level === 'note'),
    waived: count((finding) => !counts(finding)),
    files: report.files.filter((file) => file.status !== 'skipped').length,
    uses: report.uses.length,
  };
}

/** `1 warning`, `2 warnings`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

/** The verdict's reason in one clause: `2 problems to mend, 1 question that could not be answered`. */
export function verdictReason(report: Report): string {
  const tally = tallyOf(report);
  const judged = `${plural(tally.uses, 'image use')} in ${plural(tally.files, 'build file')}`;
  if (report.verdict === 'pass')
    return tally.uses === 0 ? 'there was no image use to judge' : `${judged} may be built on`;
  const parts = [
    ...(tally.problems > 0 ? [`${plural(tally.problems, 'problem')} to mend`] : []),
    ...(tally.undecided > 0 ? [`${plural(tally.undecided, 'question')} that could not be answered`] : []),
  ];
  return `${parts.length === 0 ? 'see the notices' : parts.join(', ')}, among ${judged}`;
}

/** The findings below the verdict, in one clause, or an empty text: `3 warnings, 1 note, 2 waived`. */
export function asides(tally: Tally): string {
  return [
    ...(tally.warnings > 0 ? [plural(tally.warnings, 'warning')] : []),
    ...(tally.notes > 0 ? [plural(tally.notes, 'note')] : []),
    ...(tally.waived > 0 ? [`${tally.waived} waived`] : []),
  ].join(', ');
}
