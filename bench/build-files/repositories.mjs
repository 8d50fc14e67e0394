// Compares what two versions of the command line see of the same repositories, and prints the tables of
// docs/dev/build-definitions.md. Each repository is a directory; nothing in it is run.
// Usage: node bench/build-files/repositories.mjs BEFORE/cli.js AFTER/cli.js DIRECTORY…
import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { table } from '../../scripts/generate/table.ts';

const [before = '', after = '', ...directories] = process.argv.slice(2);

/** What one version lists of a repository, how long it takes, and the most memory that it had. */
function listed(cli, directory) {
  const started = performance.now();
  const args = ['-v', process.execPath, cli, 'images', directory, '--all-files', '--format', 'json'];
  const { stdout, stderr } = spawnSync('/usr/bin/time', args, { encoding: 'utf8', maxBuffer: 1 << 30 });
  const seconds = (performance.now() - started) / 1000;
  const kilobytes = Number(/Maximum resident set size \(kbytes\): (\d+)/.exec(stderr)?.[1] ?? 0);
  return { ...JSON.parse(stdout), seconds, megabytes: kilobytes / 1024 };
}

const count = (items, matches) => items.filter(matches).length;
const FORMATS = [
  ['bake', /\.hcl$|bake[^/]*\.json$/i],
  ['Compose', /compose[^/]*\.ya?ml$/i],
  ['dev container', /devcontainer\.json$/],
  ['workflow, action', /^\.github\/workflows\/|(?:^|\/)action\.ya?ml$/],
  ['makefile', /makefile$|\.mk$/i],
  ['shell script', /\.(?:sh|bash)$/],
  ['skaffold', /skaffold[^/]*\.ya?ml$/],
  ['other', /(?:)/],
];
const formatOf = (path) => FORMATS.find(([, pattern]) => pattern.test(path))?.[0] ?? 'other';

const rows = [];
const formats = new Map(FORMATS.map(([name]) => [name, { builds: 0, open: 0, inline: 0 }]));
for (const directory of directories) {
  const [old, now] = [listed(before, directory), listed(after, directory)];
  const isBuiltOn = ({ role }) => role !== 'run';
  const unresolved = ({ uses }) => count(uses, (use) => isBuiltOn(use) && use.reference === null);
  const unreadable = ({ files }) => count(files, ({ status }) => status === 'unreadable');
  rows.push([
    basename(directory).replace('+', '/'),
    `${count(old.uses, isBuiltOn)} → ${count(now.uses, isBuiltOn)}`,
    `${unresolved(old)} → ${unresolved(now)}`,
    String(count(now.uses, ({ open, reference }) => open !== undefined && reference !== null)),
    `${unreadable(old)} → ${unreadable(now)}`,
    String(now.builds.length),
    String(count(now.uses, ({ role }) => role === 'run')),
    `${old.seconds.toFixed(1)} → ${now.seconds.toFixed(1)}`,
    `${old.megabytes.toFixed(0)} → ${now.megabytes.toFixed(0)}`,
  ]);
  for (const build of now.builds) {
    const format = formats.get(formatOf(build.definition));
    format.builds++;
    if (build.open.length > 0) format.open++;
    if (build.inline !== undefined) format.inline++;
  }
}
const head = [
  'repository',
  'references',
  'unresolved',
  'partly checked',
  'unreadable files',
  'builds',
  'run',
  's',
  'MB',
];
process.stdout.write(`${table(head, rows)}\n`);
const byFormat = [...formats].map(([name, { builds, open, inline }]) => [name, ...[builds, open, inline].map(String)]);
process.stdout.write(`\n${table(['format', 'builds', 'with open values', 'inline'], byFormat)}\n`);
