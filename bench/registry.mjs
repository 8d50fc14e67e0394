// How many requests and round trips the images of a repository cost, how long they take beside crane in a shell loop and
// with xargs, what a second run with a warm cache costs, and how much memory a large layer takes.
// Usage: node bench/registry.mjs [ROUND_TRIP_MS] [IMAGES] [USES] [LAYER_MEGABYTES]     Needs crane on the PATH: .ci/peer crane.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { build } from 'esbuild';

const folder = new URL('../node_modules/.cache/bench-registry/', import.meta.url).pathname;
mkdirSync(folder, { recursive: true });
const common = { bundle: true, platform: 'node', format: 'esm', logLevel: 'error' };
const entry = (name) => new URL(`registry/${name}.ts`, import.meta.url).pathname;
// Ours is bundled as the product is.
await build({
  ...common,
  entryPoints: [entry('ours')],
  outfile: `${folder}ours.mjs`,
  banner: { js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);" },
});
await build({ ...common, entryPoints: [entry('compare')], outfile: `${folder}compare.mjs`, packages: 'external' });
const node = new URL('../node_modules/.bin/node', import.meta.url).pathname;
execFileSync(node, [`${folder}compare.mjs`, `${folder}ours.mjs`, ...process.argv.slice(2)], { stdio: 'inherit' });
