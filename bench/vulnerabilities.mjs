// What asking about known vulnerabilities costs, and how our answers compare with osv-scanner's on the same images and
// the same exports. Usage:
// node bench/vulnerabilities.mjs [PATH_OF_OSV_SCANNER]; with it, bench/vulnerabilities/results.md is written anew.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const folder = mkdtempSync(join(tmpdir(), 'bench-vulnerabilities-'));
const node = new URL('../node_modules/.bin/node', import.meta.url).pathname;
const outfile = join(folder, 'measure.mjs');
await build({
  entryPoints: [new URL('vulnerabilities/measure.ts', import.meta.url).pathname],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'error',
  banner: { js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);" },
});
const measured = execFileSync(node, [outfile, folder, process.argv[2] ?? ''], { encoding: 'utf8', maxBuffer: 1e8 });
process.stdout.write(measured);
if (process.argv[2] !== undefined) {
  const results = new URL('vulnerabilities/results.md', import.meta.url).pathname;
  writeFileSync(results, measured);
  execFileSync(new URL('../node_modules/.bin/biome', import.meta.url).pathname, ['format', '--write', results]);
}
rmSync(folder, { recursive: true });
