import { terminal, visibleLines } from '../../lib/escape/visible.js';
import { plural } from '../../lib/text.js';
import { UNVERIFIED } from '../../policy/policy.js';
import { type FindingGroup, groupFindings } from '../finding-groups.js';
import { WAIVERS } from '../findings.js';
import { shownNotice } from '../notices.js';
import type { Finding, Report } from '../report.js';
import { isAboutRun, reportedFindings } from '../reported-findings.js';
import { asides, tallyOf, verdictReason } from '../tally.js';
import { codeFrame } from './code-frame.js';
import { baseChangesBlock } from './image-diff-text.js';
import { type Paint, paint } from './paint.js';

export interface TextOptions {
  readonly color: boolean;
  /** Columns of the terminal; code frames keep to it. */
  readonly width: number;
  /** The text of a build file, for code frames; undefined where it can't be had. */
  readonly source: (path: string) => string | undefined;
  /** How this program was called, for commands that can be typed as they are shown. */
  readonly program: string;
}

/** The rule that answers for files which can't be read. */
const UNREADABLE = 'readable-build-file';
/** A fix of as many characters is reported again as quickly as referred to. */
const SHORT_FIX = 90;
const MAX_PLACES = 5;
const MAX_DETAILS = 10;

/**
 * The report for a terminal or a log: the verdict, then each finding with place, code frame, what is wrong and how to
 * fix it. Notes are counted, not reported. Ends with a line end.
 */
