// How many requests and round trips the images of a repository cost, how long they take beside crane in a shell loop and
// with xargs, what a second run with a warm cache costs, and how much memory a large layer takes.
// Usage: node bench/registry/registry.mjs [ROUND_TRIP_MS] [IMAGES] [USES] [LAYER_MEGABYTES]     Needs crane on the PATH: .ci/peer crane.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { bundled, bundledWithoutPackages, node } from '../bundled.mjs';

// Where packages that stay outside of a bundle are found.
const directory = new URL('../../node_modules/.cache/bench-registry/', import.meta.url).pathname;
mkdirSync(directory, { recursive: true });
const ours = await bundled('registry/ours', directory);
const compare = await bundledWithoutPackages('registry/compare', directory);
execFileSync(node, [compare, ours, ...process.argv.slice(2)], { stdio: 'inherit' });
