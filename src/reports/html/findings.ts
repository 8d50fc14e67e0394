import { html, type Markup, preformatted, sentence } from '../../lib/escape/html.js';
import { cut } from '../../lib/escape/visible.js';
import { plural } from '../../lib/text.js';
import { type FindingGroup, groupFindings } from '../finding-groups.js';
import type { Finding, Report } from '../report.js';
import { isAboutRun, reportedFindings } from '../reported-findings.js';
import {
  type Cause,
  causes,
  errorsOf,
  type FileSection,
  fileSections,
  type Subject,
  withShortDigests,
} from '../sections.js';
import { signOf } from '../signs.js';
import { whenItBlocks } from '../tally.js';
import { findingPlace, more, type PageContext, place, ruleName } from './context.js';
import { mark } from './marks.js';

/** With findings in more files than these, a reader looks for causes first. */
const MAX_FILES = 25;
const MAX_CAUSES = 500;
const MAX_PLACES = 20;
const MAX_DETAILS = 50;
const MAX_TEXT = 2000;

/** What to do, by file or, where hundreds of files have findings, by cause; then images that are only run, then notes. */
export function findingsSection(context: PageContext): Markup {
  const { report } = context;
  const reported = reportedFindings(report);
  const isRunOnly = isAboutRun(report);
  const counting = reported.filter(({ level }) => level !== 'note');
  const notes = reported.filter(({ level }) => level === 'note');
  const builtOn = counting.filter((finding) => !isRunOnly(finding));
  const run = counting.filter(isRunOnly);
  return html`<section id="findings" aria-labelledby="findings-title">
    <h2 id="findings-title">What to do</h2>
    ${counting.length === 0 ? html`<p>Nothing: no rule failed, and every rule of level error has an answer.</p>` : undefined}
    ${blocks(report, builtOn, context)}
    ${run.length === 0 ? undefined : html`<h3 class="apart">Images that CI, Compose or a dev container runs</h3>`}
    ${blocks(report, run, context)}
    ${noteList(groupFindings(notes), context)}
  </section>`;
}

function blocks(report: Report, findings: readonly Finding[], context: PageContext): readonly Markup[] {
  const files = fileSections(report, findings);
  if (files.length <= MAX_FILES) return files.map((file) => fileBlock(file, context));
  const all = causes(report, findings);
  const left = more(all.length - MAX_CAUSES, 'causes, in the JSON report');
  return [
    html`<p>${plural(findings.length, 'finding')} in ${plural(files.length, 'file')}, by cause, the most frequent first.</p>`,
    ...all.slice(0, MAX_CAUSES).map((cause) => causeBlock(cause, context)),
    ...(left === undefined ? [] : [left]),
  ];
}

function fileBlock({ file, findings, subjects }: FileSection, context: PageContext): Markup {
  const errors = errorsOf(findings);
  const counts = [
    ...(errors > 0 ? [plural(errors, 'error')] : []),
    ...(findings.length > errors ? [plural(findings.length - errors, 'warning')] : []),
  ];
  return html`<article class="file">
    <h3><code>${file}</code> <span class="aside">${counts.join(', ')}</span></h3>
    ${subjects.map((subject) => subjectBlock(subject, context))}
  </article>`;
}

function subjectBlock({ image, places, platforms, isOpened, findings }: Subject, context: PageContext): Markup {
  const [first] = findings;
  const row = first?.use === undefined ? undefined : context.rowOfUse.get(first.use);
  const named = image === undefined ? undefined : html`<code class="name">${withShortDigests(image)}</code>`;
  const title = row === undefined || named === undefined ? named : html`<a href="#i${row}">${named}</a>`;
  const lines = places.slice(0, MAX_PLACES).map((at) => place(at, context));
  const asides = [...platforms, ...(isOpened ? [] : ['not opened'])];
  return html`<div class="subject">
    <h4>${title} <span class="places">${spaced(lines)}</span>${asides.map(
      (aside) => html` <span class="aside">${aside}</span>`,
    )}</h4>
    <ul class="found">${groupFindings(findings).map((group) => groupItem(group, context))}</ul>
  </div>`;
}

