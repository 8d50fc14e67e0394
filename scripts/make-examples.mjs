// Makes the images of examples/: OCI layouts with signed, unsigned and wrongly signed images, and the trusted root of
// the test sigstore that signed them. Usage: node scripts/make-examples.mjs      The keys are new each time, so the
// digests change, and the pins in the examples' Dockerfiles with them. With --advisories only the archives of advisories
// are made, which are the same each time.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const cache = join(root, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });
const directory = mkdtempSync(join(cache, 'make-examples-'));
try {
  const outfile = join(directory, 'make-examples.mjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['scripts/examples/make-examples.ts'],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  const { makeAdvisories, makeExamples } = await import(pathToFileURL(outfile).href);
  const make = process.argv.includes('--advisories') ? makeAdvisories : makeExamples;
  for (const line of await make(root)) process.stdout.write(`${line}\n`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
