import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BANNER, withBuiltinModules } from '../scripts/bundle/builtin-modules.mjs';
import { LESS_OF_PACKAGES } from '../scripts/bundle/less-of-packages.mjs';

/** The Node that the tests run on. */
export const node = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));

// Some dependencies are CommonJS and call require() for Node's own modules.
const banner = { js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);" };

/**
 * Bundles a script of bench/, such as `layers/read`, into a directory as the product is bundled, and returns its path there.
 * `options` are esbuild's.
 */
export async function bundled(script, directory, options = { banner }) {
  await build({ ...optionsFor(script, directory), ...options });
  return join(directory, `${basename(script)}.mjs`);
}

function optionsFor(script, directory) {
  return {
    entryPoints: { [basename(script)]: fileURLToPath(new URL(`${script}.ts`, import.meta.url)) },
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  };
}

/** The same, minified and in chunks that are loaded when they are needed, as `dist/` is. */
export async function bundledInChunks(script, directory) {
  const { metafile, outputFiles } = await build({
    ...optionsFor(script, directory),
    banner: { js: BANNER },
    splitting: true,
    minifyWhitespace: true,
    minifySyntax: true,
    plugins: LESS_OF_PACKAGES,
    metafile: true,
    write: false,
  });
  mkdirSync(directory, { recursive: true });
  for (const { path, text } of outputFiles)
    writeFileSync(path, withBuiltinModules(text, metafile.outputs[relative(process.cwd(), path)]));
  return join(directory, `${basename(script)}.mjs`);
}

/** The same with packages left in node_modules, where a peer of the product finds its own files. */
export function bundledWithoutPackages(script, directory) {
  return bundled(script, directory, { packages: 'external' });
}
