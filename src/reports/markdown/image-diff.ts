import type { ImageUse } from '../../build-files/image-use.js';
import { block, code, prose } from '../../lib/escape/markdown.js';
import { cut, cutMiddle, visible } from '../../lib/escape/visible.js';
import { firstLines, listed, plural } from '../../lib/text.js';
import { groupLine } from '../../rules/vulnerabilities/vulnerability-group.js';
import type { BaseChange, PackageChange, VulnerabilityChange } from '../image-diff-document.js';
import { groupCounts, sharedReason, shortReference } from '../image-diff-words.js';
import type { LinkTargets } from '../link-targets.js';
import { packageCounts, packageDiffLines } from '../package-diff.js';
import type { Report } from '../report.js';
import { placeLink } from './places.js';

/** How much is reported of images that a change replaced. */
export interface BaseChangesDetail {
  readonly changes: number;
  /** Lines of each folded list; 0 leaves the lists out. */
  readonly lines: number;
  readonly places: number;
}

const MAX_NAME = 100;
const MAX_LINE = 300;
const MAX_GAPS = 3;

/** Each image that the change replaced: by what, where, and what that adds and removes. Empty where there is none. */
export function baseChangesList(report: Report, detail: BaseChangesDetail, targets: LinkTargets): string {
  const changes = report.baseChanges ?? [];
  const uses = new Map(report.uses.map((use) => [use.id, use]));
  const platforms = new Set(changes.map(({ platform }) => platform)).size > 1;
  const items = changes.slice(0, detail.changes).map((change) => item(change, uses, platforms, detail, targets));
  const left = changes.length - items.length;
  return [...items, ...(left > 0 ? [`_and ${left} more_`] : [])].join('\n\n');
}

function item(
  change: BaseChange,
  uses: ReadonlyMap<string, ImageUse>,
  manyPlatforms: boolean,
  detail: BaseChangesDetail,
  targets: LinkTargets,
): string {
  const { before, after, platform, uses: ids, packages, vulnerabilities } = change;
  const at = ids.flatMap((id) => uses.get(id) ?? []);
  const where = listed(
    at.map((use) => placeLink(use, targets)),
    detail.places,
  );
  const title = `${name(before.reference)} → ${name(after.reference)}`;
  const on = manyPlatforms ? `, ${code(platform)}` : '';
  const reason = sharedReason(change);
  const blocks = [
    `**${title}**${where === '' ? '' : ` at ${where}`}${on}`,
    ...(reason === null
      ? [...packageLines(packages, detail), ...vulnerabilityLines(vulnerabilities, detail)]
      : [`What that changes is not known. ${prose(cut(reason, MAX_LINE))}`]),
  ];
  return blocks.join('\n\n');
}

function name(reference: string): string {
  return code(cutMiddle(shortReference(reference), MAX_NAME));
}

function packageLines(packages: BaseChange['packages'], { lines }: BaseChangesDetail): readonly string[] {
  if (packages.status === 'not-known') return [`Packages: not known. ${prose(cut(packages.reason, MAX_LINE))}`];
  return [`Packages: ${packageCounts(packages.counts)}`, ...gapLines(packages), ...packageFold(packages, lines)];
}

function packageFold(packages: PackageChange, lines: number): readonly string[] {
  const { added, removed, changed } = packages.counts;
  return fold('Packages', packageDiffLines(packages), added + removed + changed, lines);
}

function vulnerabilityLines(change: BaseChange['vulnerabilities'], { lines }: BaseChangesDetail): readonly string[] {
  if (change.status === 'not-known')
    return [`Known vulnerabilities: not known. ${prose(cut(change.reason, MAX_LINE))}`];
  const reported = [
    ...change.added.map((group) => `+ ${groupLine(group)}`),
    ...change.removed.map((group) => `- ${groupLine(group)}`),
  ];
  return [
    `Known vulnerabilities: ${groupCounts(change)}`,
    ...gapLines(change),
    ...fold('Known vulnerabilities', reported, reported.length, lines),
  ];
}

function gapLines({ gaps }: PackageChange | VulnerabilityChange): readonly string[] {
  const lines = firstLines(
    gaps.map((gap) => prose(cut(gap, MAX_LINE))),
    MAX_GAPS,
  );
  return lines.length === 0 ? [] : [lines.map((line) => `> ${line}`).join('\n>\n')];
}

function fold(title: string, reported: readonly string[], all: number, most: number): readonly string[] {
  // A line end in a package's name would begin an entry of its own.
  const shown = reported.slice(0, most).map((line) => cut(visible(line), MAX_LINE));
  if (shown.length === 0) return [];
  const left = all - shown.length;
  const text = block([...shown, ...(left > 0 ? [`and ${left} more`] : [])].join('\n'), 'diff');
  return [`<details><summary>${title}: ${plural(all, 'line')}</summary>\n\n${text}\n\n</details>`];
}
