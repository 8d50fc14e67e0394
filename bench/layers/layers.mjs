// How fast a layer is read, as a share of `gunzip | sha256sum` (or `zstd -d | sha256sum`) on the same file in the same
// run, and at what peak of memory. On a busy machine the share of processor time says more than that of the clock. Usage: node bench/layers/layers.mjs [COMPRESSED_MEGABYTES] [ROUNDS]
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundled, node } from '../bundled.mjs';

const megabytes = Number(process.argv[2] ?? 500);
const rounds = Number(process.argv[3] ?? 3);
const directory = process.env['BENCH_DIR'] ?? mkdtempSync(join(tmpdir(), 'bench-layers-'));
const reader = await bundled('layers/read', directory);

/** Real files of this machine, as many as make a layer of about the size wanted when packed. */
function someFiles(bytes) {
  const files = [];
  const pending = ['etc', 'usr/bin', 'usr/share', 'usr/lib', 'usr/local'];
  let total = 0;
  for (let path = pending.shift(); path !== undefined && total < bytes; path = pending.shift()) {
    for (const child of readdirSync(`/${path}`, { withFileTypes: true })) {
      const full = `${path}/${child.name}`;
      if (child.isDirectory()) pending.push(full);
      else files.push(full);
      if (child.isFile()) total += statSync(`/${full}`).size;
      if (total >= bytes) break;
    }
  }
  return files;
}

function seconds(command) {
  const start = performance.now();
  const timed = `TIMEFORMAT='%U %S'; time (${command})`;
  const done = spawnSync('bash', ['-o', 'pipefail', '-c', timed], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${command}: ${done.stderr}`);
  const [user, system] = done.stderr.trim().split(' ').map(Number);
  return { seconds: (performance.now() - start) / 1000, cpu: user + system, out: done.stdout };
}

/** A Markdown table of rows with the same keys. */
function table(rows) {
  const keys = Object.keys(rows[0]);
  const line = (cells) => `| ${cells.join(' | ')} |\n`;
  return line(keys) + line(keys.map(() => '---')) + rows.map((row) => line(keys.map((key) => row[key]))).join('');
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const rows = [];
for (const [name, pack, unpack] of [
  ['gzip', 'gzip -6', 'gunzip -c'],
  ['zstd', 'zstd -q -3', 'zstd -q -dc'],
]) {
  const file = join(directory, `layer.tar.${name}`);
  if (!existsSync(file)) {
    writeFileSync(join(directory, 'files'), someFiles(megabytes * 1e6 * 2.6).join('\n'));
    execFileSync('bash', [
      '-o',
      'pipefail',
      '-c',
      `tar -C / --no-recursion -T '${directory}/files' -cf - | ${pack} > '${file}'`,
    ]);
  }
  const own = [];
  const theirs = [];
  const ownCpu = [];
  const theirCpu = [];
  let last;
  for (let round = 0; round < rounds; round += 1) {
    const pipe = seconds(`${unpack} '${file}' | sha256sum`);
    theirs.push(pipe.seconds);
    theirCpu.push(pipe.cpu);
    const run = spawnSync(node, [reader, file, `sha256:${pipe.out.slice(0, 64)}`], { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(run.stderr);
    last = JSON.parse(run.stdout);
    own.push(last.seconds);
    ownCpu.push(last.cpuSeconds);
  }
  const size = statSync(file).size / 1e6;
  rows.push({
    layer: `${name}, ${size.toFixed(0)} MB, ${last.entries} entries`,
    'pipe s': median(theirs).toFixed(2),
    'gate s': median(own).toFixed(2),
    share: (median(theirs) / median(own)).toFixed(2),
    'CPU share': (median(theirCpu) / median(ownCpu)).toFixed(2),
    'peak MiB': last.peakMiB.toFixed(0),
  });
}
process.stdout.write(table(rows));
if (process.env['BENCH_DIR'] === undefined) rmSync(directory, { recursive: true });
