// Run by bench/vulnerabilities/vulnerabilities.mjs. Usage: measure.mjs DIRECTORY [OSV_SCANNER [SBOMS RECORDINGS]], or, as osv-scanner's
// counterpart in a process of its own: measure.mjs evaluate EXPORTS SBOM…
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const [directory = '', scanner, sboms, recordings] = process.argv.slice(2);

if (directory === 'evaluate') {
  const [, , , exports = '', ...paths] = process.argv;
  const { evaluateSboms } = await import('./evaluate-sboms.js');
  process.stdout.write(JSON.stringify(await evaluateSboms(exports, paths)));
} else {
  const { compareMadeImages } = await import('./made-images.js');
  const { measureNetwork } = await import('./network.js');
  const { compareRealSboms } = await import('./real-sboms.js');
  const parts = ['# Known vulnerabilities: what they cost, and what another program finds', '## Over the network'];
  parts.push(await measureNetwork());
  if (scanner !== undefined && sboms !== undefined && recordings !== undefined) {
    parts.push('## Real SBOMs, real recorded answers, offline');
    parts.push(compareRealSboms({ directory: made('real'), scanner, sboms, recordings }));
  }
  if (scanner !== undefined) {
    parts.push('## Made images, made records, offline', await compareMadeImages(made('made'), scanner));
  }
  process.stdout.write(parts.join('\n\n'));
}

function made(name: string): string {
  mkdirSync(join(directory, name));
  return join(directory, name);
}
