import { jsonText } from '../lib/escape/json.js';
import { visible } from '../lib/escape/visible.js';
import type { Finding, Report } from './report.js';

/**
 * The findings as GitLab's code quality report, with a line end. What a waiver covers is left out: there is no place for
 * it. GitLab stops at the first entry that it can't read, so that each has all fields.
 *
 * @see https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
 */
export function codeQuality(report: Report): string {
  const entries = report.findings
    .filter(({ waiver }) => waiver === undefined)
    .map((finding) => ({
      description: visible(finding.fix === undefined ? finding.message : `${finding.message} Fix: ${finding.fix}`),
      check_name: finding.rule,
      fingerprint: finding.fingerprint,
      severity: severityOf(finding),
      location: { path: pathOf(finding), lines: { begin: Math.max(1, finding.location.line) } },
    }));
  return jsonText(entries, 1);
}

function severityOf({ level, outcome }: Finding): 'info' | 'minor' | 'critical' | 'blocker' {
  if (level === 'error') return outcome === 'fail' ? 'blocker' : 'critical';
  return level === 'warning' ? 'minor' : 'info';
}

/** From the root of the repository, without `./`, as GitLab compares it with the paths of a diff. */
function pathOf({ location }: Finding): string {
  return location.file.replace(/^(?:\.?\/)+/, '') || '.';
}
