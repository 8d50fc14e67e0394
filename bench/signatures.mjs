// How long one image's signature and three attestations take, and those of many images, beside `cosign verify` and
// `cosign verify-attestation` in the same run. Usage: node bench/signatures.mjs [ROUND_TRIP_MS] [IMAGES] [ROUNDS]
// Needs cosign on the PATH: .ci/peer cosign.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { build } from 'esbuild';

const folder = new URL('../node_modules/.cache/bench-signatures/', import.meta.url).pathname;
mkdirSync(folder, { recursive: true });
const common = { bundle: true, platform: 'node', format: 'esm', logLevel: 'error' };
const entry = (name) => new URL(`signatures/${name}.ts`, import.meta.url).pathname;
// Ours is bundled as the product is; the comparison finds its test sigstore in node_modules.
await build({
  ...common,
  entryPoints: [entry('ours')],
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  splitting: true,
  banner: { js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);" },
});
await build({ ...common, entryPoints: [entry('compare')], outfile: `${folder}compare.mjs`, packages: 'external' });
const node = new URL('../node_modules/.bin/node', import.meta.url).pathname;
execFileSync(node, [`${folder}compare.mjs`, `${folder}ours.mjs`, ...process.argv.slice(2)], { stdio: 'inherit' });
