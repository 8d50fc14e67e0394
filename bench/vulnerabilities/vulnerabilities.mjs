// What asking about known vulnerabilities costs, and how our answers compare with osv-scanner's on the same packages and
// the same exports. Usage:
// node bench/vulnerabilities/vulnerabilities.mjs [OSV_SCANNER [SBOMS RECORDINGS [--write]]]
// SBOMS is a directory of SBOM, RECORDINGS one of recorded answers of the OSV API in the form of osv-scanner's
// own tests. --write puts all of it into bench/vulnerabilities/results.md. It fails where the two programs differ and no
// cause of it is known.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundledInChunks, node } from '../bundled.mjs';

const directory = mkdtempSync(join(tmpdir(), 'bench-vulnerabilities-'));
const outfile = await bundledInChunks('vulnerabilities/measure', directory);
const measured = execFileSync(node, [outfile, directory, ...process.argv.slice(2, 5)], {
  encoding: 'utf8',
  maxBuffer: 1e8,
});
process.stdout.write(measured);
if (process.argv[5] === '--write') {
  const results = new URL('results.md', import.meta.url).pathname;
  writeFileSync(results, measured);
  execFileSync(new URL('../../node_modules/.bin/biome', import.meta.url).pathname, ['format', '--write', results]);
}
rmSync(directory, { recursive: true });
