// How fast Dockerfiles are read: ours with its whole semantics, dockerfile-ast's bare parse, and BuildKit's own parser,
// on the same files in the same run. Usage: node bench/build-files/build-files.mjs CORPUS.jsonl [ROUNDS]
// Each line of CORPUS.jsonl has a `content`. BuildKit is measured where `.ci/peer buildkit-parse` has installed it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundled } from '../bundled.mjs';

const [corpus, rounds = '3'] = process.argv.slice(2);
if (corpus === undefined) {
  process.stderr.write('Usage: node bench/build-files/build-files.mjs CORPUS.jsonl [ROUNDS]\n');
  process.exit(3);
}
const directory = mkdtempSync(join(tmpdir(), 'bench-build-files-'));
const measure = await bundled('build-files/measure', directory);

function run(command, args) {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1e9 });
  if (done.error?.code === 'ENOENT') return undefined;
  if (done.status !== 0) throw new Error(`${command}: ${done.stderr}`);
  return done.stdout;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const node = new URL('../../node_modules/.bin/node', import.meta.url).pathname;
const buildkit = [];
const rates = {};
let corpusSize;
for (let round = 0; round < Number(rounds); round++) {
  const { rates: measured, ...size } = JSON.parse(run(node, [measure, corpus, '1']));
  corpusSize = size;
  for (const [name, numbers] of Object.entries(measured)) rates[name] = [...(rates[name] ?? []), ...numbers];
  const answer = run('buildkit-parse', ['-bench', corpus]);
  if (answer !== undefined) buildkit.push(Number(answer));
}
rmSync(directory, { recursive: true });

const rows = [
  ['ours, whole semantics', rates.ours],
  ['dockerfile-ast, bare parse', rates['dockerfile-ast']],
  ...(buildkit.length > 0 ? [["BuildKit's parsers (Go)", buildkit]] : []),
];
process.stdout.write(
  `${corpusSize.files} files, ${(corpusSize.bytes / 1e6).toFixed(1)} MB, ${rounds} rounds, medians\n\n`,
);
process.stdout.write('| reader | files per second |\n| --- | --- |\n');
for (const [name, numbers] of rows) process.stdout.write(`| ${name} | ${Math.round(median(numbers))} |\n`);
