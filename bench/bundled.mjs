import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The Node that the tests run on. */
export const node = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));

// Some dependencies are CommonJS and call require() for Node's own modules.
const banner = { js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);" };

/**
 * Bundles a script of bench/, such as `layers/read`, into a directory as the product is bundled, and returns its path there.
 * `options` are esbuild's.
 */
export async function bundled(script, directory, options = { banner }) {
  const name = basename(script);
  await build({
    entryPoints: { [name]: fileURLToPath(new URL(`${script}.ts`, import.meta.url)) },
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    ...options,
  });
  return join(directory, `${name}.mjs`);
}

/** The same, minified and in chunks that are loaded when they are needed, as `dist/` is. */
export function bundledInChunks(script, directory) {
  return bundled(script, directory, { banner, splitting: true, minifyWhitespace: true, minifySyntax: true });
}

/** The same with packages left in node_modules, where a peer of the product finds its own files. */
export function bundledWithoutPackages(script, directory) {
  return bundled(script, directory, { packages: 'external' });
}
