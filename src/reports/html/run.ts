import { html, type Markup } from '../../lib/escape/html.js';
import { more, type PageContext, place } from './context.js';
import { label } from './marks.js';

const MAX_FILES = 500;

/** What the result rests on, and what was not read: files, definitions, limits, versions and days of data. */
export function runSection(context: PageContext): Markup {
  const { files, definitions, limits, tool, policy } = context.report;
  const remarked = files.filter(({ status, reason }) => status !== 'read' || reason !== undefined);
  const paths = new Set(files.map(({ path }) => path));
  const others = definitions.filter(({ path, status }) => status !== 'read' && !paths.has(path));
  const rows = [
    ...remarked.map(
      ({ path, line = 1, status, reason }) =>
        html`<tr><td>${place({ file: path, line }, context)}</td><td>${label(status === 'unreadable' ? '❌' : '⏭️', status)}</td><td>${reason}</td></tr>`,
    ),
    ...others.map(
      ({ path, kind, status, reason }) =>
        html`<tr><td><code>${path}</code> <span class="aside">${kind}</span></td><td>${label('⚠️', status)}</td><td>${reason}</td></tr>`,
    ),
  ];
  const extended = policy.source.extends.map(({ name }) => html`, extends <code>${name}</code>`);
  const dated = [...tool.feeds, ...tool.snapshots].map(({ name, date }) => html`<dt>${name}</dt><dd>${date}</dd>`);
  return html`<section id="run" aria-labelledby="run-title">
    <h2 id="run-title">About this run</h2>
    ${
      rows.length === 0
        ? undefined
        : html`<h3>Files not read, or not read as configured</h3><div class="scroll" tabindex="0" role="region" aria-label="Files">
          <table><thead><tr><th scope="col">File</th><th scope="col">Status</th><th scope="col">Reason</th></tr></thead><tbody>${rows.slice(0, MAX_FILES)}</tbody></table></div>`
    }${more(rows.length - MAX_FILES, 'files, in the JSON report')}
    ${
      limits.length === 0
        ? undefined
        : html`<h3>Limits that were reached</h3><ul>${limits.slice(0, MAX_FILES).map(({ name, message }) => html`<li><strong>${name}</strong> ${message}</li>`)}</ul>`
    }
    <h3>Data and versions</h3>
    <dl class="facts">
      <dt>base-image-gate</dt><dd>${tool.version}</dd>
      <dt>Catalog</dt><dd>${tool.catalog}</dd>
      <dt>Policy</dt><dd><code>${policy.source.name}</code>${extended}, profile ${policy.profile}${
        policy.allowlistEnforced ? '' : ', without an allowlist'
      }</dd>
      ${tool.trustedRoot === undefined ? undefined : html`<dt>Trusted root</dt><dd>${tool.trustedRoot}</dd>`}
      ${dated}
    </dl>
  </section>`;
}
