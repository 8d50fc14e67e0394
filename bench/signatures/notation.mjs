// How long one image's Notary Project signature takes, beside `notation verify` in the same run: an OCI layout, a chain
// of three, no timestamp and no revocation service. Usage: node bench/signatures/notation.mjs [ROUNDS]
// Needs notation on the PATH (.ci/peer notation), and dist/ as `npm run build` makes it.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { bundledWithoutPackages, node } from '../bundled.mjs';

// Where packages that stay outside of a bundle are found.
const directory = new URL('../../node_modules/.cache/bench-signatures/', import.meta.url).pathname;
mkdirSync(directory, { recursive: true });
const compare = await bundledWithoutPackages('signatures/compare-notation', directory);
const cli = new URL('../../dist/cli.js', import.meta.url).pathname;
execFileSync(node, [compare, cli, ...process.argv.slice(2)], { stdio: 'inherit' });
