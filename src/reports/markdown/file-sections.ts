import { code, inline, prose } from '../../lib/escape/markdown.js';
import { cut } from '../../lib/escape/visible.js';
import { capital, plural } from '../../lib/text.js';
import { groupFindings } from '../finding-groups.js';
import { shortDigest } from '../image-name.js';
import { type LinkTargets, targetsOf } from '../link-targets.js';
import type { Finding, Report } from '../report.js';
import { errorsOf, type FileSection, fileSections, type RuleRow, type Subject, withoutName } from '../sections.js';
import { signOf } from '../signs.js';
import { whenItBlocks } from '../tally.js';
import { findingsList, fixSentence, type ListDetail } from './findings-list.js';
import { placeLink, ruleTitle } from './places.js';

/** How much is shown of files and their images. */
export interface SectionsDetail {
  readonly files: number;
  /** Images of a file. */
  readonly images: number;
  /** Of a message or fix. */
  readonly characters: number;
  /** What is folded below an image: every message, detail and fix; null leaves it out. */
  readonly folded: ListDetail | null;
}

const MAX_PLACES = 5;

/** A section for each file, the worst first: each image with the rules it fails, a line each, and what to do. */
export function fileSectionsList(
  report: Report,
  findings: readonly Finding[],
  detail: SectionsDetail,
  targets: LinkTargets,
): string {
  const sections = fileSections(report, findings);
  const shown = sections.slice(0, detail.files).map((section) => fileText(report, section, detail, targets));
  const left = sections.length - shown.length;
  return [...shown, ...(left > 0 ? [`_and ${plural(left, 'more file')} with findings_`] : [])].join('\n\n');
}

function fileText(
  report: Report,
  { file, findings, subjects }: FileSection,
  detail: SectionsDetail,
  targets: LinkTargets,
): string {
  const errors = errorsOf(findings);
  const counts = [
    ...(errors > 0 ? [plural(errors, 'error')] : []),
    ...(findings.length > errors ? [plural(findings.length - errors, 'warning')] : []),
  ];
  const shown = subjects.slice(0, detail.images).map((subject) => subjectText(report, subject, detail, targets));
  const left = subjects.length - shown.length;
  return [
    `#### ${code(file)} · ${counts.join(', ')}`,
    ...shown,
    ...(left > 0 ? [`_and ${plural(left, 'more image')}_`] : []),
  ].join('\n\n');
}

function subjectText(report: Report, subject: Subject, detail: SectionsDetail, targets: LinkTargets): string {
  const { image, places, platforms, isOpened, rows, fix, findings } = subject;
  const [first] = findings;
  const linked = first === undefined ? targets : targetsOf(first.rule, first.location.file, targets);
  const named = places.slice(0, MAX_PLACES).map((place) => placeLink(place, linked));
  const left = places.length - named.length;
  const digest = image === undefined ? undefined : digestOf(report, image);
  const title = [
    ...(image === undefined ? [] : [`**${code(image)}**`]),
    `${named.join(', ')}${left > 0 ? ` and ${plural(left, 'more place')}` : ''}`,
    ...platforms.map(inline),
    ...(digest === undefined ? [] : [code(shortDigest(digest))]),
    ...(isOpened ? [] : ['not opened']),
  ].join(' · ');
  const all = groupFindings(findings);
  const hasMore = all.length > rows.length || all.some(({ finding }) => (finding.details ?? []).length > 0);
  return [
    title,
    rows.map((row) => rowText(row, image, detail, targets)).join('\n'),
    ...(fix === undefined ? [] : [fixText(fix, detail)]),
    ...(detail.folded === null || !(hasMore || all.length > 1)
      ? []
      : [
          `<details><summary>Evidence and every fix</summary>\n\n${findingsList(all, detail.folded, targets)}\n\n</details>`,
        ]),
  ].join('\n\n');
}

function rowText(
  { first, findings }: RuleRow,
  image: string | undefined,
  { characters }: SectionsDetail,
  targets: LinkTargets,
): string {
  const message = image === undefined ? first.message : withoutName(first.message, image);
  const remarks = [
    ...(findings.length > 1 ? [`(+${findings.length - 1})`] : []),
    ...(first.inherited === true ? ['_Unchanged here._'] : []),
    ...(first.heldBack === true ? [`_${capital(whenItBlocks(first))}._`] : []),
  ];
  return ['-', signOf(first), `${ruleTitle(first.rule, targets)}:`, prose(cut(message, characters)), ...remarks].join(
    ' ',
  );
}

/** The first line of a fix; text to copy is in the fold. */
function fixText(fix: string, { characters }: SectionsDetail): string {
  const [first = '', ...code] = fix.trim().split(/\r?\n/);
  return `👉 ${fixSentence(cut(first, characters))}${code.length === 0 ? '' : ' (The lines to copy are below.)'}`;
}

function digestOf({ images }: Report, image: string): string | undefined {
  return image.includes('@') ? undefined : images.find(({ reference }) => reference === image)?.resolved?.digest;
}
