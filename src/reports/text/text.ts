import { terminal, visibleLines } from '../../lib/escape/visible.js';
import { plural } from '../../lib/text.js';
import { LOCKED, UNVERIFIED } from '../../policy/policy.js';
import { WAIVERS } from '../findings.js';
import { shownNotice } from '../notices.js';
import type { Finding, Report } from '../report.js';
import { isAboutRun, reportedFindings } from '../reported-findings.js';
import {
  type Cause,
  causes,
  errorsOf,
  fileSections,
  type RuleRow,
  type Subject,
  withoutName,
  withShortDigests,
} from '../sections.js';
import { asides, tallyOf, uncheckedText, verdictReason, whenItBlocks } from '../tally.js';
import { codeFrame } from './code-frame.js';
import { displayWidth, padded } from './display-width.js';
import { baseChangesBlock } from './image-diff-text.js';
import { type Paint, paint } from './paint.js';
import { shortened, wrapped } from './wrap.js';

export interface TextOptions {
  readonly color: boolean;
  /** Columns of the terminal; lines keep to it, but for words that are longer. */
  readonly width: number;
  /** Whether every message, detail and fix is written whole, with the lines of the build file. */
  readonly details?: boolean;
  /** The text of a build file, for code frames; undefined where it is not available. */
  readonly source: (path: string) => string | undefined;
  /** How this program was called, for commands that can be typed as they are shown. */
  readonly program: string;
}

/** The rule that answers for files which can't be read. */
const UNREADABLE = 'readable-build-file';
/** With findings in more files than these, a reader looks for causes first. */
const MAX_FILES = 25;
const MAX_PLACES = 5;
const MAX_UNREAD = 10;
const FIX_LINES = 2;

/**
 * The report for a terminal or a log: the verdict, then by file, the worst first, each image with the rules it fails,
 * one line each, and the fix that solves most. Where hundreds of files have findings, they are grouped by cause. Notes
 * are counted, not listed. Ends with a line end.
 */
