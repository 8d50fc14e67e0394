import { groupBy } from '../lib/collections.js';
import { xmlTag } from '../lib/escape/xml.js';
import type { Finding, Report } from './report.js';

const SEVERITIES = { error: 'error', warning: 'warning', note: 'info' } as const;

/**
 * The findings as Checkstyle writes its own, in pieces, with a line end: by file, each with its place, severity, message
 * and rule. What a waiver covers is left out: there is no place for it.
 *
 * @see https://github.com/jenkinsci/analysis-model/blob/main/src/main/java/edu/hm/hafner/analysis/parser/checkstyle/CheckStyleParser.java
 */
export function* checkstyle(report: Report): Generator<string> {
  const findings = report.findings.filter(({ waiver }) => waiver === undefined);
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle version="10.0">\n';
  for (const [file, found] of groupBy(findings, ({ location }) => location.file)) {
    yield [xmlTag('file', { name: file }), ...found.map(errorElement), '</file>\n'].join('\n');
  }
  yield '</checkstyle>\n';
}

function errorElement({ rule, level, message, fix, location }: Finding): string {
  const attributes = {
    line: location.line,
    column: location.column,
    severity: SEVERITIES[level],
    message: fix === undefined ? message : `${message} Fix: ${fix}`,
    source: `base-image-gate.${rule}`,
  };
  return xmlTag('error', attributes, { empty: true });
}
