// Reads one layer file as the gate does and prints what it took: run by bench/layers/layers.mjs in a process of its own.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readLayer } from '../../src/image-content/layers/read-layer.js';

const [file = '', diffId = ''] = process.argv.slice(2);
const blobHash = createHash('sha256');

/** Stands for the registry's stream: it hashes the blob while it flows. */
async function* blob(): AsyncIterable<Uint8Array> {
  for await (const chunk of createReadStream(file, { highWaterMark: 64 * 1024 })) {
    blobHash.update(chunk);
    yield chunk;
  }
}

const start = performance.now();
const layer = await readLayer(blob(), diffId);
const seconds = (performance.now() - start) / 1000;
if (!layer.ok) throw new Error(layer.error.message);
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
const peakMiB = maxRSS / 1024;
const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
process.stdout.write(
  `${JSON.stringify({ seconds, cpuSeconds, peakMiB, entries: layer.value.entries.length, blob: blobHash.digest('hex') })}\n`,
);
