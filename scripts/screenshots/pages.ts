import { githubHtml } from '../../__tests__/support/github/github-markdown.js';
import { PAGE_DAY, pageReport } from '../../__tests__/support/page-report.js';
import { makeReport, makeUse } from '../../__tests__/support/report-maker.js';
import { storefrontReport } from '../../__tests__/support/storefront-report.js';
import { htmlReport } from '../../src/reports/html/html.js';
import { renderComment } from '../../src/reports/markdown/comment.js';
import { renderSummary } from '../../src/reports/markdown/summary.js';

export interface Page {
  readonly name: string;
  readonly html: string;
  /** Pixels of the window, where the page depends on them. */
  readonly height?: number;
}

export interface Assets {
  readonly css: string;
  /** The file URL of Mermaid's browser build. */
  readonly mermaid: string;
}

const TARGETS = {
  serverUrl: 'https://github.com',
  repository: 'acme/storefront',
  sha: '3f2a9c1'.padEnd(40, '0'),
  rulesUrl: 'https://github.com/acme/base-image-gate/blob/v1/docs/rules',
};

/** A comment or summary as GitHub shows it: its style sheet, its frame, alerts and diagrams. */
function page(name: string, author: string, markdown: string, { css, mermaid }: Assets): Page {
  const body = githubHtml(markdown)
    .replace(
      /<blockquote>\s*<p>\[!NOTE\]/g,
      '<blockquote class="markdown-alert markdown-alert-note"><p class="markdown-alert-title">Note</p><p>',
    )
    .replace(/<pre><code class="language-mermaid">(.*?)<\/code><\/pre>/gs, '<pre class="mermaid">$1</pre>');
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>${css}
body { margin: 0; padding: 16px; background: #ffffff; font-family: "Liberation Sans", sans-serif; }
.box { border: 1px solid #d1d9e0; border-radius: 6px; max-width: 900px; margin: 0 auto; }
.box > header { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 16px; color: #59636e; font-size: 14px; border-radius: 6px 6px 0 0; }
.box > .markdown-body { padding: 16px; font-family: "Liberation Sans", "Noto Color Emoji", sans-serif; }
@media (max-width: 767px) { body { padding: 8px; } .box > .markdown-body { padding: 12px; } }
</style></head>
<body><div class="box"><header>${author}</header><article class="markdown-body">${body}</article></div>
<script src="${mermaid}"></script>
<script>mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' }); window.drawn = mermaid.run();</script>
</body></html>`;
  return { name, html };
}

/** Everything that is shown in docs/images. */
export function pages(assets: Assets): readonly Page[] {
  const failing = storefrontReport({
    notices: ['The policy changes in this pull request; it is evaluated by the one of the base branch.'],
  });
  const comment = renderComment(failing, { ...TARGETS, isNew: (finding) => finding.rule === 'allowed-base' });
  const clean = renderComment(makeReport({ uses: [makeUse('cgr.dev/chainguard/node:latest')] }), TARGETS);
  const bot = '<b>github-actions</b> bot commented';
  return [
    page('comment', bot, comment, assets),
    page('comment-clean', bot, clean, assets),
    page('summary', '<b>build</b> summary', renderSummary(failing, TARGETS), assets),
    { name: 'html', html: [...htmlReport(pageReport(), { now: PAGE_DAY })].join(''), height: 900 },
  ];
}
