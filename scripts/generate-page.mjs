// Bundles the style and the script of the HTML report from src/reports/html/page/ into src/reports/html/page.generated.json.
// Usage: node scripts/generate-page.mjs [--check]       --check writes nothing and fails where the file is stale.
import { build } from 'esbuild';
import { writeOrCheck } from './generate/write-or-check.mjs';
import { root } from './run-typescript.mjs';

const entry = (path) => `${root}/src/reports/html/page/${path}`;
const { outputFiles } = await build({
  entryPoints: { script: entry('page.ts'), style: entry('page.css') },
  outdir: '/',
  bundle: true,
  minify: true,
  write: false,
  format: 'iife',
  target: ['es2022', 'chrome120', 'firefox121', 'safari17'],
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
});
const text = (extension) => outputFiles.find(({ path }) => path.endsWith(extension)).text.trimEnd();
const page = { style: text('.css'), script: text('.js') };
writeOrCheck(
  new URL('../src/reports/html/page.generated.json', import.meta.url),
  `${JSON.stringify(page, null, 2)}\n`,
  'generate-page.mjs',
);
