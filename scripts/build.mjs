// Bundles src/ into dist/: one entry a file, shared code in dist/chunks/, and the licences of what is bundled.
// Usage: node scripts/build.mjs [--out DIR]       The output is the same, byte for byte, wherever it is run.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const outFlag = process.argv.indexOf('--out');
const out = outFlag < 0 ? join(root, 'dist') : resolve(process.argv[outFlag + 1] ?? 'dist');

const entryPoints = ['src/cli.ts', 'src/action.ts', 'src/report-action.ts'].filter((file) =>
  existsSync(join(root, file)),
);

rmSync(out, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints,
  outdir: out,
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  metafile: true,
  legalComments: 'none',
  minifyWhitespace: true,
  minifySyntax: true,
  // Some dependencies are CommonJS and call require() for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

writeFileSync(join(out, 'package.json'), '{ "type": "module" }\n');
writeFileSync(join(out, 'licenses.txt'), licences(metafile));

/** The licence text of every package that ended up in the bundle, in the order of their names. */
function licences(meta) {
  const folders = new Set();
  for (const input of Object.keys(meta.inputs)) {
    const match = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(input);
    if (match !== null) folders.add(join(root, match[0]));
  }
  const texts = new Map();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const text =
      file === undefined
        ? `(the package holds no licence file; it declares ${license ?? 'none'})`
        : readFileSync(join(folder, file), 'utf8').replace(/\r\n/g, '\n').trim();
    texts.set(`${name}@${version}`, `${name}@${version} (${license ?? 'no licence declared'})\n\n${text}\n`);
  }
  const sorted = [...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return sorted.join(`\n${'-'.repeat(80)}\n\n`);
}
