// Bundles src/ into dist/: one entry a file, shared code in dist/chunks/, and the licenses and the sbom of
// materials of what is bundled.
// Usage: node scripts/build.mjs [--out DIR]       The output is the same, byte for byte, wherever it is run.
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundledPackages } from './bundle/bundled-packages.mjs';
import { chunkNames, withChunkNames } from './bundle/chunk-names.mjs';
import { licenses } from './bundle/licenses.mjs';
import { sbom } from './bundle/sbom.mjs';
import { sharedChunk } from './bundle/shared-chunk.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const outFlag = process.argv.indexOf('--out');
const out = outFlag < 0 ? join(root, 'dist') : resolve(process.argv[outFlag + 1] ?? 'dist');

const entryPoints = ['src/cli.ts', 'src/action.ts', 'src/report-action.ts'].filter((file) =>
  existsSync(join(root, file)),
);

const options = {
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
  // sharedChunk imports files for their place alone; one of a package without effects follows the file that uses it.
  logOverride: { 'ignored-bare-import': 'silent' },
};

// The first build only shows which file imports which.
const files = (await build({ ...options, write: false })).metafile;
const { metafile, outputFiles } = await build({
  ...options,
  write: false,
  plugins: [sharedChunk(files, entryPoints, 'src/cli/images.ts', root)],
});

const names = chunkNames(metafile.outputs);
rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, 'chunks'), { recursive: true });
for (const { path, text } of outputFiles) {
  const output = metafile.outputs[relative(root, path).replaceAll('\\', '/')];
  const isEntry = dirname(path) === out;
  const name = isEntry ? basename(path) : names.get(basename(path));
  // A chunk without a name is empty.
  if (name === undefined) continue;
  writeFileSync(join(out, isEntry ? '' : 'chunks', name), withChunkNames(text, output, metafile.outputs, names));
}

chmodSync(join(out, 'cli.js'), 0o755);
writeFileSync(join(out, 'package.json'), '{ "type": "module" }\n');
const packages = bundledPackages(metafile, root);
const product = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
writeFileSync(join(out, 'licenses.txt'), licenses(packages));
writeFileSync(join(out, 'sbom.cdx.json'), sbom(packages, product));
