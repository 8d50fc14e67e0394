import { inline, prose } from '../../lib/escape/markdown.js';
import { cut } from '../../lib/escape/visible.js';
import { plural } from '../../lib/text.js';
import { groupFindings } from '../finding-groups.js';
import { replacedImages } from '../image-diff-words.js';
import type { LinkTargets } from '../link-targets.js';
import { shownNotice } from '../notices.js';
import type { Finding, Report } from '../report.js';
import { isAboutRun, reportedFindings, withUses } from '../reported-findings.js';
import { verdictSign } from '../signs.js';
import { isComplete, missing, reservations, tallyOf, uncheckedText } from '../tally.js';
import { findingsList, type ListDetail, nextStep } from './findings-list.js';
import { baseChangesList } from './image-diff.js';
import { imageTable } from './image-table.js';
import { characters, firstThatFits } from './shrink.js';
import { baseLine, footer, waivedList } from './summary.js';

/** GitHub answers 422 to a longer comment. @see https://docs.github.com/en/rest/issues/comments */
const COMMENT_LIMIT = 65_536;

export interface CommentOptions extends LinkTargets {
  /** Characters. */
  readonly limit?: number;
  /** Whether the last run did not have this finding. Absent on a first run, where nothing is marked. */
  readonly isNew?: (finding: Finding) => boolean;
  /** Shows several comments or parts apart: the job, or what it evaluates. */
  readonly title?: string;
}

interface CommentDetail {
  /** How many problems are open to the eye; the others are folded. */
  readonly open: number;
  readonly list: ListDetail;
  readonly folded: boolean;
  readonly table: boolean;
}

const MAX_TITLE = 60;

const RICH: ListDetail = { groups: 100, places: 5, details: 15, characters: 1000 };

/**
 * What is given up when the comment is too long, in this order: the table of images; details of findings and places
 * beyond three; warnings, waived findings and what evaluated; problems beyond twenty; beyond five, in short. The verdict
 * always stays, and comes first.
 */
const DETAILS: readonly [CommentDetail, ...CommentDetail[]] = [
  { open: 5, list: RICH, folded: true, table: true },
  { open: 5, list: RICH, folded: true, table: false },
  { open: 5, list: { groups: 100, places: 3, details: 0, characters: 500 }, folded: true, table: false },
  { open: 5, list: { groups: 100, places: 3, details: 0, characters: 500 }, folded: false, table: false },
  { open: 5, list: { groups: 20, places: 1, details: 0, characters: 300 }, folded: false, table: false },
  { open: 5, list: { groups: 5, places: 1, details: 0, characters: 150 }, folded: false, table: false },
  { open: 0, list: { groups: 0, places: 0, details: 0, characters: 0 }, folded: false, table: false },
];

/**
 * The comment on a pull request, or one job's part of it: first the verdict as a heading, then what to do, then
 * everything else folded. One line and a fold where there is nothing to do. Markdown without a final line end.
 */
export function renderComment(report: Report, options: CommentOptions = {}): string {
  return firstThatFits(
    DETAILS,
    (detail) => commentWith(report, options, detail),
    options.limit ?? COMMENT_LIMIT,
    characters,
  );
}