export function checkText(report: Report, options: TextOptions): string {
  const page: Page = { ...options, colors: paint(options.color) };
  const reported = reportedFindings(report).filter((finding) => finding.level !== 'note');
  const isRunOnly = isAboutRun(report);
  const ofRun = reported.filter(isRunOnly);
  const blocks = [
    verdictBlock(report, page),
    ...findingBlocks(
      report,
      reported.filter((finding) => !isRunOnly(finding)),
      page,
    ),
    ofRun.length === 0 ? [] : [page.colors.bold('Images that CI, Compose or a dev container runs:')],
    ...findingBlocks(report, ofRun, page),
    baseChangesBlock(report, page.colors),
    waivedBlock(report, page),
    filesBlock(report, page),
    limitsBlock(report, page),
    closingBlock(report, reported, page),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

interface Page extends TextOptions {
  readonly colors: Paint;
}

/** A text in lines that keep to the page, those after the first set in by `indent` columns. */
function paragraph(text: string, page: Page, indent: number): readonly string[] {
  const lines = wrapped(terminal(text), page.width - indent);
  return lines.map((line, index) => (index === 0 ? line : ' '.repeat(indent) + line));
}

function findingBlocks(report: Report, findings: readonly Finding[], page: Page): readonly (readonly string[])[] {
  const sections = fileSections(report, findings);
  const width = Math.max(0, ...findings.map(({ rule }) => rule.length));
  if (sections.length > MAX_FILES && !page.details)
    return causes(report, findings).map((cause) => causeBlock(cause, page));
  return sections.map(({ file, findings: found, subjects }) => [
    `${page.colors.bold(terminal(file))}  ${page.colors.dim(countsOf(found))}`,
    ...subjects.flatMap((subject) => subjectLines(file, subject, width, page)),
  ]);
}

function countsOf(findings: readonly Finding[]): string {
  const errors = errorsOf(findings);
  const warnings = findings.length - errors;
  const parts = [errors > 0 ? plural(errors, 'error') : '', warnings > 0 ? plural(warnings, 'warning') : ''];
  return parts.filter((part) => part !== '').join(', ');
}

function subjectLines(file: string, subject: Subject, ruleWidth: number, page: Page): readonly string[] {
  const { colors, details } = page;
  const { image, places, platforms, isOpened, rows, fix } = subject;
  const named = places.slice(0, MAX_PLACES).map(({ line, column }) => `${line}:${column}`);
  const shownPlaces = places.length > MAX_PLACES ? [...named, '…'] : named;
  const asides = [...platforms.map(terminal), ...(isOpened ? [] : ['not opened'])];
  const place = shownPlaces.join(', ');
  const name = image === undefined ? '' : `  ${terminal(details ? image : withShortDigests(image))}`;
  const aside = asides.length === 0 ? '' : `(${asides.join(', ')})`;
  const title = `  ${colors.blue(place)}${name}`;
  const fits = displayWidth(`  ${place}${name}  ${aside}`) <= page.width;
  const onOwnLine = aside === '' ? [title] : [title, `    ${colors.dim(aside)}`];
  const lines = fits && aside !== '' ? [`${title}  ${colors.dim(aside)}`] : onOwnLine;
  const framed = new Set<string>();
  if (details) for (const row of rows) lines.push(...rowDetails(file, row, framed, page));
  else {
    for (const row of rows) lines.push(rowLine(row, image, ruleWidth, page));
    if (fix !== undefined) lines.push(...fixLines(withShortDigests(fix), '    ', page, FIX_LINES));
  }
  return lines;
}

/** One line: a symbol, the rule, and as much of the first message as fits. */
function rowLine({ first, findings }: RuleRow, image: string | undefined, ruleWidth: number, page: Page): string {
  const more = findings.length > 1 ? ` (+${findings.length - 1})` : '';
  const mark = `${more}${markOf(first)}`;
  const space = page.width - 6 - ruleWidth - 2 - mark.length;
  const own = image === undefined ? first.message : withoutName(first.message, image);
  const [message = ''] = shortened(withShortDigests(terminal(own)), space);
  return `    ${symbolOf(first, page.colors)} ${padded(terminal(first.rule), ruleWidth)}  ${message}${page.colors.dim(mark)}`;
}

/** What else is to be known of a finding before acting on it. */
function markOf(finding: Finding): string {
  const { inherited, heldBack } = finding;
  if (heldBack === true) return ` [${whenItBlocks(finding)}]`;
  return inherited === true ? ' [unchanged by this change]' : '';
}

/** Failed, not decided, or a warning: distinguished by more than color. */
function symbolOf({ level, outcome }: Finding, colors: Paint): string {
  if (level !== 'error') return colors.yellow(outcome === 'fail' ? '!' : '?');
  return outcome === 'fail' ? colors.red('✗') : colors.yellow('?');
}

/** Everything about a row's findings; the lines of a place are shown for the first of them. */
function rowDetails(file: string, { findings }: RuleRow, framed: Set<string>, page: Page): readonly string[] {
  const { colors } = page;
  const source = page.source(file);
  return findings.flatMap((finding) => {
    const { location, details = [], fix } = finding;
    const place = `${file}:${location.line}:${location.column}`;
    const hue = finding.level === 'error' ? colors.red : colors.yellow;
    const isFramed = source === undefined || framed.has(place);
    const frame = isFramed ? [] : codeFrame(source, location, { width: page.width - 6, paint: colors, mark: hue });
    framed.add(place);
    const own = [finding.message, ...details.map((detail) => `- ${detail}`)];
    const [message = [], ...rest] = own.map((text, index) => setIn(text, index === 0 ? 6 : 8, page));
    return [
      `    ${symbolOf(finding, colors)} ${colors.bold(terminal(finding.rule))}${markOf(finding)}  ${colors.dim(terminal(place))}`,
      ...message,
      ...frame.map((line) => `      ${line}`),
      ...rest.flat(),
      ...(fix === undefined ? [] : fixLines(fix, '      ', page, Number.POSITIVE_INFINITY)),
    ];
  });
}

function setIn(text: string, indent: number, page: Page): readonly string[] {
  return paragraph(text, page, indent).map((line, index) => (index === 0 ? `      ${line}` : line));
}

/** The fix: prose in a few lines, and what is to be copied, which stands on further lines, as it is. */
function fixLines(fix: string, margin: string, page: Page, most: number): readonly string[] {
  const [prose = '', ...code] = visibleLines(fix).split('\n').map(terminal);
  const indent = margin.length + 5;
  const lines = shortened(prose, page.width - indent, most);
  return [
    ...lines.map((line, index) =>
      index === 0 ? `${margin}${page.colors.green('fix')}: ${line}` : ' '.repeat(indent) + line,
    ),
    ...code.map((line) => `${margin}   | ${line}`),
  ];
}

function causeBlock({ row, image, places, fix }: Cause, page: Page): readonly string[] {
  const { first } = row;
  const { colors, width } = page;
  const name = image === undefined ? '' : `  ${terminal(withShortDigests(image))}`;
  const count = places.length === 1 ? '' : `  ${colors.dim(plural(places.length, 'place'))}`;
  const named = places.slice(0, MAX_PLACES).map(terminal);
  const more = places.length - named.length;
  return [
    `${symbolOf(first, colors)} ${colors.bold(terminal(first.rule))}${name}${count}${colors.dim(markOf(first))}`,
    ...shortened(withShortDigests(terminal(first.message)), width - 2, FIX_LINES).map((line) => `  ${line}`),
    ...wrapped(`${named.join(', ')}${more > 0 ? ` and ${plural(more, 'more place')}` : ''}`, width - 2).map(
      (line) => `  ${colors.blue(line)}`,
    ),
    ...(fix === undefined ? [] : fixLines(withShortDigests(fix), '  ', page, FIX_LINES)),
  ];
}

function verdictBlock(report: Report, page: Page): readonly string[] {
  const { source, profile } = report.policy;
  const at = source.commit === undefined ? '' : ` at ${source.commit.slice(0, 12)}`;
  return [
    ...verdictLines(report, verdictReason(report), page),
    ...paragraph(`policy: ${source.name}${at}, profile ${profile}`, page, 2).map(page.colors.dim),
    ...report.notices.flatMap((notice) => labeled('notice', page.colors.blue, shownNotice(notice), page)),
  ];
}

function verdictLines(report: Report, reason: string, page: Page): readonly string[] {
  const { bold, green, red, yellow } = page.colors;
  const hue = { pass: green, fail: red, indeterminate: yellow }[report.verdict];
  return labeled(report.verdict.toUpperCase(), (word) => bold(hue(word)), reason, page);
}

/** A word in color, and a text after it whose further lines are set in. */
function labeled(label: string, hue: (text: string) => string, text: string, page: Page): readonly string[] {
  const [first = '', ...rest] = paragraph(`${label}: ${text}`, page, 2);
  return [hue(label) + first.slice(label.length), ...rest];
}

function waivedBlock(report: Report, page: Page): readonly string[] {
  return report.findings.flatMap(({ rule, location: { file, line, column }, waiver: index }) => {
    const waiver = index === undefined ? undefined : report.waivers[index];
    if (waiver === undefined) return [];
    const { vulnerability, expires, owner, reason } = waiver;
    const accepted = vulnerability === undefined ? '' : ` ${vulnerability}`;
    const place = `${file}:${line}:${column}`;
    return labeled(
      'waived',
      page.colors.dim,
      `${rule} at ${place}${accepted} until ${expires} by ${owner}: ${reason}`,
      page,
    );
  });
}

/** Files that were not evaluated, unless a finding has reported so. Skipped files are counted where they are many. */
function filesBlock(report: Report, page: Page): readonly string[] {
  const findings = report.findings.filter(({ rule, level }) => rule === UNREADABLE && level !== 'note');
  const reported = new Set(findings.map(({ location }) => location.file));
  const unread = report.files
    .filter((file) => file.status !== 'read' || file.reason !== undefined)
    .filter(({ path, status }) => status !== 'unreadable' || !reported.has(path))
    .sort((a, b) => Number(a.status === 'skipped') - Number(b.status === 'skipped'));
  const most = page.details ? unread.length : MAX_UNREAD;
  const listed = unread.filter(({ status }, index) => status !== 'skipped' || index < most);
  const left = unread.length - listed.length;
  return [
    ...listed.flatMap(({ status, path, line, reason }) => {
      const place = line === undefined ? path : `${path}:${line}`;
      const hue = status === 'skipped' ? page.colors.dim : page.colors.yellow;
      return labeled(status, hue, `${place}${reason === undefined ? '' : `: ${reason}`}`, page);
    }),
    ...(left === 0
      ? []
      : labeled('skipped', page.colors.dim, `${plural(left, 'more file')}; --details lists them`, page)),
  ];
}

function limitsBlock(report: Report, page: Page): readonly string[] {
  return report.limits.flatMap(({ name, message }) =>
    labeled(`limit ${terminal(name)}`, page.colors.yellow, message, page),
  );
}

/** What is reported like a rule, and has no page of its own. */
const NO_RULES: ReadonlySet<string> = new Set([WAIVERS, UNVERIFIED, LOCKED]);

/** Says the verdict again where much was reported, since a terminal shows the end, and where to learn more. */
function closingBlock(report: Report, reported: readonly Finding[], page: Page): readonly string[] {
  const tally = tallyOf(report);
  const beside = asides(tally);
  const rule = reported.find((finding) => !NO_RULES.has(finding.rule))?.rule;
  const { colors } = page;
  return [
    ...(reported.length === 0
      ? []
      : verdictLines(report, `${uncheckedText(tally) || 'nothing blocks'}${beside === '' ? '' : `; ${beside}`}`, page)),
    ...(rule === undefined ? [] : furtherLines(terminal(rule), page).map(colors.dim)),
    ...(tally.notes === 0
      ? []
      : [colors.dim(`Left out here: ${plural(tally.notes, 'note')}. --format markdown has them.`)]),
  ];
}

/** Where to learn more: on one line where both fit, and the command on a line of its own otherwise. */
function furtherLines(rule: string, { details, program, width }: Page): readonly string[] {
  const why = `Why a rule matters: ${program} rules ${rule}`;
  if (details) return [why];
  const evidence = 'Evidence and every fix: --details.';
  const line = `${evidence} ${why}`;
  return displayWidth(line) <= width ? [line] : [evidence, why];
}
