import { groupBy } from '../../lib/collections.js';
import { html, type Markup, sentence } from '../../lib/escape/html.js';
import { cut } from '../../lib/escape/visible.js';
import type { Answer } from '../../rules/answer.js';
import { rules as allRules } from '../../rules/index.js';
import { digestOf, type ImageRow, publisherOf, signOfRow } from '../image-rows.js';
import { severityOf, signOf, worstSign } from '../signs.js';
import { whenItBlocks } from '../tally.js';
import { type PageContext, place, ruleName } from './context.js';
import { evidenceTable } from './evidence.js';
import { detailList, fixBlock } from './findings.js';
import { label, mark } from './marks.js';

const MAX_PLACES = 20;
const MAX_TEXT = 2000;

/** Which kinds of evidence each rule rests on. */
const KINDS: ReadonlyMap<string, readonly string[]> = new Map(
  allRules.map((rule) => [rule.id, rule.subject === 'image' ? rule.evidence : []]),
);

/** Every image with its answers, its evidence, its packages and what is known against them, folded. In pieces, one per image. */
export function* imagesSection(context: PageContext): Generator<Markup | string> {
  if (context.rows.length === 0) return;
  yield html`<section id="images" aria-labelledby="images-title"><h2 id="images-title">Images</h2>`;
  for (const [index, row] of context.rows.entries()) yield imageBlock(row, index, context);
  yield '</section>';
}

function imageBlock(row: ImageRow, index: number, context: PageContext): Markup {
  const { uses, images } = row;
  const places = [...new Map(uses.map((use) => [`${use.file}:${use.line}`, use])).values()];
  const shown = places
    .slice(0, MAX_PLACES)
    .map((use) => html`<li>${place(use, context)} <span class="aside">${use.role}</span></li>`);
  const left = places.length - shown.length;
  const publisher = publisherOf(row);
  const digest = digestOf(row);
  const sign = signOfRow(row);
  const needsAction = severityOf(sign) < severityOf('⏭️');
  return html`<article class="image" data-row="${index}"><details id="i${index}"${needsAction ? html` class="wrong"` : undefined}>
    <summary>${mark(sign)} <code class="name">${row.name}</code>${publisher === undefined ? undefined : html` <span class="aside">${publisher}</span>`}</summary>
    <dl class="facts">
      ${digest === undefined ? undefined : html`<dt>Digest</dt><dd><code>${digest}</code></dd>`}
      ${publisher === undefined ? undefined : html`<dt>Publisher</dt><dd>${publisher}</dd>`}
      <dt>Used at</dt><dd><ul class="columns">${shown}${left > 0 ? html`<li>and ${left} more</li>` : undefined}</ul></dd>
    </dl>
    ${answersTable(row, index, context)}
    ${images.map((image) => evidenceTable(image, context.now))}
  </details></article>`;
}

function answersTable(row: ImageRow, index: number, context: PageContext): Markup {
  const byRule = groupBy(row.answers, ({ rule }) => rule);
  const kinds = new Set(row.images.flatMap(({ evidence }) => Object.keys(evidence)));
  const rows = context.rules.map((rule, column) => {
    const answers = byRule.get(rule);
    return answers === undefined ? undefined : answerRow(rule, answers, `i${index}r${column}`, kinds, row, context);
  });
  return html`<table class="answers"><caption>Rules</caption>
    <thead><tr><th scope="col">Rule</th><th scope="col">Answer</th></tr></thead>
    <tbody>${rows}</tbody></table>`;
}

function answerRow(
  rule: string,
  answers: readonly [Answer, ...Answer[]],
  id: string,
  kinds: ReadonlySet<string>,
  row: ImageRow,
  context: PageContext,
): Markup {
  const sign = worstSign(answers.map(signOf));
  const groups = groupBy(answers, (answer) =>
    JSON.stringify([signOf(answer), answer.message, answer.fix, answer.details, answer.waiver]),
  );
  const sorted = [...groups.values()].sort(([a], [b]) => severityOf(signOf(a)) - severityOf(signOf(b)));
  const rests = (KINDS.get(rule) ?? []).filter((kind) => kinds.has(kind));
  return html`<tr id="${id}"${rests.length === 0 ? undefined : html` data-kinds="${rests.join(' ')}"`}>
    <th scope="row">${ruleName(rule, context)}<br>${label(sign)}</th>
    <td>${sorted.map((same) => answerBlock(same, row, context))}</td>
  </tr>`;
}

function answerBlock(same: readonly [Answer, ...Answer[]], row: ImageRow, context: PageContext): Markup {
  const [answer] = same;
  const { message, fix, details, waiver, inherited, heldBack } = answer;
  const platforms = new Set(same.flatMap(({ platform }) => platform ?? []));
  const places = new Set(same.map(({ location: { file, line } }) => `${file}:${line}`));
  const all = new Set(row.uses.map(({ file, line }) => `${file}:${line}`));
  const isElsewhere = [...places].some((one) => !all.has(one));
  const at = places.size < all.size || isElsewhere ? [...places].slice(0, MAX_PLACES) : [];
  const waived = waiver === undefined ? undefined : context.report.waivers[waiver];
  const asides = [
    ...(row.images.length > 1 ? platforms : []),
    ...at,
    ...(inherited === true ? ['unchanged by this change'] : []),
    ...(heldBack === true ? [whenItBlocks(answer)] : []),
    ...(waived === undefined ? [] : [`waived by ${waived.owner} until ${waived.expires}`]),
  ];
  return html`<div class="answer"><p>${mark(signOf(answer))} ${sentence(cut(message, MAX_TEXT))}${asides.map(
    (aside) => html` <span class="aside">${aside}</span>`,
  )}</p>${fix === undefined ? undefined : fixBlock(fix)}${detailList(details)}</div>`;
}