function causeBlock({ row, image, places, fix }: Cause, context: PageContext): Markup {
  const { first } = row;
  const named = image === undefined ? undefined : html` <code class="name">${image}</code>`;
  return html`<article class="cause">
    <h3>${mark(signOf(first))} ${ruleName(first.rule, context)}${named} <span class="aside">${plural(places.length, 'place')}</span></h3>
    <p>${sentence(cut(first.message, MAX_TEXT))}</p>
    ${fix === undefined ? undefined : fixBlock(fix)}
    <details><summary>Places</summary><ul class="columns">${places.map((at) => html`<li><code>${at}</code></li>`)}</ul></details>
  </article>`;
}

function groupItem({ finding, rules, all }: FindingGroup, context: PageContext): Markup {
  const remarks = [
    ...(finding.inherited === true ? ['unchanged by this change'] : []),
    ...(finding.heldBack === true ? [whenItBlocks(finding)] : []),
    ...(finding.outcome === 'indeterminate' ? ['could not be checked'] : []),
    ...(all.length > 1 ? [`${all.length} times`] : []),
  ];
  const names = rules.map((rule) => ruleName(rule, context));
  const fix = finding.fix === undefined ? undefined : fixBlock(finding.fix);
  return html`<li>
    ${mark(signOf(finding))}
    <div><p><strong>${commas(names)}</strong> ${sentence(cut(finding.message, MAX_TEXT))}${remarks.map(
      (remark) => html` <span class="aside">${remark}</span>`,
    )}</p>${fix}${detailList(finding.details)}</div>
  </li>`;
}

function noteList(groups: readonly FindingGroup[], context: PageContext): Markup | undefined {
  if (groups.length === 0) return undefined;
  const items = groups.slice(0, MAX_CAUSES).map(
    ({ finding, places, rules }) => html`<li>
      ${mark(signOf(finding))}
      <div><p><strong>${rules.join(', ')}</strong> ${sentence(cut(finding.message, MAX_TEXT))} <span class="places">${spaced(places.slice(0, MAX_PLACES).map((one) => html` ${findingPlace(one, context)}`))}</span></p></div>
    </li>`,
  );
  return html`<details class="notes"><summary>${plural(groups.length, 'note')}</summary>
    <ul class="found">${items}</ul>${more(groups.length - items.length, 'notes, in the JSON report')}
  </details>`;
}

/** A fix: a sentence, and what is to be copied below it. */
export function fixBlock(fix: string): Markup {
  const [first = '', ...lines] = cut(fix.trim(), MAX_TEXT).split(/\r?\n/);
  const code = lines.join('\n');
  return html`<div class="fix"><p><strong>Fix</strong> ${sentence(first)}</p>
  ${code.trim() === '' ? undefined : html`<pre tabindex="0" aria-label="Lines to copy">${preformatted(code)}</pre>`}</div>`;
}

/** The further lines of an answer, folded. */
export function detailList(details: readonly string[] = []): Markup | undefined {
  if (details.length === 0) return undefined;
  const items = details.slice(0, MAX_DETAILS).map((line) => html`<li>${cut(line, MAX_TEXT)}</li>`);
  return html`<details><summary>${plural(details.length, 'detail')}</summary>
    <ul class="lines">${items}</ul>${more(details.length - items.length, 'lines, in the JSON report')}
  </details>`;
}

function spaced(pieces: readonly Markup[]): readonly Markup[] {
  return pieces.map((piece, index) => (index === 0 ? piece : html` ${piece}`));
}

function commas(pieces: readonly Markup[]): readonly Markup[] {
  return pieces.map((piece, index) => (index === 0 ? piece : html`, ${piece}`));
}
