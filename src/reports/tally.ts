import { groupBy } from '../lib/collections.js';
import { visible } from '../lib/escape/visible.js';
import { listed, plural } from '../lib/text.js';
import { groupFindings } from './finding-groups.js';
import type { Finding, Report } from './report.js';
import { isAboutRun, reportedFindings, withUses } from './reported-findings.js';

/** What a run found, counted as people do: one problem at five places is one. What a waiver covers counts only as waived. */
export interface Tally {
  /** Failed at level error: what decides a verdict `fail`. */
  readonly problems: number;
  /** Indeterminate at level error: what decides a verdict `indeterminate`. */
  readonly undecided: number;
  /** At how many places those two are. */
  readonly places: number;
  readonly warnings: number;
  /** Of the warnings: those that only the profile `observe`, or a day to come, keeps from deciding. */
  readonly heldBack: number;
  readonly notes: number;
  readonly waived: number;
  readonly files: number;
  /** References to images that are built on. */
  readonly uses: number;
}

/** Counts what a report shows: findings that are reported together count once. */
export function tallyOf(report: Report): Tally {
  const counting = reportedFindings(report);
  const grouped = groupFindings(counting);
  const groups = grouped.map(({ finding }) => finding);
  const count = (matches: (finding: Finding) => boolean) => groups.filter(matches).length;
  return {
    problems: count((finding) => finding.level === 'error' && finding.outcome === 'fail'),
    undecided: count((finding) => finding.level === 'error' && finding.outcome !== 'fail'),
    places: grouped
      .filter(({ finding }) => finding.level === 'error')
      .reduce((sum, { places }) => sum + places.length, 0),
    warnings: count((finding) => finding.level === 'warning'),
    heldBack: count((finding) => finding.heldBack === true),
    notes: count((finding) => finding.level === 'note'),
    waived: report.findings.filter((finding) => finding.waiver !== undefined).length,
    files: report.files.filter((file) => file.status !== 'skipped').length,
    uses: withUses(report, 'built-on').uses.length,
  };
}

/** What there is to fix or to find out, in one clause; empty where nothing is. */
export function uncheckedText(tally: Tally): string {
  const parts = [
    ...(tally.problems > 0 ? [`${plural(tally.problems, 'problem')} to fix`] : []),
    ...(tally.undecided > 0 ? [plural(tally.undecided, 'indeterminate result')] : []),
  ];
  const spread = tally.places > tally.problems + tally.undecided ? ` (at ${tally.places} places)` : '';
  return parts.length === 0 ? '' : `${parts.join(', ')}${spread}`;
}

/** The verdict's reason in one clause: `2 problems to fix, among 5 image uses in 3 build files`. */
export function verdictReason(report: Report): string {
  const tally = tallyOf(report);
  const evaluated = `${plural(tally.uses, 'image use')} in ${plural(tally.files, 'build file')}`;
  if (report.verdict === 'pass') {
    if (tally.uses === 0) return ['there was no image use to evaluate', ...runImages(report)].join('; ');
    const { full, references } = report.coverage;
    const checked = isComplete(report)
      ? `${evaluated} may be built on`
      : `${full} of ${references} references fully checked`;
    return [checked, ...reservations(report), ...runImages(report)].join('; ');
  }
  return [
    `${uncheckedText(tally) || 'see the notices'}, among ${evaluated}`,
    ...missing(report),
    ...runImages(report),
  ].join('; ');
}

/** How far the images were checked that are only run, in a clause. */
function runImages({ coverage: { run } }: Pick<Report, 'coverage'>): readonly string[] {
  return run === undefined
    ? []
    : [`${run.full} of ${plural(run.references, 'image')} that CI, Compose or a dev container runs fully checked`];
}

/** Whether every reference was fully checked: only then a pass says what it seems to say. */
export function isComplete({ coverage }: Pick<Report, 'coverage'>): boolean {
  return coverage.full === coverage.references;
}

/** Causes that a headline names. */
const MAX_CAUSES = 3;

/** What was not checked, in clauses, each cause once: `docker.io did not answer: 201 references not checked`. */
export function missing(report: Report): readonly string[] {
  const { coverage, answers } = report;
  const isRunOnly = isAboutRun(report);
  const unseen = coverage.causes.filter(
    ({ opened, cause }) => !opened && cause !== 'identity' && cause !== 'unresolved',
  );
  const more = unseen.length - MAX_CAUSES;
  const { references, full, unresolved, notOpened } = coverage;
  const partly = references - full - unresolved - notOpened - unseen.reduce((sum, cause) => sum + cause.references, 0);
  const open = answers.filter((answer) => answer.cause === 'identity' && !isRunOnly(answer)).length;
  return [
    ...unseen
      .slice(0, MAX_CAUSES)
      .map(
        ({ message, references }) =>
          `${visible(message.replace(/\.$/, ''))}: ${plural(references, 'reference')} not checked`,
      ),
    ...(more > 0 ? [`${plural(more, 'more cause')} in the JSON report`] : []),
    ...(unresolved > 0 ? [`${plural(unresolved, 'reference')} known only to a running build`] : []),
    ...(notOpened > 0
      ? [
          `${plural(notOpened, 'image')} not opened because identity failed, which leaves ${plural(open, 'question')} open (\`--all\` opens them)`,
        ]
      : []),
    ...(partly > 0 ? [`${plural(partly, 'reference')} partly checked${partlyBecause(coverage)}`] : []),
  ];
}

/** The rules without an answer in images that were opened, those of the most frequent cause first: ` (no answer: fresh)`. */
function partlyBecause({ causes }: Report['coverage']): string {
  const open = new Set(causes.filter(({ opened }) => opened).flatMap(({ rules }) => rules));
  return open.size === 0 ? '' : ` (no answer: ${listed([...open])})`;
}

/** When a finding that decides nothing yet would decide the verdict: `would block from 2027-01-31 on`. */
export function whenItBlocks({ enforceFrom }: Pick<Finding, 'enforceFrom'>): string {
  return enforceFrom === undefined ? 'would block without observe' : `would block from ${enforceFrom} on`;
}

/** What a pass must not be taken for, in clauses about its image uses. */
export function reservations(report: Report): readonly string[] {
  const held = groupFindings(reportedFindings(report)).flatMap(({ finding }) =>
    finding.heldBack === true ? [whenItBlocks(finding)] : [],
  );
  const counted = [...groupBy(held, (words) => words)].map(
    ([words, { length }]) => `${plural(length, 'finding')} ${words}`,
  );
  return [...missing(report), ...counted];
}

/** The findings below the verdict, in one clause, or an empty text: `3 warnings, 1 note, 2 waived`. */
export function asides(tally: Tally): string {
  return [
    ...(tally.warnings > 0 ? [plural(tally.warnings, 'warning')] : []),
    ...(tally.notes > 0 ? [plural(tally.notes, 'note')] : []),
    ...(tally.waived > 0 ? [`${tally.waived} waived`] : []),
  ].join(', ');
}
