import { createHash } from 'node:crypto';
import { html, type Markup, rawElement, sentence } from '../lib/escape/html.js';
import { plural } from '../lib/text.js';
import page from '../reports/html/page.generated.json' with { type: 'json' };
import type { ReferenceDocument, RepositoryDocument, SurveyDocument } from './document.js';
import { basisSentence, type Cell, coverageSentences, headline, type Section, sectionsOf } from './sections.js';

/** The rest is in the JSON form. */
const MAX_ROWS = 5_000;
const MAX_DETAILS = 2_000;
const MAX_FINDINGS = 200;

/**
 * The survey as one page that needs nothing else, in pieces: no request, no script, and no style but its own by its hash.
 * Outside text enters it through the template tag alone. Ends with a line end.
 */
export function* surveyHtml(document: SurveyDocument): Generator<string> {
  for (const piece of pieces(document)) yield `${piece}\n`;
}

function* pieces(document: SurveyDocument): Generator<Markup | string> {
  const sections = sectionsOf(document).filter(({ rows }) => rows.length > 0);
  const failing = document.repositories.filter(({ verdict }) => verdict !== 'pass');
  yield '<!doctype html>';
  yield html`<html lang="en"><head><meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy()}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
    <title>Base images of ${document.of}</title>${rawElement('style', page.style)}</head>
    <body><a class="jump" href="#main">Skip to what to do</a>
    ${top(document)}
    <nav aria-label="Sections"><ul>${[...sections, ...(failing.length > 0 ? [DETAILS] : [])].map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>`;
  yield '<main id="main">';
  for (const section of sections) yield sectionMarkup(section);
  if (failing.length > 0) yield* details(failing, document);
  yield '</main></body></html>';
}

const DETAILS = { id: 'findings', title: 'Findings by repository' } as const;

/** Nothing may be loaded, sent or run but the one style. */
function contentSecurityPolicy(): string {
  const hash = createHash('sha256').update(page.style).digest('base64');
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'`;
}

function top(document: SurveyDocument): Markup {
  const { verdicts, repositoryCount, images, day, of, notices } = document;
  const tone = verdicts.fail > 0 ? 'fail' : verdicts.indeterminate > 0 || !document.complete ? 'open' : 'pass';
  const numbers: readonly (readonly [string, number, string])[] = [
    ['pass', verdicts.pass, 'pass'],
    ['fail', verdicts.fail, 'fail'],
    ['open', verdicts.indeterminate, 'could not be decided'],
    ['open', repositoryCount.failed, 'could not be read'],
    ['plain', repositoryCount.surveyed, 'surveyed'],
    ['plain', images.length, images.length === 1 ? 'image' : 'images'],
  ];
  return html`<header class="top">
    <p class="product">Base images <span>of ${of}, surveyed on ${day}</span></p>
    <div class="verdict ${tone}"><h1>${verdicts.fail} of ${repositoryCount.surveyed} fail</h1><p>${sentence(headline(document))}</p></div>
    <ul class="numbers">${numbers.map(
      ([one, count, what]) =>
        html`<li class="${count === 0 ? 'zero' : one}"><strong>${count}</strong> <span>${what}</span></li>`,
    )}</ul>
    <section class="notices" aria-label="What was surveyed"><ul>${[...coverageSentences(document), basisSentence(document), ...notices].map((one) => html`<li>${sentence(one)}</li>`)}</ul></section>
  </header>`;
}

function sectionMarkup({ id, title, about, columns, rows }: Section): Markup {
  const left = rows.length - MAX_ROWS;
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2><p>${about}</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Table: ${title}"><table>
    <thead><tr>${columns.map((column) => html`<th scope="col">${column.title}</th>`)}</tr></thead>
    <tbody>${rows.slice(0, MAX_ROWS).map((cells) => html`<tr>${cells.map((cell) => html`<td>${cellMarkup(cell)}</td>`)}</tr>`)}</tbody>
    </table></div>${left > 0 ? html`<p class="more">and ${plural(left, 'more row', 'more rows')}, in survey.json</p>` : undefined}</section>`;
}

function cellMarkup(cell: Cell): Markup {
  if (typeof cell === 'number') return html`${cell}`;
  return 'name' in cell ? html`<code>${cell.name}</code>` : sentence(cell.text);
}

function* details(failing: readonly RepositoryDocument[], document: SurveyDocument): Generator<Markup | string> {
  yield html`<section id="${DETAILS.id}" aria-labelledby="details-title"><h2 id="details-title">${DETAILS.title}</h2>
    <p>What keeps a repository from passing, with its place.</p>`;
  for (const repository of failing.slice(0, MAX_DETAILS)) yield repositoryMarkup(repository, document);
  const left = failing.length - MAX_DETAILS;
  if (left > 0)
    yield html`<p class="more">and ${plural(left, 'more repository', 'more repositories')}, in survey.json</p>`;
  yield '</section>';
}

function repositoryMarkup({ name, verdict, references, files }: RepositoryDocument, document: SurveyDocument): Markup {
  const findings = [...references, ...files].flatMap((one) => findingsOf(one, document));
  const left = findings.length - MAX_FINDINGS;
  return html`<details><summary><code>${name}</code> ${verdict}</summary><ul>${findings.slice(0, MAX_FINDINGS)}</ul>
    ${left > 0 ? html`<p class="more">and ${left} more, in survey.json</p>` : undefined}</details>`;
}

function findingsOf(
  {
    file,
    line,
    owners = [],
    problems,
    ...rest
  }: Pick<ReferenceDocument, 'file' | 'line' | 'owners' | 'problems'> & { readonly image?: string | null },
  document: SurveyDocument,
): readonly Markup[] {
  const image = rest.image ?? undefined;
  return problems.flatMap((index) => {
    const problem = document.problems[index];
    if (problem?.level !== 'error') return [];
    return [
      html`<li><code>${file}:${line}</code> ${image === undefined ? undefined : html`<code>${image}</code> `}<strong>${problem.rule}</strong> ${problem.outcome}: ${sentence(problem.message)}
      ${owners.length > 0 ? html`<span class="aside">${owners.join(', ')}</span>` : undefined}</li>`,
    ];
  });
}
