import type { ImageUse } from '../../build-files/image-use.js';
import { code, inline } from '../../lib/escape/markdown.js';
import { cutMiddle } from '../../lib/escape/visible.js';
import { firstLines, plural } from '../../lib/text.js';
import { shortDigest } from '../image-name.js';
import {
  digestOf,
  evaluatedRules,
  type ImageRow,
  imageRows,
  publisherOf,
  signIn,
  signOfRow,
  worstRowsFirst,
} from '../image-rows.js';
import type { LinkTargets } from '../link-targets.js';
import type { Report } from '../report.js';
import { legend, type Sign } from '../signs.js';
import { placeLink, ruleTitle } from './places.js';

export interface TableDetail {
  readonly rows: number;
  readonly places: number;
  /** Every rule that was evaluated, or only those that not every image passed. */
  readonly columns: 'all' | 'not-passed';
}

const MAX_NAME = 100;

/**
 * The images of a run: where each is used, one column per question with the worst answer over its uses and
 * platforms, its digest and its publisher. Empty where nothing is used.
 */
export function imageTable(report: Report, detail: TableDetail, targets: LinkTargets): string {
  const rows = imageRows(report);
  if (rows.length === 0) return '';
  const ruleColumns = evaluatedRules(rows, detail.columns === 'all' ? NOT_EVALUATED : NOT_WRONG);
  const head = ['Image', 'Used at', ...ruleColumns.map((rule) => ruleTitle(rule, targets)), 'Digest', 'Publisher'];
  const shown = worstRowsFirst(rows).slice(0, detail.rows);
  const isRuleColumn = (column: number) => column >= 2 && column < 2 + ruleColumns.length;
  const lines = [
    tableLine(head),
    tableLine(head.map((_, column) => (isRuleColumn(column) ? ':-:' : '---'))),
    ...shown.map((row) =>
      tableLine([
        `${signOfRow(row)} ${code(cutMiddle(row.name, MAX_NAME))}`,
        placesCell(row.uses, detail.places, targets),
        ...ruleColumns.map((rule) => signIn(row, rule)),
        digestCell(row),
        inline(publisherOf(row) ?? ''),
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

const NOT_EVALUATED: ReadonlySet<Sign> = new Set(['–']);
const NOT_WRONG: ReadonlySet<Sign> = new Set(['–', '✅', '⏭️']);

function placesCell(uses: readonly ImageUse[], most: number, targets: LinkTargets): string {
  const places = [...new Map(uses.map((use) => [`${use.file}:${use.line}`, use])).values()];
  const links = places.map((use) => placeLink(use, targets));
  return firstLines(links, most).join('<br>');
}

function digestCell(row: ImageRow): string {
  const digest = digestOf(row);
  return digest === undefined ? '' : code(shortDigest(digest));
}
