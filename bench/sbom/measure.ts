// Run by bench/sbom/sbom.mjs, in a process of its own so that its peak of memory is its own.
// Usage: measure.mjs read|parse|nothing ROUNDS FILE…      Writes one JSON object.
import { readFileSync } from 'node:fs';
import { readSbom } from '../../src/attestations/sbom/read.js';

const [mode = '', rounds = '1', ...files] = process.argv.slice(2);
const documents = files.map((file) => ({ file, bytes: readFileSync(file) }));

function work(bytes: Buffer): unknown {
  if (mode === 'read') return readSbom(bytes);
  if (mode !== 'parse') return null;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}

/** Milliseconds of the fastest of some rounds, for each file: the others were disturbed. */
const best = new Map<string, number>();
for (let round = 0; round < Number(rounds); round += 1) {
  for (const { file, bytes } of documents) {
    const start = performance.now();
    const result = work(bytes);
    const took = performance.now() - start;
    if (result !== undefined) best.set(file, Math.min(best.get(file) ?? Number.POSITIVE_INFINITY, took));
  }
}
process.stdout.write(JSON.stringify({ milliseconds: [...best], peakMegabytes: process.resourceUsage().maxRSS / 1024 }));
