import { html, type Markup } from '../../lib/escape/html.js';
import { plural } from '../../lib/text.js';
import { shortDigest } from '../image-name.js';
import { digestOf, type ImageRow, signIn, signOfRow } from '../image-rows.js';
import { meaningOf, type Sign, signOf } from '../signs.js';
import { type PageContext, ruleName } from './context.js';
import { ALL_SIGNS, label, mark, markOf } from './marks.js';

/**
 * Every image and every rule that was evaluated: each cell leads to the answer and the evidence behind it. In pieces, a row
 * each. The filter is shown by the script, without which it could do nothing.
 */
export function* matrixSection(context: PageContext): Generator<Markup | string> {
  const { rows, rules } = context;
  if (rows.length === 0) return;
  yield html`<section id="matrix" aria-labelledby="matrix-title">
    <h2 id="matrix-title">Images and rules</h2>
    ${filter(context)}
    <p class="hint">Each cell leads to the answer and its evidence.<span class="keys" hidden> In the table, the arrow keys move from cell to cell.</span></p>
    ${legend(rows)}`;
  yield '<div class="scroll"><table class="matrix" role="table" aria-label="Images and rules">';
  yield html`<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col" class="name">Image</th>${rules.map(
    (rule) => html`<th role="columnheader" scope="col"><span>${ruleName(rule, context)}</span></th>`,
  )}</tr></thead>`;
  yield '<tbody role="rowgroup">';
  for (const [index, row] of rows.entries()) yield matrixRow(row, index, rules);
  yield '</tbody></table></div><p class="empty" hidden>No image matches.</p></section>';
}

function matrixRow(row: ImageRow, index: number, rules: readonly string[]): Markup {
  const digest = digestOf(row);
  const about = [plural(row.uses.length, 'use'), ...(digest === undefined ? [] : [shortDigest(digest)])];
  return html`<tr role="row" data-row="${index}">
    <th role="rowheader" scope="row" class="name">${mark(signOfRow(row))} <a href="#i${index}"><code>${row.name}</code></a> <span class="aside">${about.join(' · ')}</span></th>
    ${rules.map((rule, column) => cell(signIn(row, rule), `i${index}r${column}`))}
  </tr>`;
}

function cell(sign: Sign, target: string): Markup {
  const { name, symbol } = markOf(sign);
  if (sign === '–') return html`<td role="cell" class="none">–</td>`;
  return html`<td role="cell" class="${name}"><a href="#${target}" aria-label="${meaningOf(sign)}">${symbol}</a></td>`;
}

function filter({ rows, rules }: PageContext): Markup {
  const worst = rows.map(signOfRow);
  const choices = ALL_SIGNS.filter((sign) => worst.includes(sign)).map((sign) => {
    const { name } = markOf(sign);
    const count = worst.filter((one) => one === sign).length;
    return html`<label><input type="radio" name="outcome" value="${name}">${label(sign)} <span class="count">${count}</span></label>`;
  });
  return html`<form class="filter" role="search" hidden>
    <div class="field"><label for="search">Search</label>
    <input id="search" type="search" autocomplete="off" spellcheck="false" placeholder="image, file, package, CVE …"></div>
    <div class="field"><label for="rule">Rule</label>
    <select id="rule"><option value="">any</option>${rules.map(
      (rule, column) => html`<option value="${column}">${rule}</option>`,
    )}</select></div>
    <fieldset><legend>Outcome</legend>
    <label><input type="radio" name="outcome" value="" checked>any <span class="count">${rows.length}</span></label>${choices}</fieldset>
    <p class="result" role="status">${plural(rows.length, 'image')}</p>
  </form>`;
}

function legend(rows: readonly ImageRow[]): Markup {
  const used = new Set(rows.flatMap(({ answers }) => answers.map(signOf)));
  const items = ALL_SIGNS.filter((sign) => used.has(sign)).map((sign) => html`<li>${label(sign)}</li>`);
  return html`<ul class="legend" aria-label="Symbols">${items}</ul>`;
}
