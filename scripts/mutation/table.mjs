// Puts the table of mutants by file into docs/dev/mutation.md, and prints what survived.
// Usage: node scripts/mutation/table.mjs      reads the results of every group that was tried whole, .mutants/whole/GROUP.json, in Stryker's schema.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const local = (path) => fileURLToPath(new URL(path, root));
const kept = readdirSync(local('.mutants/whole')).sort();
const files = Object.assign(
  {},
  ...kept.map((name) => JSON.parse(readFileSync(local(`.mutants/whole/${name}`), 'utf8')).files),
);

/** What becomes of a mutant; one that makes the tests hang was noticed. What could not run says nothing. */
const COLUMN = { Killed: 'killed', Timeout: 'killed', Survived: 'survived', NoCoverage: 'untested', Ignored: 'prose' };

function countsOf(mutants) {
  const counts = { killed: 0, survived: 0, untested: 0, prose: 0 };
  for (const { status } of mutants) if (COLUMN[status] !== undefined) counts[COLUMN[status]] += 1;
  return counts;
}

function rowOf(name, { killed, survived, untested, prose }) {
  const tried = killed + survived + untested;
  const score = tried === 0 ? 'nothing to change' : `${((100 * killed) / tried).toFixed(1)} %`;
  return [name, tried, killed, survived, untested, prose, score];
}

const byFile = Object.entries(files)
  .map(([path, { mutants }]) => ({ path, mutants, counts: countsOf(mutants) }))
  .sort((a, b) => (a.path < b.path ? -1 : 1));
const whole = countsOf(byFile.flatMap(({ mutants }) => mutants));

const head = ['file', 'mutants', 'killed', 'survived', 'reached by no test', 'prose, left alone', 'score'];
const rows = [...byFile.map(({ path, counts }) => rowOf(`\`${path}\``, counts)), rowOf('all', whole)];
const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const page = local('docs/dev/mutation.md');
const [begin, end] = ['<!-- mutants: made by .ci/mutants -->', '<!-- end of mutants -->'];
const [before, rest] = readFileSync(page, 'utf8').split(begin);
const after = rest?.split(end)[1];
if (after === undefined) throw new Error(`docs/dev/mutation.md lacks "${begin}" and "${end}"`);
writeFileSync(page, `${before}${begin}\n\n${table}\n\n${end}${after}`);
spawnSync(local('node_modules/.bin/biome'), ['format', '--write', page], { stdio: ['ignore', 'ignore', 'inherit'] });

for (const { path, mutants } of byFile) {
  for (const { status, location, mutatorName, replacement } of mutants) {
    if (status !== 'Survived' && status !== 'NoCoverage') continue;
    const written = replacement.replace(/\s+/g, ' ').slice(0, 100);
    process.stdout.write(`${path}:${location.start.line}:${location.start.column} ${mutatorName}: ${written}\n`);
  }
}
