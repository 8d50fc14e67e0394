import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Browser, openPage, startBrowser } from '../../scripts/screenshots/browser.js';
import { surveyHtml } from '../../src/survey/html.js';
import { hostileText } from '../support/github/hostile-text.js';
import { startOrganization } from '../support/github/organization-server.js';
import { describeWithPeers } from '../support/process/peers.js';
import { organization, policyText, registryWith, survey } from '../support/survey/survey-world.js';

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const RULES = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']";

describeWithPeers(['chromium'], 'the HTML of a survey in Chromium', () => {
  let directory: string;
  let browser: Browser;
  let url: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'survey-page-'));
    browser = startBrowser(join(directory, 'profile'));
    const registry = await registryWith(['good/a', 'bad/b']);
    const images = ['good/a', 'bad/b'].map((name) => `${registry.host}/${name}:1`);
    const evil = `${hostileText('path')}<img src=x onerror="window.evil=1"><script>window.evil=1</script>`;
    const hostile = { name: 'acme/evil', files: { [`${evil}/Dockerfile`]: `FROM ${images[1]}\n` } };
    const github = await startOrganization([...organization(12, images), hostile]);
    const document = await survey({ github, policy: policyText(registry.host) });
    await github.close();
    await registry.close();
    const file = join(directory, 'survey.html');
    const notices = [...document.notices, `${evil} in a notice`];
    writeFileSync(file, [...surveyHtml({ ...document, notices })].join(''));
    url = pathToFileURL(file).href;
  });
  afterAll(async () => {
    await browser.close();
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  });

  test.each([
    ['in light', 1280, 'light', 'screen'],
    ['in dark', 1280, 'dark', 'screen'],
    ['on a phone', 390, 'light', 'screen'],
    ['in print', 1280, 'light', 'print'],
  ])('has no violation that axe finds %s, and runs and loads nothing', async (_, width, scheme, media) => {
    const page = await openPage(browser, url, { width, height: 900, deviceScaleFactor: 1, mobile: width < 500 });
    const features = [{ name: 'prefers-color-scheme', value: scheme }];
    await page.send('Emulation.setEmulatedMedia', { media, features });
    const seen = await page.evaluate(`({
      evil: window.evil ?? null,
      requests: performance.getEntriesByType('resource').map(({ name }) => name),
      images: document.images.length,
      scripts: document.scripts.length,
    })`);
    expect(seen).toEqual({ evil: null, requests: [], images: 0, scripts: 0 });
    await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
    await page.evaluate(`${AXE};0`);
    const found = await page.evaluate(
      `axe.run(document, { runOnly: ${RULES} }).then((result) => result.violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 200))]))`,
    );
    expect(found).toEqual([]);
    await page.close();
  });
});