function commentWith(report: Report, options: CommentOptions, detail: CommentDetail): string {
  const isRunOnly = isAboutRun(report);
  const failed = reportedFindings(report).filter((finding) => finding.level === 'error');
  const ofRun = groupFindings(failed.filter(isRunOnly));
  const errors = groupFindings(failed.filter((finding) => !isRunOnly(finding)));
  const open = errors.slice(0, detail.open);
  const more = errors.slice(detail.open, Math.max(detail.open, detail.list.groups));
  const left = errors.length - open.length - more.length;
  const list = (groups: typeof errors, start: number) =>
    findingsList(groups, { ...detail.list, groups: groups.length }, options, options.isNew, start);
  const parts = [
    heading(report, options),
    detail.open === 0 ? '' : coverageLine(report),
    detail.open === 0 || failed.length === 0 ? '' : nextStep(groupFindings(failed)),
    list(open, 1),
    more.length === 0 ? '' : fold(`${more.length} more to fix`, list(more, open.length + 1)),
    left > 0 ? `_${left} more in the summary of the job._` : '',
    ofRun.length === 0 || detail.open === 0
      ? ''
      : `**Images that are run**\n\n${findingsList(ofRun, detail.list, options, options.isNew, errors.length + 1)}`,
    asides(report, options, detail, failed.length === 0),
    baseLine(report),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function noticeLines(report: Report): readonly string[] {
  return report.notices.map((notice) => `> ${prose(shownNotice(notice))}`);
}

/** The verdict and what it asks for, in one line. */
function heading(report: Report, options: CommentOptions): string {
  const { verdict } = report;
  const tally = tallyOf(report);
  const title = options.title === undefined ? 'Base images' : `Base images, ${inline(cut(options.title, MAX_TITLE))}`;
  const checked = isComplete(report)
    ? `${tally.heldBack > 0 ? '' : 'nothing to fix in '}${plural(tally.uses, 'image use')}`
    : fullyChecked(report);
  const passed = tally.uses === 0 ? 'nothing to evaluate' : checked;
  const detail = verdict === 'pass' ? passed : uncheckedText(tally);
  return `### ${verdictSign(report)} ${title}: ${[verdict, detail].filter(Boolean).join(' · ')}${freshness(report, options)}`;
}

/** How much was checked, and why the rest was not: below the heading, which stays short on a phone. */
function coverageLine(report: Report): string {
  const passes = report.verdict === 'pass';
  const clauses = [
    ...(passes || isComplete(report) ? [] : [fullyChecked(report)]),
    ...(passes ? reservations(report) : missing(report)),
  ];
  return clauses.length === 0 ? '' : `${clauses.map(prose).join('; ')}.`;
}

function fullyChecked({ coverage: { full, references } }: Report): string {
  return `${full} of ${plural(references, 'reference')} fully checked`;
}

function freshness(report: Report, { isNew }: CommentOptions): string {
  if (isNew === undefined) return '';
  const errors = reportedFindings(report).filter((finding) => finding.level === 'error');
  const fresh = groupFindings(errors).filter(({ all }) => all.some(isNew)).length;
  return fresh === 0 ? '' : ` (${fresh} new)`;
}

/** What does not block: folded one by one below problems, and all in one fold where there are none. */
function asides(report: Report, options: CommentOptions, detail: CommentDetail, clean: boolean): string {
  if (!detail.folded) return '';
  const isRunOnly = isAboutRun(report);
  const warned = reportedFindings(report).filter((finding) => finding.level === 'warning');
  const warnings = groupFindings(warned.filter((finding) => !isRunOnly(finding)));
  const ofRun = groupFindings(warned.filter(isRunOnly));
  const waived = tallyOf(report).waived;
  const columns = clean ? 'all' : 'not-passed';
  const images = detail.table
    ? imageTable(withUses(report, 'built-on'), { rows: 50, places: 3, columns }, options)
    : '';
  const changes = baseChangesList(report, { changes: 10, lines: detail.table ? 30 : 0, places: 3 }, options);
  const sections = [
    { title: replacedImages(report.baseChanges ?? []), body: changes },
    {
      title: `${plural(warnings.length, 'warning')}, which ${warnings.length === 1 ? 'does' : 'do'} not block`,
      body: findingsList(warnings, detail.list, options, options.isNew),
    },
    {
      title: `${plural(ofRun.length, 'warning')} about images that are run`,
      body: findingsList(ofRun, detail.list, options, options.isNew),
    },
    { title: `${plural(waived, 'finding')} waived`, body: waivedList(report, 50, options) },
    {
      title: images === '' ? 'Policy and versions' : 'Images evaluated, policy and versions',
      body: [images, ...noticeLines(report), footer(report)].filter((text) => text !== '').join('\n\n'),
    },
  ].filter(({ body }) => body !== '');
  if (!clean) return sections.map(({ title, body }) => fold(title, body)).join('\n\n');
  const [first, ...others] = sections;
  const rest = others.map(({ title, body }) => `**${title}**\n\n${body}`);
  return first === undefined ? '' : fold(first.title, [first.body, ...rest].join('\n\n'));
}

/** A title is ours: it holds no text of others. */
function fold(title: string, body: string): string {
  return `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
}
