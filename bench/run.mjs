// Runs every benchmark, one after the other, and prints one table with the peer or the limit beside each figure.
// Usage: npm run bench -- [--dockerfiles CORPUS.jsonl] [--sboms DIRECTORY] [--osv-recordings DIRECTORY]
// [--only NAME]… [--write]
// What lacks its peer or its corpus is named as skipped, and what fails as failed; the others' figures stand all the same,
// and the exit code is 1. --write puts the table into docs/dev/performance.md.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { figures } from './figures.mjs';
import { readTables } from './tables.mjs';

const { values } = parseArgs({
  options: {
    dockerfiles: { type: 'string' },
    sboms: { type: 'string' },
    'osv-recordings': { type: 'string' },
    only: { type: 'string', multiple: true },
    write: { type: 'boolean' },
  },
});
const local = (path) => fileURLToPath(new URL(path, import.meta.url));
const has = (program) => spawnSync('bash', ['-c', `type -p ${program}`]).status === 0;

/** Each with its arguments, the programs it can't do without, and what it is measured on. */
const BENCHMARKS = [
  { name: 'cold-start', args: ['20'] },
  { name: 'first-request', args: ['20'] },
  { name: 'build-files', args: [values.dockerfiles, '1'], corpus: 'dockerfiles', likes: ['buildkit-parse'] },
  { name: 'registry', args: ['50', '25', '40', '1000'], needs: ['crane'] },
  { name: 'scale', args: [] },
  { name: 'signatures', args: ['50', '25', '3'], needs: ['cosign', 'sigstore-verify'] },
  { name: 'layers', args: ['100', '3'], needs: ['zstd'] },
  { name: 'survey', args: ['2000', '600', '8'] },
  { name: 'sbom', args: [values.sboms, '10'], corpus: 'sboms' },
  {
    name: 'vulnerabilities',
    args: ['osv-scanner', values.sboms, values['osv-recordings']],
    needs: ['osv-scanner'],
    corpus: ['sboms', 'osv-recordings'],
  },
];

/** The rows of one benchmark. Throws where it fails, or prints something else than its figures are read from. */
function measured(name, args) {
  const done = spawnSync(process.execPath, [local(`./${name}/${name}.mjs`), ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (done.status !== 0) throw new Error(done.error?.message ?? done.stderr);
  return figures[name](readTables(done.stdout), done.stdout);
}

const rows = [];
const skipped = [];
const failed = [];
const loads = [loadavg()[0]];
for (const { name, args, needs = [], likes = [], corpus = [] } of BENCHMARKS) {
  if (values.only !== undefined && !values.only.includes(name)) continue;
  const missing = needs.filter((program) => !has(program));
  const lacking = [corpus].flat().filter((option) => values[option] === undefined);
  if (missing.length > 0) skipped.push(`${name}: ${missing.join(', ')} is not on the PATH (.ci/peer installs it)`);
  else if (lacking.length > 0) skipped.push(`${name}: give ${lacking.map((option) => `--${option}`).join(' and ')}`);
  else {
    process.stderr.write(`${name} …\n`);
    try {
      rows.push(...measured(name, args));
      for (const peer of likes) if (!has(peer)) skipped.push(`${name}, beside ${peer}: it is not on the PATH`);
    } catch (error) {
      process.stderr.write(`bench/${name}/${name}.mjs: ${error.message}\n`);
      failed.push(name);
    }
    loads.push(loadavg()[0]);
  }
}

const head = ['measured', 'base-image-gate', 'beside', 'its figure'];
const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const machine =
  `Measured on ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'of unknown make'}), ` +
  `${(totalmem() / 2 ** 30).toFixed(0)} GiB of memory, Node ${process.version.slice(1)}, one-minute load ` +
  `between ${Math.min(...loads).toFixed(1)} and ${Math.max(...loads).toFixed(1)}.`;
const notRun = [...skipped.map((reason) => `- Skipped: ${reason}`), ...failed.map((name) => `- Failed: ${name}`)].join(
  '\n',
);
const text = [machine, table, ...(notRun === '' ? [] : [notRun])].join('\n\n');
process.stdout.write(`${text}\n`);

if (values.write) {
  const page = local('../docs/dev/performance.md');
  const [begin, end] = ['<!-- figures: made by npm run bench -- --write -->', '<!-- end of figures -->'];
  const [before, rest] = readFileSync(page, 'utf8').split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`docs/dev/performance.md lacks "${begin}" and "${end}"`);
  writeFileSync(page, `${before}${begin}\n\n${text}\n\n${end}${after}`);
  spawnSync(local('../node_modules/.bin/biome'), ['format', '--write', page], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

if (failed.length > 0) process.exitCode = 1;
