// Run by bench/vulnerabilities/vulnerabilities.mjs. Usage: measure.mjs FOLDER [OSV_SCANNER [BILLS RECORDINGS]], or, as osv-scanner's
// counterpart in a process of its own: measure.mjs judge EXPORTS BILL…
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const [folder = '', scanner, bills, recordings] = process.argv.slice(2);

if (folder === 'judge') {
  const [, , , exports = '', ...paths] = process.argv;
  const { judgeBills } = await import('./judge-bills.js');
  process.stdout.write(JSON.stringify(await judgeBills(exports, paths)));
} else {
  const { compareMadeImages } = await import('./made-images.js');
  const { measureNetwork } = await import('./network.js');
  const { compareRealBills } = await import('./real-bills.js');
  const parts = ['# Known vulnerabilities: what they cost, and what another program finds', '## Over the network'];
  parts.push(await measureNetwork());
  if (scanner !== undefined && bills !== undefined && recordings !== undefined) {
    parts.push('## Real SBOMs, real recorded answers, offline');
    parts.push(compareRealBills({ folder: made('real'), scanner, bills, recordings }));
  }
  if (scanner !== undefined) {
    parts.push('## Made images, made records, offline', await compareMadeImages(made('made'), scanner));
  }
  process.stdout.write(parts.join('\n\n'));
}

function made(name: string): string {
  mkdirSync(join(folder, name));
  return join(folder, name);
}
