import { cut, visible, visibleLines } from '../lib/escape/visible.js';
import { andMore } from '../lib/text.js';
import { groupFindings } from './finding-groups.js';
import type { Finding, Report } from './report.js';
import { reportedFindings } from './reported-findings.js';
import { whenItBlocks } from './tally.js';

/** A workflow command, ready for `core.error` and `core.warning`, which escape the command's own syntax. */
interface Annotation {
  readonly level: 'error' | 'warning';
  readonly title: string;
  readonly message: string;
  readonly file: string;
  readonly startLine: number;
  readonly endLine: number;
  /** Only where the range is on one line: GitHub refuses columns otherwise. */
  readonly startColumn?: number;
  readonly endColumn?: number;
}

export interface Annotations {
  readonly shown: readonly Annotation[];
  /** How many findings GitHub would have dropped without a word. */
  readonly left: { readonly errors: number; readonly warnings: number };
}

/**
 * GitHub shows ten errors and ten warnings of a step and drops the rest silently.
 * @see https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations
 */
const ANNOTATION_LIMITS = { errors: 10, warnings: 10 } as const;

const MAX_TITLE = 120;
const MAX_MESSAGE = 4096;
const MAX_OTHER_PLACES = 5;

/**
 * The findings as annotations, worst first and within the limits; notes and what a waiver covers are never annotated.
 * When places compete for the last slots, every distinct problem gets one before any gets a second.
 */
export function annotationsOf(
  report: Report,
  limits: { readonly errors: number; readonly warnings: number } = ANNOTATION_LIMITS,
): Annotations {
  const reported = reportedFindings(report);
  const errors = spread(reported.filter((finding) => finding.level === 'error'));
  const warnings = spread(reported.filter((finding) => finding.level === 'warning'));
  return {
    shown: [...errors.slice(0, limits.errors), ...warnings.slice(0, limits.warnings)],
    left: {
      errors: Math.max(0, errors.length - limits.errors),
      warnings: Math.max(0, warnings.length - limits.warnings),
    },
  };
}

/** The first place of every problem, then all second places, and so on. */
function spread(findings: readonly Finding[]): readonly Annotation[] {
  const ranked = groupFindings(findings).flatMap(({ places, rules }) =>
    places.map((finding, rank) => ({ rank, annotation: annotationOf(finding, places, rules) })),
  );
  return ranked.sort((a, b) => a.rank - b.rank).map(({ annotation }) => annotation);
}

function annotationOf(finding: Finding, places: readonly Finding[], rules: readonly string[]): Annotation {
  const undecided = finding.outcome === 'indeterminate' ? 'Could not be answered: ' : '';
  const inherited = finding.inherited === true ? ' (unchanged by this change)' : '';
  const heldBack = finding.heldBack === true ? ` (${whenItBlocks(finding)})` : '';
  const others = places.filter((place) => place !== finding);
  const lines = [
    `${undecided}${visible(finding.message)}${inherited}${heldBack}`,
    ...(finding.fix === undefined ? [] : [`Fix: ${visibleLines(finding.fix)}`]),
    ...(others.length === 0 ? [] : [`Also at ${placesOf(others)}`]),
  ];
  const { file, line, column, endLine, endColumn } = finding.location;
  const oneLine = line === endLine;
  return {
    level: finding.level === 'error' ? 'error' : 'warning',
    title: cut(`Base image: ${rules.map(visible).join(', ')}`, MAX_TITLE),
    message: cut(lines.join('\n').replaceAll('##[', '#\\u{23}['), MAX_MESSAGE),
    file,
    startLine: line,
    endLine,
    ...(oneLine ? { startColumn: column, endColumn: Math.max(column, endColumn) } : {}),
  };
}

function placesOf(findings: readonly Finding[]): string {
  const places = findings
    .slice(0, MAX_OTHER_PLACES)
    .map(({ location }) => `${visible(location.file)}:${location.line}`);
  return `${places.join(', ')}${andMore(findings.length - places.length)}`;
}
