// How long `check` takes over repositories whose images come from an OCI image layout, and how it grows with their number:
// the whole process, each size once. An index of a layout has at most 1,000 entries, two of them for each image here.
// Usage: node bench/layout/layout.mjs [--cli dist/cli.js] [IMAGES]…
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundled, node } from '../bundled.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cli: { type: 'string', default: fileURLToPath(new URL('../../dist/cli.js', import.meta.url)) } },
});
const sizes = positionals.length === 0 ? [100, 200, 400] : positionals.map(Number);
const directory = mkdtempSync(join(tmpdir(), 'bench-layout-'));

function run(args, cwd) {
  const done = spawnSync(node, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(`${args.join(' ')}: exit code ${done.status}: ${done.stderr}`);
}

try {
  const make = await bundled('layout/make-layout', directory);
  const rows = [];
  for (const images of sizes) {
    const repository = join(directory, String(images));
    run([make, repository, String(images)], directory);
    const start = performance.now();
    run([resolve(values.cli), 'check', '.', '--policy', 'policy.yml', '--offline'], repository);
    const seconds = (performance.now() - start) / 1000;
    rows.push([images, seconds.toFixed(2), ((seconds / images) * 1000).toFixed(1)]);
  }
  process.stdout.write('| images | s | ms per image |\n| --- | --- | --- |\n');
  for (const cells of rows) process.stdout.write(`| ${cells.join(' | ')} |\n`);
} finally {
  rmSync(directory, { recursive: true });
}
