import { terminal } from '../../lib/escape/visible.js';
import { groupLine } from '../../rules/vulnerabilities/vulnerability-group.js';
import type { BaseChange, PackageChange } from '../image-diff-document.js';
import { groupCounts, sharedReason, shortReference } from '../image-diff-words.js';
import { packageCounts, packageDiffLines } from '../package-diff.js';
import type { Report } from '../report.js';
import type { Paint } from './paint.js';

const MAX_CHANGES = 20;
const MAX_LINES = 10;

/** The images that the change replaced, for a terminal or a log: what that adds and removes, of each list a few lines. */
export function baseChangesBlock({ baseChanges = [] }: Report, colors: Paint): readonly string[] {
  const left = baseChanges.length - MAX_CHANGES;
  return [
    ...baseChanges.slice(0, MAX_CHANGES).flatMap((change) => changeLines(change, colors)),
    ...(left > 0 ? [`and ${left} more images replaced, in --format json`] : []),
  ];
}

function changeLines(change: BaseChange, colors: Paint): readonly string[] {
  const { before, after, platform, packages, vulnerabilities } = change;
  const [from, to] = [before, after].map(({ reference }) => terminal(shortReference(reference)));
  const lines = [`${colors.bold('replaced')}: ${from} -> ${to} (${terminal(platform)})`];
  const reason = sharedReason(change);
  if (reason !== null) return [...lines, `  what that changes is not known. ${terminal(reason)}`];
  if (packages.status === 'not-known') lines.push(`  packages: not known. ${terminal(packages.reason)}`);
  else {
    lines.push(
      `  packages: ${packageCounts(packages.counts)}`,
      ...some(packageDiffLines(packages), total(packages.counts)),
      ...reported(packages.gaps),
    );
  }
  if (vulnerabilities.status === 'not-known') {
    lines.push(`  known vulnerabilities: not known. ${terminal(vulnerabilities.reason)}`);
    return lines;
  }
  const { added, removed, gaps } = vulnerabilities;
  const groups = [...added.map((one) => `+ ${groupLine(one)}`), ...removed.map((one) => `- ${groupLine(one)}`)];
  lines.push(
    `  known vulnerabilities: ${groupCounts(vulnerabilities)}`,
    ...some(groups, groups.length),
    ...reported(gaps),
  );
  return lines;
}

function total({ added, removed, changed }: PackageChange['counts']): number {
  return added + removed + changed;
}

function some(lines: readonly string[], all: number): readonly string[] {
  const shown = lines.slice(0, MAX_LINES);
  const left = all - shown.length;
  return [
    ...shown.map((line) => `    ${terminal(line)}`),
    ...(left > 0 ? [`    and ${left} more, in --format json`] : []),
  ];
}

function reported(gaps: readonly string[]): readonly string[] {
  return some(gaps, gaps.length);
}
