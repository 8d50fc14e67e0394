import * as core from '@actions/core';
import { cut, terminal, terminalLines } from '../../lib/escape/visible.js';
import { plural } from '../../lib/text.js';
import type { Finding, Report } from '../../reports/report.js';
import { fileSections } from '../../reports/sections.js';

/** Of a message or fix. */
const MAX_TEXT = 2_000;
/** A log of more is read by no person, and the reports have the rest. */
const MAX_FINDINGS = 5_000;

/** Writes every finding to the log, folded by file, the file with most errors first: annotations stop at ten of a kind. */
export function logFindings(report: Report): void {
  const shown = report.findings.slice(0, MAX_FINDINGS);
  for (const { file, findings } of fileSections(report, shown)) {
    core.startGroup(cut(terminal(`${file}: ${countsOf(findings)}`), MAX_TEXT));
    for (const finding of findings) core.info(described(finding));
    core.endGroup();
  }
  const left = report.findings.length - shown.length;
  if (left > 0) core.info(`${plural(left, 'more finding')} in the file that report-json names.`);
}

function countsOf(findings: readonly Finding[]): string {
  const waived = findings.filter(({ waiver }) => waiver !== undefined).length;
  const counts = (['error', 'warning', 'note'] as const).flatMap((level) => {
    const count = findings.filter((finding) => finding.level === level && finding.waiver === undefined).length;
    return count === 0 ? [] : [plural(count, level)];
  });
  return [...counts, ...(waived > 0 ? [`${waived} waived`] : [])].join(', ');
}

function described({ level, outcome, waiver, rule, message, fix, location }: Finding): string {
  const what = waiver !== undefined ? 'waived' : outcome === 'indeterminate' ? `${level}, could not be checked` : level;
  const lines = [
    `${location.line}:${location.column} ${what}: ${rule}: ${cut(message, MAX_TEXT)}`,
    ...(fix === undefined ? [] : [`  Fix: ${cut(fix, MAX_TEXT)}`]),
  ];
  return terminalLines(lines.join('\n'));
}
