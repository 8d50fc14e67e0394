// Bundles a TypeScript module of scripts/ to a temporary file and imports it: Node before 22.18 can't run TypeScript.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Calls `use` with the module's exports and a temporary directory, and removes the directory afterwards. */
export async function withTypeScript(entryPoint, use) {
  const directory = mkdtempSync(join(tmpdir(), 'base-image-gate-'));
  try {
    const outfile = join(directory, 'bundle.mjs');
    await build({
      absWorkingDir: root,
      entryPoints: [entryPoint],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'warning',
      banner: {
        js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      },
    });
    return await use(await import(pathToFileURL(outfile).href), directory);
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
