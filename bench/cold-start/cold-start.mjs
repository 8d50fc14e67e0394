// How long `images` takes for one Dockerfile, the start of the process included, beside Node that does nothing: the
// median of so many, in turns, on each Node at hand. Usage: node bench/cold-start/cold-start.mjs [TIMES]
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const times = Number(process.argv[2] ?? 20);
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const own = realpathSync(fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url)));
const nodes = new Set([process.execPath, own, ...onPath('node')]);
const dir = mkdtempSync(join(tmpdir(), 'bench-cold-start-'));
const checkout = join(dir, 'checkout');
const plain = join(dir, 'plain');
for (const directory of [checkout, plain]) {
  execFileSync('mkdir', [directory]);
  writeFileSync(join(directory, 'Dockerfile'), 'FROM alpine:3.20\n');
}
execFileSync('git', ['init', '--quiet', checkout]);
execFileSync('git', ['-C', checkout, 'add', 'Dockerfile']);

function onPath(name) {
  const { stdout } = spawnSync('bash', ['-c', `type -ap ${name}`], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((path) => realpathSync(path));
}

function milliseconds(node, args) {
  const start = performance.now();
  execFileSync(node, args, { stdio: 'ignore' });
  return performance.now() - start;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
process.stdout.write('| Node | place | `node -e 0` ms | `images` ms | times |\n| --- | --- | --- | --- | --- |\n');
const seen = new Set();
for (const node of nodes) {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  if (seen.has(version)) continue;
  seen.add(version);
  for (const directory of [plain, checkout]) {
    const bare = [];
    const images = [];
    for (let time = 0; time < times; time++) {
      bare.push(milliseconds(node, ['-e', '0']));
      images.push(milliseconds(node, [cli, 'images', directory]));
    }
    const [nothing, list] = [median(bare), median(images)];
    const place = directory === plain ? 'a directory' : 'a checkout';
    const cells = [version, place, nothing.toFixed(0), list.toFixed(0), (list / nothing).toFixed(2)];
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
  }
}
rmSync(dir, { recursive: true });
