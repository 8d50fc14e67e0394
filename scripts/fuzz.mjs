// Tries the properties of every parser with many more inputs than the suite does, and prints a table.
// Usage: npm run fuzz -- [--inputs N] [--seconds N] [--seed N] [--only PARSER]… [--write]
// --inputs and --seconds are for each property, whichever comes first; --write puts the table into docs/dev/fuzzing.md.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parsers } from './fuzzing/parsers.mjs';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '30000' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    only: { type: 'string', multiple: true },
    write: { type: 'boolean' },
  },
});
const local = (path) => fileURLToPath(new URL(path, import.meta.url));
const chosen = parsers.filter(([name]) => values.only?.some((part) => name.includes(part)) ?? true);

const directory = mkdtempSync(join(tmpdir(), 'base-image-gate-fuzz-'));
const log = join(directory, 'log');
writeFileSync(log, '');
const started = Date.now();
const { status } = spawnSync(
  local('../node_modules/node/bin/node'),
  [
    ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
    ...[local('../node_modules/jest/bin/jest.js'), '--config', local('fuzzing/jest.config.mjs'), '--runInBand'],
    ...chosen.map(([, file]) => `/__tests__/${file}\\.test\\.ts$`),
  ],
  {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      FUZZ_LOG: log,
      FUZZ_INPUTS: values.inputs,
      FUZZ_SECONDS: values.seconds,
      PROPERTY_SEED: values.seed,
    },
  },
);
const minutes = (Date.now() - started) / 60_000;
const tried = readFileSync(log, 'utf8')
  .trim()
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line));
rmSync(directory, { recursive: true, force: true });

const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);
function rowOf(name, properties) {
  return [
    name,
    properties.length,
    sum(properties.map(({ inputs }) => inputs)),
    sum(properties.map(({ seconds }) => seconds)).toFixed(0),
    `${Math.max(0, ...properties.map(({ slowest }) => slowest)).toFixed(1)} ms`,
    properties.filter(({ failed }) => failed).length,
  ];
}

const head = ['parser', 'properties', 'inputs', 'seconds', 'slowest input', 'failures'];
const rows = chosen.map(([name, file]) =>
  rowOf(
    name,
    tried.filter(({ testPath }) => testPath.endsWith(`/__tests__/${file}.test.ts`)),
  ),
);
const table = [head, head.map(() => '---'), ...rows, rowOf('all', tried)]
  .map((cells) => `| ${cells.join(' | ')} |`)
  .join('\n');
const words = `Tried in ${minutes.toFixed(0)} minutes on Node ${process.version.slice(1)}, seed ${values.seed}, at most ${values.inputs} inputs or ${values.seconds} seconds for each property.`;
process.stdout.write(`${words}\n\n${table}\n`);

if (values.write) {
  const page = local('../docs/dev/fuzzing.md');
  const [begin, end] = ['<!-- inputs: made by npm run fuzz -- --write -->', '<!-- end of inputs -->'];
  const [before, rest] = readFileSync(page, 'utf8').split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`docs/dev/fuzzing.md lacks "${begin}" and "${end}"`);
  writeFileSync(page, `${before}${begin}\n\n${words}\n\n${table}\n\n${end}${after}`);
  spawnSync(local('../node_modules/.bin/biome'), ['format', '--write', page], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
// A parser whose properties were not tried at all is no success either.
const untried = rows.filter(([, properties]) => properties === 0).map(([name]) => name);
if (untried.length > 0) process.stderr.write(`No property was tried for: ${untried.join('; ')}.\n`);
process.exitCode = status === 0 && untried.length === 0 ? 0 : 1;
