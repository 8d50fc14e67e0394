import type { ImageUse } from '../../build-files/image-use.js';
import { groupBy } from '../../lib/collections.js';
import { code, inline } from '../../lib/escape/markdown.js';
import { cutMiddle } from '../../lib/escape/visible.js';
import { plural } from '../../lib/text.js';
import type { Answer } from '../../rules/answer.js';
import type { EvaluatedImage, Report } from '../report.js';
import { imageKey, imageName, shortDigest } from './image-name.js';
import { type LinkTargets, placeLink, ruleTitle } from './places.js';
import { legend, type Sign, signOf, worstSign } from './signs.js';

export interface TableDetail {
  readonly rows: number;
  readonly places: number;
  /** Every question asked, or only those that not every image passed. */
  readonly columns: 'all' | 'not-passed';
}

interface Row {
  readonly name: string;
  readonly uses: readonly ImageUse[];
  readonly image: EvaluatedImage | undefined;
  readonly answers: readonly Answer[];
}

const MAX_NAME = 100;

/**
 * The images of a run: where each is used, one column per question with the worst answer over its uses and
 * platforms, its digest and its publisher. Empty where nothing is used.
 */
export function imageTable(report: Report, detail: TableDetail, targets: LinkTargets): string {
  const rows = rowsOf(report);
  if (rows.length === 0) return '';
  const questions = questionsOf(rows, detail);
  const head = ['Image', 'Used at', ...questions.map((rule) => ruleTitle(rule, targets)), 'Digest', 'Publisher'];
  const shown = [...rows].sort((a, b) => rank(a) - rank(b)).slice(0, detail.rows);
  const isQuestion = (column: number) => column >= 2 && column < 2 + questions.length;
  const lines = [
    tableLine(head),
    tableLine(head.map((_, column) => (isQuestion(column) ? ':-:' : '---'))),
    ...shown.map((row) =>
      tableLine([
        `${worstSign(row.answers.map(signOf))} ${code(cutMiddle(row.name, MAX_NAME))}`,
        placesCell(row.uses, detail.places, targets),
        ...questions.map((rule) => signIn(row, rule)),
        digestCell(row),
        row.image?.publisher === undefined ? '' : inline(row.image.publisher),
      ]),
    ),
  ];
  const left = rows.length - shown.length;
  const table = lines.join('\n');
  const more = left > 0 ? `_and ${plural(left, 'more image')}_` : '';
  return [table, more, legend(table)].filter((text) => text !== '').join('\n\n');
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** One row per image name, its uses in reading order. */
function rowsOf(report: Report): readonly Row[] {
  const images = new Map(report.images.map((image) => [image.id, image]));
  const answers = groupBy(report.answers, ({ use }) => use);
  return [...groupBy(report.uses, imageKey).values()].map((group) => {
    const name = imageName(group[0]);
    const own = group.flatMap((use) => answers.get(use.id) ?? []);
    const ids = new Set(own.flatMap((answer) => answer.image ?? []));
    const image = [...ids].flatMap((id) => images.get(id) ?? []).find(({ resolved }) => resolved !== undefined);
    return { name, uses: group, image, answers: own };
  });
}

function questionsOf(rows: readonly Row[], detail: TableDetail): readonly string[] {
  const rules = [...new Set(rows.flatMap((row) => row.answers.map((answer) => answer.rule)))];
  const dull = new Set<Sign>(detail.columns === 'all' ? ['–'] : ['–', '✅', '⏭️']);
  const asked = rules.filter((rule) => rows.some((row) => !dull.has(signIn(row, rule))));
  const worst = new Map(asked.map((rule) => [rule, ORDER[worstSign(rows.map((row) => signIn(row, rule)))]]));
  // Where a table is wider than the page, what went wrong is in sight.
  return asked.sort((a, b) => (worst.get(a) ?? 0) - (worst.get(b) ?? 0));
}

function signIn(row: Row, rule: string): Sign {
  return worstSign(row.answers.filter((answer) => answer.rule === rule).map(signOf));
}

const ORDER: Readonly<Record<Sign, number>> = { '❌': 0, '❓': 1, '⚠️': 2, ℹ️: 3, '🩹': 4, '⏭️': 5, '✅': 6, '–': 7 };

function rank(row: Row): number {
  return ORDER[worstSign(row.answers.map(signOf))];
}

function placesCell(uses: readonly ImageUse[], most: number, targets: LinkTargets): string {
  const places = [...new Map(uses.map((use) => [`${use.file}:${use.line}`, use])).values()];
  const shown = places.slice(0, most).map((use) => placeLink(use, targets));
  const left = places.length - shown.length;
  return `${shown.join('<br>')}${left > 0 ? `<br>and ${left} more` : ''}`;
}

function digestCell(row: Row): string {
  const digest = row.image?.resolved?.digest ?? row.uses[0]?.reference?.digest;
  return digest === undefined ? '' : code(shortDigest(digest));
}
