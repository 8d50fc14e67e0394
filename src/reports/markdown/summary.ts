import { inline, prose } from '../../lib/escape/markdown.js';
import { firstLines, plural } from '../../lib/text.js';
import { changeBaseSentence } from '../change-base.js';
import { groupFindings } from '../finding-groups.js';
import type { LinkTargets } from '../link-targets.js';
import { shownNotice } from '../notices.js';
import type { Finding, Report } from '../report.js';
import { isAboutRun, reportedFindings, withUses } from '../reported-findings.js';
import { verdictSign } from '../signs.js';
import { asides, tallyOf, verdictReason } from '../tally.js';
import { fileSectionsList, type SectionsDetail } from './file-sections.js';
import { FULL_DETAIL, findingsList, type ListDetail, nextStep } from './findings-list.js';
import { stageGraph } from './graph.js';
import { type BaseChangesDetail, baseChangesList } from './image-diff.js';
import { imageTable, type TableDetail } from './image-table.js';
import { placeLink, ruleLink } from './places.js';
import { bytes, firstThatFits } from './shrink.js';

/**
 * What a step may write to GITHUB_STEP_SUMMARY; more loses the upload.
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
 */
export const SUMMARY_LIMIT = 1024 * 1024;

export interface SummaryOptions extends LinkTargets {
  /** Bytes. */
  readonly limit?: number;
  /** How many errors and warnings could not be annotated. */
  readonly annotationsLeft?: { readonly errors: number; readonly warnings: number };
}

interface SummaryDetail {
  readonly sections: SectionsDetail;
  /** Of notes. */
  readonly list: ListDetail;
  readonly table: TableDetail | null;
  readonly waived: number;
  readonly changes: BaseChangesDetail;
}

const WHOLE: BaseChangesDetail = { changes: 100, lines: 200, places: 5 };
const SOME: BaseChangesDetail = { changes: 50, lines: 20, places: 3 };
const COUNTS: BaseChangesDetail = { changes: 20, lines: 0, places: 1 };
const NONE: BaseChangesDetail = { changes: 0, lines: 0, places: 0 };

/**
 * What is given up when the summary is too long, in this order: details of findings beyond a few, what is folded and
 * the table's rows beyond fifty, table and graph, files beyond two hundred, fifty, then ten, and at last all but the
 * verdict.
 */
const FEW: ListDetail = { groups: 100, places: 3, details: 0, characters: 500 };
const DETAILS: readonly [SummaryDetail, ...(SummaryDetail | null)[]] = [
  {
    sections: { files: 1000, images: 200, characters: 2000, folded: FULL_DETAIL },
    list: FULL_DETAIL,
    table: { rows: 1000, places: 20, columns: 'all' },
    waived: 1000,
    changes: WHOLE,
  },
  {
    sections: { files: 1000, images: 200, characters: 2000, folded: { ...FULL_DETAIL, details: 5, places: 3 } },
    list: { ...FULL_DETAIL, details: 5, places: 3 },
    table: { rows: 1000, places: 3, columns: 'all' },
    waived: 200,
    changes: SOME,
  },
  {
    sections: { files: 500, images: 100, characters: 500, folded: null },
    list: { ...FEW, groups: 300 },
    table: { rows: 50, places: 3, columns: 'all' },
    waived: 50,
    changes: COUNTS,
  },
  {
    sections: { files: 200, images: 50, characters: 300, folded: null },
    list: FEW,
    table: null,
    waived: 10,
    changes: COUNTS,
  },
  {
    sections: { files: 50, images: 20, characters: 200, folded: null },
    list: { groups: 10, places: 1, details: 0, characters: 200 },
    table: null,
    waived: 0,
    changes: NONE,
  },
  {
    sections: { files: 10, images: 5, characters: 150, folded: null },
    list: { groups: 0, places: 0, details: 0, characters: 0 },
    table: null,
    waived: 0,
    changes: NONE,
  },
  null,
];

/**
 * The job summary: the verdict in one line, a section for each file with its images, their rules and what to do, then
 * folded the table of images and rules and the graph of what is built on what. Markdown, ends with a line end.
 */
export function renderSummary(report: Report, options: SummaryOptions = {}): string {
  return firstThatFits<SummaryDetail | null>(
    DETAILS,
    (detail) => (detail === null ? `${headline(report)}\n` : summaryWith(report, options, detail)),
    options.limit ?? SUMMARY_LIMIT,
    bytes,
  );
}

