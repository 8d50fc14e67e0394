// Bundles src/ into dist/: one entry a file, shared code in dist/chunks/, and the licenses and the sbom of
// materials of what is bundled.
// Usage: node scripts/build.mjs [--out DIR]       The output is the same, byte for byte, wherever it is run.
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BANNER, withBuiltinModules } from './bundle/builtin-modules.mjs';
import { bundledPackages } from './bundle/bundled-packages.mjs';
import { chunkNames, withChunkNames } from './bundle/chunk-names.mjs';
import { LESS_OF_PACKAGES, sourceOf } from './bundle/less-of-packages.mjs';
import { licenses } from './bundle/licenses.mjs';
import { sbom } from './bundle/sbom.mjs';
import { sharedChunk } from './bundle/shared-chunk.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const outFlag = process.argv.indexOf('--out');
const out = outFlag < 0 ? join(root, 'dist') : resolve(process.argv[outFlag + 1] ?? 'dist');

const entryPoints = ['src/cli/main.ts', 'src/action.ts', 'src/report-action.ts'].filter((file) =>
  existsSync(join(root, file)),
);

const options = {
  absWorkingDir: root,
  entryPoints: entryPoints.map((file) => ({
    in: file,
    out: file === 'src/cli/main.ts' ? 'chunks/main' : basename(file, '.ts'),
  })),
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
  banner: { js: BANNER },
  plugins: LESS_OF_PACKAGES,
  logLevel: 'warning',
  // sharedChunk imports files for their place alone; one of a package without effects follows the file that uses it.
  logOverride: { 'ignored-bare-import': 'silent' },
};

// The first build only shows which file imports which.
const files = (await build({ ...options, write: false })).metafile;
const { metafile, outputFiles } = await build({
  ...options,
  write: false,
  plugins: [sharedChunk(files, entryPoints, 'src/cli/main.ts', { root, read: sourceOf }), ...options.plugins],
});

/** The program itself is one file: each file more that Node opens before the rest is loaded costs half a millisecond. */
const program = await build({
  ...options,
  entryPoints: ['src/cli.ts'],
  splitting: false,
  chunkNames: undefined,
  write: false,
  plugins: [
    {
      name: 'main',
      setup: ({ onResolve }) =>
        onResolve({ filter: /^\.\/cli\/main\.js$/ }, () => ({ path: './chunks/main.js', external: true })),
    },
  ],
});

const names = chunkNames(metafile.outputs);
rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, 'chunks'), { recursive: true });
const outputOf = (path, { outputs }) => outputs[relative(root, path).replaceAll('\\', '/')];
for (const { path, text } of program.outputFiles)
  writeFileSync(path, withBuiltinModules(text, outputOf(path, program.metafile)));
for (const { path, text } of outputFiles) {
  const output = outputOf(path, metafile);
  const isEntry = dirname(path) === out;
  const name = isEntry ? basename(path) : names.get(basename(path));
  // A chunk without a name is empty.
  if (name === undefined) continue;
  const taken = withBuiltinModules(text, output);
  writeFileSync(join(out, isEntry ? '' : 'chunks', name), withChunkNames(taken, output, metafile.outputs, names));
}

chmodSync(join(out, 'cli.js'), 0o755);
writeFileSync(join(out, 'package.json'), '{ "type": "module" }\n');
const packages = bundledPackages(metafile, root);
const product = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
writeFileSync(join(out, 'licenses.txt'), licenses(packages));
writeFileSync(join(out, 'sbom.cdx.json'), sbom(packages, product));
