import { createHash } from 'node:crypto';
import { html, joined, type Markup, rawElement } from '../../lib/escape/html.js';
import { evaluatedRules, imageRows, worstRowsFirst } from '../image-rows.js';
import type { LinkTargets } from '../link-targets.js';
import type { Report } from '../report.js';
import { changesSection } from './changes.js';
import type { PageContext } from './context.js';
import { findingsSection } from './findings.js';
import { graphSection } from './graph.js';
import { imagesSection } from './images.js';
import { matrixSection } from './matrix.js';
import { overview } from './overview.js';
import page from './page.generated.json' with { type: 'json' };
import { runSection } from './run.js';
import { waiversSection } from './waivers.js';

export interface HtmlOptions {
  /** The day that waivers are measured by, and that the page names. */
  readonly now: Date;
  /** Where places and rules are linked to; without them they are only named. */
  readonly targets?: LinkTargets;
}

/**
 * The report as one page that needs nothing else, in pieces of which none is longer than one image: no request, no
 * script but its own by its hash, readable without script and without style. Ends with a line end.
 *
 * @see https://www.w3.org/TR/CSP3/#meta-element a policy that a page brings itself
 */
export function* htmlReport(report: Report, { now, targets = {} }: HtmlOptions): Generator<string> {
  for (const piece of pieces(contextOf(report, now, targets))) yield `${piece}\n`;
}

function contextOf(report: Report, now: Date, targets: LinkTargets): PageContext {
  const rows = worstRowsFirst(imageRows(report));
  const rules = evaluatedRules(rows, new Set());
  const rowOfUse = new Map(rows.flatMap(({ uses }, index) => uses.map(({ id }) => [id, index] as const)));
  return { report, rows, rules, rowOfUse, targets, now };
}

function* pieces(context: PageContext): Generator<Markup | string> {
  const sections = {
    findings: findingsSection(context),
    changes: changesSection(context),
    graph: graphSection(context),
    waivers: waiversSection(context),
    run: runSection(context),
  };
  const hasImages = context.rows.length > 0;
  yield '<!doctype html>';
  yield html`<html lang="en"><head><meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy()}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
    <title>Base images: ${context.report.verdict}</title>${rawElement('style', page.style)}</head>
    <body><a class="jump" href="#findings">Skip to what to do</a>
    ${overview(context)}${navigation([
      ['findings', 'What to do'],
      ...(hasImages ? ([['matrix', 'Images and rules']] as const) : []),
      ...(sections.changes === undefined ? [] : ([['changes', 'What changed']] as const)),
      ...(sections.graph === undefined ? [] : ([['graph', 'What is built on what']] as const)),
      ...(sections.waivers === undefined ? [] : ([['waivers', 'Waivers']] as const)),
      ...(hasImages ? ([['images', 'Images']] as const) : []),
      ['run', 'About this run'],
    ])}`;
  yield '<main>';
  yield sections.findings;
  yield* matrixSection(context);
  yield joined([sections.changes, sections.graph, sections.waivers].filter((one) => one !== undefined));
  yield* imagesSection(context);
  yield sections.run;
  yield '</main>';
  yield html`<dialog id="cell" aria-labelledby="cell-title"><div class="head"><h2 id="cell-title"></h2><button type="button" id="close">Close</button></div><div id="cell-body"></div></dialog>`;
  yield html`${rawElement('script', page.script)}</body></html>`;
}

function navigation(links: readonly (readonly [string, string])[]): Markup {
  return html`<nav aria-label="Sections"><ul>${links.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>`;
}

/** Nothing may be loaded, sent or run but the one style and the one script. */
function contentSecurityPolicy(): string {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return [
    "default-src 'none'",
    `script-src ${hash(page.script)}`,
    `style-src ${hash(page.style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}
