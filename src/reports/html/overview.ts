import { html, type Markup, sentence } from '../../lib/escape/html.js';
import { capital, plural } from '../../lib/text.js';
import { changeBaseSentence } from '../change-base.js';
import { shownNotice } from '../notices.js';
import type { Report } from '../report.js';
import { isComplete, tallyOf, verdictReason } from '../tally.js';
import type { PageContext } from './context.js';

const TITLES = { pass: 'Pass', fail: 'Fail', indeterminate: 'Indeterminate' } as const;

/** The class that colors a verdict: a pass with incomplete coverage has its own color. */
function toneOf(report: Report): string {
  if (report.verdict === 'pass') return isComplete(report) ? 'pass' : 'warn';
  return report.verdict === 'fail' ? 'fail' : 'open';
}

/** The verdict with its reason, how far the references were checked, and the numbers that decide. */
export function overview({ report, rows, now }: PageContext): Markup {
  const { policy, base } = report;
  const tally = tallyOf(report);
  const numbers: readonly (readonly [string, number, string])[] = [
    ['fail', tally.problems, tally.problems === 1 ? 'problem' : 'problems'],
    ['open', tally.undecided, 'could not be checked'],
    ['warn', tally.warnings, tally.warnings === 1 ? 'warning' : 'warnings'],
    ['waived', tally.waived, 'waived'],
    ['plain', rows.length, rows.length === 1 ? 'image' : 'images'],
    ['plain', tally.files, tally.files === 1 ? 'build file' : 'build files'],
  ];
  const commit = policy.source.commit === undefined ? '' : ` at ${policy.source.commit.slice(0, 12)}`;
  return html`<header class="top">
    <p class="product">Base images <span>checked on ${now.toISOString().slice(0, 10)}</span></p>
    <div class="verdict ${toneOf(report)}">
      <h1>${TITLES[report.verdict]}</h1>
      <p>${sentence(`${capital(verdictReason(report))}.`)}</p>
    </div>
    <ul class="numbers">${numbers.map(
      ([tone, count, what]) =>
        html`<li class="${count === 0 ? 'zero' : tone}"><strong>${count}</strong> <span>${what}</span></li>`,
    )}</ul>
    ${coverage(report)}
    <p class="basis">Policy <code>${policy.source.name}</code>${commit}, profile <strong>${policy.profile}</strong>.
    ${base === undefined ? undefined : html` ${changeBaseSentence(base)}`}</p>
    ${noticeList(report)}
  </header>`;
}

/** How many references were checked, and how far: a bar, and the same in words. */
function coverage({ coverage }: Report): Markup {
  const { references, full, partial, unchecked, unresolved } = coverage;
  const parts = [
    ['pass', full, 'fully checked'],
    ['warn', partial, 'partly checked'],
    ['open', unchecked, 'not checked'],
    ['skip', unresolved, 'known only to a running build'],
  ] as const;
  let start = 0;
  const bars = parts.map(([tone, count]) => {
    const width = references === 0 ? 0 : (count * 1000) / references;
    const bar = html`<rect class="${tone}" x="${start.toFixed(1)}" y="0" width="${width.toFixed(1)}" height="12"/>`;
    start += width;
    return bar;
  });
  const words = parts
    .filter(([, count]) => count > 0)
    .map(([tone, count, what]) => html`<li class="${tone}">${count} ${what}</li>`);
  return html`<section class="coverage" aria-label="Coverage">
    <p><strong>Coverage</strong> ${full} of ${plural(references, 'reference')} fully checked</p>
    <svg viewBox="0 0 1000 12" preserveAspectRatio="none" width="100%" height="12" aria-hidden="true">${bars}</svg>
    <ul>${words}</ul>
  </section>`;
}

function noticeList({ notices }: Report): Markup | undefined {
  if (notices.length === 0) return undefined;
  const items = notices.map((notice) => html`<li>${sentence(shownNotice(notice))}</li>`);
  return html`<section class="notices" aria-label="Notices"><h2>Notices</h2><ul>${items}</ul></section>`;
}
