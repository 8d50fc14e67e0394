// Writes what is made from the source: docs/rules/, schemas/, and the tables of inputs and outputs in README.md.
// Usage: node scripts/generate.mjs [--check]       --check writes nothing and fails where a file is stale.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(join(tmpdir(), 'base-image-gate-'));
try {
  // Node before 22.18 can't run TypeScript; esbuild is here anyway.
  const outfile = join(folder, 'generated.mjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['scripts/generate/generated.ts'],
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
  const { stale, write } = await import(pathToFileURL(outfile).href);
  const paths = process.argv.includes('--check') ? stale(root) : write(root);
  for (const path of paths) process.stdout.write(`${path}\n`);
  if (process.argv.includes('--check') && paths.length > 0) {
    process.stderr.write('These files are not what npm run generate writes. Run it and commit the result.\n');
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
