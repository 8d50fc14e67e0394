// How `check` grows with the repository: N build files over M images, from a registry (twice: the second time with what the
// first has cached) and from an OCI image layout, and N images of which nothing can be known without a network. The whole
// process, each size once, with the exponent of growth from a size to the next: 1 is linear, 2 quadratic.
// Usage: node bench/scale/scale.mjs [--cli dist/cli.js] [--round-trip MS] [--only http|layout|unknown]… [FILES:IMAGES]…
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundledWithoutPackages, node } from '../bundled.mjs';

const local = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cli: { type: 'string', default: local('../../dist/cli.js') },
    'round-trip': { type: 'string', default: '20' },
    only: { type: 'string', multiple: true, default: ['http', 'layout', 'unknown'] },
  },
});
// Where packages that stay outside of a bundle are found.
const directory = local('../../node_modules/.cache/bench-scale/');
mkdirSync(directory, { recursive: true });
const compare = await bundledWithoutPackages('scale/compare', directory);
const sizes = (usual) =>
  (positionals.length > 0 ? positionals : usual).map((text) => {
    const [files, images] = text.split(':').map(Number);
    return { files, images: images ?? files };
  });
const task = {
  cli: resolve(values.cli),
  peak: local('../peak.mjs'),
  roundTripMs: Number(values['round-trip']),
  kinds: values.only,
  sizes: {
    http: sizes(['125:50', '250:100', '500:200', '1000:400']),
    layout: sizes(['250:100', '500:200', '1000:400', '10000:400']),
    unknown: sizes(['1000:1000', '2000:2000', '4000:4000', '16000:16000']),
  },
};
execFileSync(node, [compare, JSON.stringify(task)], { stdio: 'inherit' });
