import { isRun } from '../build-files/image-use.js';
import { placeKey } from './finding-groups.js';
import type { Finding, Report } from './report.js';

const RANK = { error: 2, warning: 1, note: 0 } as const;

/**
 * The findings that a reader is reported: without those that a waiver covers, and without those that could not be answered
 * for a reason that a finding of a higher level gives at the same place. A registry that does not answer leaves ten
 * rules open, and is one thing to do.
 */
export function reportedFindings(report: Pick<Report, 'findings'>): readonly Finding[] {
  const counting = report.findings.filter((finding) => finding.waiver === undefined);
  const highest = new Map<string, number>();
  for (const finding of counting) {
    if (finding.outcome !== 'indeterminate') continue;
    const cause = causeOf(finding);
    highest.set(cause, Math.max(highest.get(cause) ?? 0, RANK[finding.level]));
  }
  return counting.filter(
    (finding) => finding.outcome !== 'indeterminate' || RANK[finding.level] === highest.get(causeOf(finding)),
  );
}

/** Whether a finding is about an image that is only run: such findings are shown apart from the others. */
export function isAboutRun({ uses }: Pick<Report, 'uses'>): (finding: Pick<Finding, 'use'>) => boolean {
  const ids = new Set(uses.filter(isRun).map(({ id }) => id));
  return ({ use }) => use !== undefined && ids.has(use);
}

/** A report with only the images of role run, or with only the others. */
export function withUses<T extends Pick<Report, 'uses'>>(report: T, which: 'run' | 'built-on'): T {
  return { ...report, uses: report.uses.filter((use) => isRun(use) === (which === 'run')) };
}

function causeOf(finding: Finding): string {
  return JSON.stringify([finding.message, finding.fix, placeKey(finding)]);
}
