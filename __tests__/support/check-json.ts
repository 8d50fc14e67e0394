import { checkJson } from '../../src/reports/json.js';
import type { Report } from '../../src/reports/report.js';

/** The whole text that `check --format json` prints of a report. */
export function checkText(report: Report): string {
  return [...checkJson(report)].join('');
}
