// How long one image's signature and three attestations take, and those of many images, beside `cosign verify` and
// `cosign verify-attestation`, eight at a time, and beside a program on sigstore-go, in the same run.
// Usage: node bench/signatures/signatures.mjs [ROUND_TRIP_MS] [IMAGES] [ROUNDS]
// Needs both on the PATH: .ci/peer cosign sigstore-verify.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { bundledInChunks, bundledWithoutPackages, node } from '../bundled.mjs';

// Where packages that stay outside of a bundle are found.
const directory = new URL('../../node_modules/.cache/bench-signatures/', import.meta.url).pathname;
mkdirSync(directory, { recursive: true });
const ours = await bundledInChunks('signatures/ours', directory);
const compare = await bundledWithoutPackages('signatures/compare', directory);
execFileSync(node, [compare, ours, ...process.argv.slice(2)], { stdio: 'inherit' });