export function checkText(report: Report, options: TextOptions): string {
  const colors = paint(options.color);
  const blocks = [verdictBlock(report, colors)];
  const reported = reportedFindings(report).filter((finding) => finding.level !== 'note');
  const before: ReportedBefore = { fixes: new Map(), frames: new Set() };
  const isRunOnly = isAboutRun(report);
  const list = (findings: readonly Finding[]) => {
    for (const group of groupFindings(findings)) blocks.push(findingBlock(group, options, before, colors));
  };
  list(reported.filter((finding) => !isRunOnly(finding)));
  const ofRun = reported.filter(isRunOnly);
  if (ofRun.length > 0) blocks.push([colors.bold('Images that CI, Compose or a dev container runs:')]);
  list(ofRun);
  blocks.push(
    baseChangesBlock(report, colors),
    waivedBlock(report, colors),
    filesBlock(report, colors),
    limitsBlock(report, colors),
  );
  blocks.push(closingBlock(report, reported, options.program, colors));
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

function verdictBlock(report: Report, colors: Paint): readonly string[] {
  const { source, profile } = report.policy;
  const at = source.commit === undefined ? '' : ` at ${source.commit.slice(0, 12)}`;
  return [
    `${verdictWord(report, colors)}: ${verdictReason(report)}`,
    colors.dim(`policy: ${terminal(source.name)}${terminal(at)}, profile ${profile}`),
    ...report.notices.map((notice) => `${colors.blue('notice')}: ${terminal(shownNotice(notice))}`),
  ];
}

function verdictWord(report: Report, colors: Paint): string {
  const hue = { pass: colors.green, fail: colors.red, indeterminate: colors.yellow }[report.verdict];
  return colors.bold(hue(report.verdict.toUpperCase()));
}

/** What need not be said again, so that a screen does not show one line or sentence ten times. */
interface ReportedBefore {
  /** Which rule reported a fix first, and where. */
  readonly fixes: Map<string, string>;
  /** Places whose lines were shown. */
  readonly frames: Set<string>;
}

function findingBlock(
  group: FindingGroup,
  options: TextOptions,
  before: ReportedBefore,
  colors: Paint,
): readonly string[] {
  const { finding, places, rules } = group;
  const hue = finding.level === 'error' ? colors.red : colors.yellow;
  const undecided = finding.outcome === 'indeterminate' ? ' (could not be answered)' : '';
  const inherited = finding.inherited === true ? ' (unchanged by this change)' : '';
  const heldBack = finding.heldBack === true ? ' (would block without observe)' : '';
  const lines = [
    `${colors.bold(`${hue(finding.level)}[${rules.map(terminal).join(', ')}]`)}${undecided}${inherited}${heldBack}: ${terminal(finding.message)}`,
  ];
  for (const place of places.slice(0, MAX_PLACES)) {
    lines.push(`  ${colors.blue('-->')} ${placeOf(place)}`);
    const { file, line, column } = place.location;
    const source = options.source(file);
    const frame = `${file}:${line}:${column}`;
    if (source === undefined || before.frames.has(frame)) continue;
    before.frames.add(frame);
    lines.push(
      ...codeFrame(source, place.location, { width: options.width - 2, paint: colors, mark: hue }).map(
        (line) => `  ${line}`,
      ),
    );
  }
  if (places.length > MAX_PLACES)
    lines.push(`  and ${plural(places.length - MAX_PLACES, 'more place')}, in --format json`);
  const details = finding.details ?? [];
  for (const detail of details.slice(0, MAX_DETAILS)) lines.push(`  - ${terminal(detail)}`);
  if (details.length > MAX_DETAILS) lines.push(`  - and ${details.length - MAX_DETAILS} more, in --format json`);
  if (finding.fix !== undefined) lines.push(...labeled(colors.green('fix'), shortFix(finding, finding.fix, before)));
  return lines;
}

/** The fix, or what reported the same one before. */
function shortFix({ rule, location: { file, line, column } }: Finding, fix: string, { fixes }: ReportedBefore): string {
  const first = fixes.get(fix);
  if (first === undefined) fixes.set(fix, `${terminal(rule)} at ${terminal(file)}:${line}:${column}`);
  return first === undefined || fix.length <= SHORT_FIX ? fix : `as for ${first}`;
}

/** `file:line:column`, the form editors and terminals open, and the platforms where they are known. */
function placeOf({ location: { file, line, column }, platforms }: Finding): string {
  const on = platforms === undefined ? '' : ` (${platforms.map(terminal).join(', ')})`;
  return `${terminal(file)}:${line}:${column}${on}`;
}

/** A label and a text of one or more lines; further lines are set in, so that none begins with text of others. */
function labeled(label: string, text: string): readonly string[] {
  const [first = '', ...rest] = visibleLines(text).split('\n');
  return [`  ${label}: ${terminal(first)}`, ...rest.map((line) => `     | ${terminal(line)}`)];
}

function waivedBlock(report: Report, colors: Paint): readonly string[] {
  return report.findings.flatMap((finding) => {
    const waiver = finding.waiver === undefined ? undefined : report.waivers[finding.waiver];
    if (waiver === undefined) return [];
    return [
      `${colors.dim('waived')}[${terminal(finding.rule)}] ${placeOf(finding)}${acceptedBy(waiver)} until ${terminal(waiver.expires)} by ${terminal(waiver.owner)}: ${terminal(waiver.reason)}`,
    ];
  });
}

/** The vulnerability that a waiver accepts by its name. */
function acceptedBy({ vulnerability }: Report['waivers'][number]): string {
  return vulnerability === undefined ? '' : ` ${terminal(vulnerability)}`;
}

/** Files that were not evaluated, unless a finding has reported so. */
function filesBlock(report: Report, colors: Paint): readonly string[] {
  const findings = report.findings.filter(({ rule, level }) => rule === UNREADABLE && level !== 'note');
  const reported = new Set(findings.map(({ location }) => location.file));
  return report.files
    .filter((file) => file.status !== 'read' || file.reason !== undefined)
    .filter(({ path, status }) => status !== 'unreadable' || !reported.has(path))
    .map((file) => {
      const hue = file.status === 'skipped' ? colors.dim : colors.yellow;
      const place = file.line === undefined ? terminal(file.path) : `${terminal(file.path)}:${file.line}`;
      return `${hue(file.status)}: ${place}${file.reason === undefined ? '' : `: ${terminal(file.reason)}`}`;
    });
}

function limitsBlock(report: Report, colors: Paint): readonly string[] {
  return report.limits.map((limit) => `${colors.yellow('limit')} ${terminal(limit.name)}: ${terminal(limit.message)}`);
}

/** Says the verdict again where much was reported, since a terminal shows the end, and where to learn more. */
function closingBlock(report: Report, reported: readonly Finding[], program: string, colors: Paint): readonly string[] {
  const tally = tallyOf(report);
  const beside = asides(tally);
  const [first] = reported;
  const rule = reported.find((finding) => finding.rule !== WAIVERS && finding.rule !== UNVERIFIED)?.rule;
  return [
    ...(first === undefined
      ? []
      : [`${verdictWord(report, colors)}: ${verdictReason(report)}${beside === '' ? '' : ` (${beside})`}`]),
    ...(rule === undefined ? [] : [colors.dim(`Why a rule matters: ${program} rules ${terminal(rule)}`)]),
    ...(tally.notes === 0
      ? []
      : [colors.dim(`Left out here: ${plural(tally.notes, 'note')}. --format markdown has them.`)]),
  ];
}
