import type { Evidence } from '../../evidence/evidence.js';
import { groupBy } from '../../lib/collections.js';
import { html, type Markup } from '../../lib/escape/html.js';
import { cut } from '../../lib/escape/visible.js';
import { plural } from '../../lib/text.js';
import type { Inventory } from '../../packages/inventory.js';
import type { KnownVulnerabilities, Vulnerability } from '../../vulnerabilities/vulnerabilities.js';
import { inspectionFacts } from '../inspection-facts.js';
import { evidenceRows } from '../inspection-rows.js';
import type { EvaluatedImage } from '../report.js';
import { more } from './context.js';

/** Of an image on one platform; `sbom` and `inspect` list all. */
const MAX_PACKAGES = 1000;
const MAX_VULNERABILITIES = 300;
const MAX_TEXT = 600;
const MAX_PLACES = 10;

/** What was learnt of an image on one platform: facts by kind with where they come from, vulnerabilities, packages. */
export function evidenceTable({ platform, evidence }: EvaluatedImage, now: Date): Markup | undefined {
  const kinds = Object.entries(evidence);
  if (kinds.length === 0) return undefined;
  const rows = groupBy(evidenceRows(evidence, inspectionFacts(evidence, now)), ({ kind }) => kind as string);
  const { packages, vulnerabilities } = evidence;
  return html`<table class="evidence"><caption>Evidence on ${platform}</caption>
    <thead><tr><th scope="col">What</th><th scope="col">Finding</th><th scope="col">Source</th></tr></thead>
    ${kinds.map(([kind, one]) => kindRows(kind, one, rows.get(kind) ?? []))}
  </table>
  ${vulnerabilities?.status === 'present' ? vulnerabilityList(vulnerabilities.value) : undefined}
  ${packages?.status === 'present' ? packageList(packages.value) : undefined}`;
}

function kindRows(
  kind: string,
  evidence: Evidence<unknown>,
  rows: readonly { readonly label: string; readonly text: string }[],
): Markup {
  const stated = rows.length === 0 ? [{ label: kind, text: evidence.status }] : rows;
  return html`<tbody data-kind="${kind}">${stated.map(({ label, text }, index) => {
    const source =
      index === 0 ? html`<td rowspan="${stated.length}" class="source">${sourceOf(evidence)}</td>` : undefined;
    return html`<tr><th scope="row">${label}</th><td>${cut(text, MAX_TEXT)}</td>${source}</tr>`;
  })}</tbody>`;
}

/** Where it was found, or each place that was searched with its answer. */
function sourceOf(evidence: Evidence<unknown>): Markup {
  if (evidence.status === 'present') return html`${cut(evidence.from, MAX_TEXT)}`;
  const places = (evidence.lookedIn ?? []).slice(0, MAX_PLACES);
  return html`<span class="aside">${evidence.status}</span>${places.map(
    ({ place, answer }) => html`<br>${cut(place, MAX_TEXT)}: ${cut(answer, MAX_TEXT)}`,
  )}`;
}

function vulnerabilityList({ found }: KnownVulnerabilities): Markup | undefined {
  if (found.length === 0) return undefined;
  const rows = found.slice(0, MAX_VULNERABILITIES).map(vulnerabilityRow);
  return html`<details class="vulnerabilities"><summary>${plural(found.length, 'known vulnerability', 'known vulnerabilities')}</summary>
    <table><thead><tr><th scope="col">Vulnerability</th><th scope="col">Severity</th><th scope="col">Package</th><th scope="col">Fixed in</th></tr></thead>
    <tbody>${rows}</tbody></table>${more(found.length - rows.length, 'vulnerabilities, in the output of inspect')}
  </details>`;
}

const TONES = { critical: 'fail', high: 'fail', medium: 'warn', low: 'note', none: 'skip', unknown: 'open' } as const;

function vulnerabilityRow(one: Vulnerability): Markup {
  const { id, rating, package: own, fixedIn, exploited, possible, vex, summary, subscription } = one;
  const remarks = [
    ...(exploited ? ['known to be exploited'] : []),
    ...(possible ? ['possibly: reported of what the package was built from'] : []),
    ...(vex === undefined ? [] : [`VEX: ${vex.status}`]),
  ];
  const score = rating.score === undefined ? '' : ` ${rating.score.toFixed(1)}`;
  const fixed =
    fixedIn === undefined ? 'no fix known' : `${fixedIn}${subscription === undefined ? '' : ` (${subscription})`}`;
  return html`<tr>
    <th scope="row"><code>${id}</code>${summary === undefined ? undefined : html`<br><span class="aside">${cut(summary, 200)}</span>`}</th>
    <td><span class="label ${TONES[rating.severity]}">${rating.severity}${score}</span>${remarks.map(
      (remark) => html`<br><span class="aside">${remark}</span>`,
    )}</td>
    <td>${own.name} <code>${own.version}</code></td><td>${fixed}</td>
  </tr>`;
}

function packageList({ packages }: Inventory): Markup | undefined {
  if (packages.length === 0) return undefined;
  const shown = packages.slice(0, MAX_PACKAGES);
  const types = groupBy(shown, ({ type }) => type);
  return html`<details class="packages"><summary>${plural(packages.length, 'package')}</summary>
    ${[...types].map(
      ([type, own]) => html`<h3>${type} <span class="aside">${own.length}</span></h3>
      <ul class="columns">${own.map(({ name, version }) => html`<li>${name} <code>${version}</code></li>`)}</ul>`,
    )}${more(packages.length - shown.length, 'packages, in the output of sbom')}
  </details>`;
}
