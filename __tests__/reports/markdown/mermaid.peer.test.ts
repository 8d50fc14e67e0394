import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Browser, type OpenPage, openPage, startBrowser } from '../../../scripts/screenshots/browser.js';
import { fetchPackage, MERMAID } from '../../../scripts/screenshots/npm-package.js';
import { stageGraph } from '../../../src/reports/markdown/graph.js';
import { describeWithPeers } from '../../support/process/peers.js';
import { makeAnswer, makeReport, makeUse } from '../../support/report-maker.js';
import { makeStage, storefrontReport } from '../../support/storefront-report.js';

/** Names made of what Mermaid's grammar and its lexer's shortcuts react to. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          '"',
          ']',
          '[',
          'end',
          'style x:y#35;',
          'classDef a:b#1;',
          ';',
          '%%',
          '%%{init:{}}%%',
          '<script>',
          '`',
          '"`',
        ],
        ...[
          '-->',
          '|',
          '#quot;',
          '&lt;',
          'subgraph',
          'click',
          '\n',
          '1. ',
          '- ',
          '* ',
          '漢',
          '🐳',
          'direction LR',
          '---',
        ],
        ...['{', '}', '(', ')', ':::x', '@{shape:x}', '"]:::failed', ' ', '', 'accTitle: x', 'linkStyle default'],
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

function source(fenced: string): string {
  return fenced.replace(/^```mermaid\n/, '').replace(/\n```.*$/s, '');
}

/** In the page: how many nodes and files Mermaid draws, or its error. */
const DRAW = `async (graph) => {
  try {
    const { svg } = await mermaid.render('graph', graph);
    const drawn = new DOMParser().parseFromString(svg, 'text/html');
    const count = (selector) => drawn.querySelectorAll(selector).length;
    return [count('.node'), count('.cluster'), count('script')].join();
  } catch (error) {
    return String(error);
  }
}`;

describeWithPeers(['chromium'], 'Mermaid itself', () => {
  let directory = '';
  let browser: Browser | undefined;
  let page: OpenPage | undefined;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mermaid-'));
    const script = pathToFileURL(join(fetchPackage(MERMAID, directory), 'dist/mermaid.min.js')).href;
    const file = join(directory, 'page.html');
    writeFileSync(file, `<!doctype html><meta charset="utf-8"><body><script src="${script}"></script>`);
    browser = startBrowser(join(directory, 'profile'));
    page = await openPage(browser, pathToFileURL(file).href, {
      width: 800,
      height: 600,
      deviceScaleFactor: 1,
      mobile: false,
    });
    await page.evaluate("mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' })");
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  });

  test('draws the storefront', async () => {
    const drawn = await page?.evaluate(`(${DRAW})(${JSON.stringify(source(stageGraph(storefrontReport())))})`);
    expect(drawn).toBe('7,2,0');
  });

  test('draws one image, one stage and one file, whatever their names', async () => {
    await fc.assert(
      fc.asyncProperty(nasty, nasty, nasty, async (file, image, name) => {
        const use = makeUse('x', { id: 'use', file, expanded: image, reference: null });
        const stages = [makeStage(file, 0, { name, base: { kind: 'image', use: use.id } })];
        const graph = stageGraph(makeReport({ uses: [use], answers: [makeAnswer({ use: use.id })], stages }));
        expect(await page?.evaluate(`(${DRAW})(${JSON.stringify(source(graph))})`)).toBe('2,1,0');
      }),
    );
  }, 120_000);
});
