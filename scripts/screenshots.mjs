// Renders the comment and the summary as GitHub shows them, at desktop and phone width, into docs/images.
// Usage: .ci/peer chromium fonts-noto-color-emoji fonts-liberation && node scripts/screenshots.mjs [--out DIR]
// GitHub's style sheet and Mermaid come from npm, at the versions below, into a temporary folder.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { picture, startBrowser } from './screenshots/browser.mjs';

const STYLE = 'github-markdown-css@5.9.0';
const MERMAID = 'mermaid@11.17.2';
const WIDTHS = { desktop: 960, phone: 390 };

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const outFlag = process.argv.indexOf('--out');
const out = outFlag < 0 ? join(root, 'docs/images') : resolve(process.argv[outFlag + 1] ?? 'docs/images');
const folder = mkdtempSync(join(tmpdir(), 'base-image-gate-'));

/** Unpacks a package of npm, and returns its folder. */
function fetchPackage(name) {
  const into = join(folder, name.split('@')[0]);
  mkdirSync(into);
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', into, name], {
    encoding: 'utf8',
  }).trim();
  execFileSync('tar', ['-xzf', join(into, packed), '-C', into]);
  return join(into, 'package');
}

let browser;
try {
  const bundle = join(folder, 'pages.mjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['scripts/screenshots/pages.ts'],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  const { pages } = await import(pathToFileURL(bundle).href);
  const css = readFileSync(join(fetchPackage(STYLE), 'github-markdown-light.css'), 'utf8');
  const mermaid = pathToFileURL(join(fetchPackage(MERMAID), 'dist/mermaid.min.js')).href;
  mkdirSync(out, { recursive: true });
  browser = startBrowser(join(folder, 'profile'));
  for (const { name, html } of pages({ css, mermaid })) {
    const file = join(folder, `${name}.html`);
    writeFileSync(file, html);
    for (const [label, width] of Object.entries(WIDTHS)) {
      const options = { ready: 'window.drawn', phone: label === 'phone' };
      writeFileSync(
        join(out, `${name}-${label}.png`),
        await picture(browser, pathToFileURL(file).href, width, options),
      );
      process.stdout.write(`${name}-${label}.png\n`);
    }
  }
} finally {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
