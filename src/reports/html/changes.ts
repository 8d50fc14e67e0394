import { html, type Markup, sentence } from '../../lib/escape/html.js';
import { cut } from '../../lib/escape/visible.js';
import { plural } from '../../lib/text.js';
import { groupLine } from '../../rules/vulnerabilities/vulnerability-group.js';
import { changeBaseSentence } from '../change-base.js';
import type { BaseChange } from '../image-diff-document.js';
import { groupCounts, sharedReason, shortReference } from '../image-diff-words.js';
import { packageCounts, packageDiffLines } from '../package-diff.js';
import type { Finding } from '../report.js';
import { reportedFindings } from '../reported-findings.js';
import { type Sign, signOf } from '../signs.js';
import { findingPlace, more, type PageContext, ruleName } from './context.js';
import { mark } from './marks.js';

const MAX_CHANGES = 500;
const MAX_TEXT = 2000;

/** What the change brings against its base: which findings are its own, and what each image that it replaced changes. */
export function changesSection(context: PageContext): Markup | undefined {
  const { report } = context;
  const { base, baseChanges = [] } = report;
  if (base === undefined && report.baseChanges === undefined) return undefined;
  const counting = reportedFindings(report).filter(({ level }) => level !== 'note');
  const inherited = counting.filter((finding) => finding.inherited === true).length;
  const shown = baseChanges.slice(0, MAX_CHANGES);
  return html`<section id="changes" aria-labelledby="changes-title">
    <h2 id="changes-title">What changed</h2>
    ${base === undefined ? undefined : html`<p>${changeBaseSentence(base)}</p>`}
    <p><strong>${inherited}</strong> of ${plural(counting.length, 'error or warning', 'errors and warnings')} are unchanged from the base; the others are new, changed or could not be compared.</p>
    ${findingLists(context)}
    ${shown.length === 0 ? html`<p>No image was replaced by another.</p>` : shown.map(changeBlock)}
    ${more(baseChanges.length - shown.length, 'replaced images')}
  </section>`;
}

/** The findings that the change brings, and those of its base that it fixes. */
function findingLists(context: PageContext): Markup | undefined {
  const { findingChanges: changes, findings } = context.report;
  if (changes === undefined) return undefined;
  const brought = new Set(changes.new);
  const added = findings.filter(({ fingerprint }) => brought.has(fingerprint));
  const fixed = changes.fixed.map((finding) => {
    const { file, line } = finding.location;
    const at = html`<code>${finding.image}</code>, <code>${file}:${line}</code> of the base`;
    return findingItem('✅', finding, at, context);
  });
  return html`<h3>New findings: ${added.length}</h3>
    ${findingList(added.map((one) => findingItem(signOf(one), one, findingPlace(one, context), context)))}
    <h3>Fixed findings: ${fixed.length}</h3>
    ${findingList(fixed)}
    ${more(changes.notCompared, 'replaced or removed references, which were not compared')}`;
}

function findingList(items: readonly Markup[]): Markup | undefined {
  if (items.length === 0) return undefined;
  return html`<ul class="found">${items.slice(0, MAX_CHANGES)}</ul>${more(items.length - MAX_CHANGES, 'findings, in the JSON report')}`;
}

function findingItem(
  sign: Sign,
  { rule, level, message }: Pick<Finding, 'rule' | 'level' | 'message'>,
  at: Markup,
  context: PageContext,
): Markup {
  return html`<li>${mark(sign)}<div><p><strong>${ruleName(rule, context)}</strong> (${level}) ${sentence(cut(message, MAX_TEXT))} <span class="places">${at}</span></p></div></li>`;
}

function changeBlock(change: BaseChange): Markup {
  const { before, after, platform, uses } = change;
  const reason = sharedReason(change);
  return html`<article class="change">
    <h3><code>${shortReference(before.reference)}</code> <span aria-label="replaced by">→</span> <code>${shortReference(after.reference)}</code> <span class="aside">${platform} · ${plural(uses.length, 'use')}</span></h3>
    ${reason === null ? html`${packagesBlock(change)}${vulnerabilitiesBlock(change)}` : html`<p>What that changes is not known. ${reason}</p>`}
  </article>`;
}

function packagesBlock({ packages }: BaseChange): Markup {
  if (packages.status === 'not-known') return html`<p>Packages: not known. ${packages.reason}</p>`;
  return folded(`Packages: ${packageCounts(packages.counts)}`, packageDiffLines(packages), packages.gaps);
}

function vulnerabilitiesBlock({ vulnerabilities }: BaseChange): Markup {
  if (vulnerabilities.status === 'not-known')
    return html`<p>Known vulnerabilities: not known. ${vulnerabilities.reason}</p>`;
  const lines = [
    ...vulnerabilities.added.map((group) => `+ ${groupLine(group)}`),
    ...vulnerabilities.removed.map((group) => `- ${groupLine(group)}`),
  ];
  return folded(`Known vulnerabilities: ${groupCounts(vulnerabilities)}`, lines, vulnerabilities.gaps);
}

function folded(title: string, lines: readonly string[], gaps: readonly string[]): Markup {
  const remarks =
    gaps.length === 0 ? undefined : html`<ul class="gaps">${gaps.map((gap) => html`<li>${gap}</li>`)}</ul>`;
  if (lines.length === 0) return html`<p>${title}.</p>${remarks}`;
  const items = lines.map((line) => html`<li>${line}</li>`);
  return html`<details><summary>${title}</summary><ul class="lines">${items}</ul></details>${remarks}`;
}