function summaryWith(report: Report, options: SummaryOptions, detail: SummaryDetail): string {
  const reported = reportedFindings(report);
  const isRunOnly = isAboutRun(report);
  const builtOn = reported.filter((finding) => !isRunOnly(finding));
  const sectionsOf = (findings: readonly Finding[]) =>
    fileSectionsList(
      report,
      findings.filter(({ level }) => level !== 'note'),
      detail.sections,
      options,
    );
  const notes = groupFindings(reported.filter(({ level }) => level === 'note'));
  const tableOf = (which: 'run' | 'built-on') =>
    detail.table === null ? '' : imageTable(withUses(report, which), detail.table, options);
  const graph =
    detail.table === null || report.stages.length < LEAST_STAGES ? '' : stageGraph(withUses(report, 'built-on'));
  const errors = reported.filter((finding) => finding.level === 'error');
  const sections = [
    headline(report),
    baseLine(report),
    nextStep(groupFindings(errors)),
    annotationsLeft(options),
    noticeList(report.notices),
    section(errors.length > 0 ? 'What to do' : 'Warnings', sectionsOf(builtOn)),
    section('Images that are run', sectionsOf(reported.filter(isRunOnly))),
    section('What the change of images brings', baseChangesList(report, detail.changes, options)),
    folded('Images and rules', tableOf('built-on')),
    folded('Images that are run, and rules', tableOf('run')),
    folded('What is built on what', graph),
    detail.list.groups === 0 ? '' : folded(plural(notes.length, 'note'), findingsList(notes, detail.list, options)),
    section('Waived', waivedList(report, detail.waived, options)),
    section('Remarks on build files', fileList(report)),
    section('Limits that were reached', limitList(report)),
    footer(report),
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

/** Fewer stages are seen at a glance in the build file. */
const LEAST_STAGES = 3;

function folded(title: string, body: string): string {
  return body === '' ? '' : `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
}

function noticeList(notices: readonly string[]): string {
  if (notices.length === 0) return '';
  const lines = notices.map((notice) => (notices.length === 1 ? '' : '- ') + prose(shownNotice(notice)));
  return ['> [!NOTE]', ...lines.map((line) => `> ${line}`)].join('\n');
}

function headline(report: Report): string {
  const beside = asides(tallyOf(report));
  return `## ${verdictSign(report)} Base images: ${report.verdict}\n\n${prose(sentence(verdictReason(report)))}${beside === '' ? '' : ` Also: ${beside}.`}`;
}

/** What was evaluated for which base; empty where no change of a branch is evaluated. */
export function baseLine({ base }: Report): string {
  return base === undefined ? '' : `<sub>${prose(changeBaseSentence(base))}</sub>`;
}

function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}

function section(title: string, body: string): string {
  return body === '' ? '' : `### ${title}\n\n${body}`;
}

function annotationsLeft(options: SummaryOptions): string {
  const left = (options.annotationsLeft?.errors ?? 0) + (options.annotationsLeft?.warnings ?? 0);
  return left === 0 ? '' : `_GitHub shows ten errors and ten warnings of a step: ${left} more are only here._`;
}

/**
 * The findings that waivers cover, at most `most` lines, each with who waived it, until when and why; empty where
 * there are none.
 */
export function waivedList(report: Report, most: number, targets: LinkTargets): string {
  const waived = report.findings.flatMap((finding) => {
    const waiver = finding.waiver === undefined ? undefined : report.waivers[finding.waiver];
    return waiver === undefined ? [] : [{ finding, waiver }];
  });
  const lines = waived.map(
    ({ finding, waiver }) =>
      `${ruleLink(finding.rule, targets)}${acceptedBy(waiver)} at ${placeLink(finding.location, targets)} until ${inline(waiver.expires)}, by ${inline(waiver.owner)}: ${prose(waiver.reason)}`,
  );
  return listOf(firstLines(lines, most));
}

/** The vulnerability that a waiver accepts by its name. */
function acceptedBy({ vulnerability }: Report['waivers'][number]): string {
  return vulnerability === undefined ? '' : ` (${inline(vulnerability)})`;
}

const MAX_FILES = 50;

/** Files that were skipped or can't be read, and those that were not read as configured, such as without the target named. */
function fileList(report: Report): string {
  const remarked = report.files.filter((file) => file.status !== 'read' || file.reason !== undefined);
  const lines = remarked.map(
    (file) =>
      `${placeLink({ file: file.path, line: file.line ?? 1 }, {})} ${file.status}${file.reason === undefined ? '' : `: ${prose(file.reason)}`}`,
  );
  return listOf(firstLines(lines, MAX_FILES));
}

function listOf(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

function limitList(report: Report): string {
  return report.limits
    .slice(0, MAX_FILES)
    .map((limit) => `- ${inline(limit.name)}: ${prose(limit.message)}`)
    .join('\n');
}

/** What evaluated: policy, profile, versions. */
export function footer(report: Report): string {
  const { policy, tool } = report;
  const at = policy.source.commit === undefined ? '' : ` at ${inline(policy.source.commit.slice(0, 12))}`;
  const dated = [...tool.feeds, ...tool.snapshots].map(({ name, date }) => `${inline(name)} of ${inline(date)}`);
  return `<sub>Policy ${inline(policy.source.name)}${at}, profile ${policy.profile} · ${[`base-image-gate ${inline(tool.version)}`, `catalog ${inline(tool.catalog)}`, ...dated].join(' · ')}</sub>`;
}
