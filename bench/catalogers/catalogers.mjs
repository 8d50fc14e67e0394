// Compares the packages that the gate finds in root file systems with those that Syft finds: by both, by one, and of which
// types. Usage: node bench/catalogers/catalogers.mjs ROOTS [SYFT] [--all]
// ROOTS is a directory of root file systems, as make-roots.sh makes them. Each becomes an image of one layer, which both
// programs read. --all lists every package that one of them finds alone.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { node } from '../bundled.mjs';
import { layoutOf } from '../root-layout.mjs';

const [roots = '', syft = 'syft'] = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const listsAll = process.argv.includes('--all');
const work = mkdtempSync(join(tmpdir(), 'bench-catalogers-'));
const build = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url));
execFileSync(node, [build, '--out', join(work, 'dist')], { stdio: 'ignore' });

/** `type/name@version` of a package URL, without what the two programs word differently. */
function keyOf(purl) {
  const [, type = '', rest = '', , subpath = ''] = /^pkg:([^/]+)\/([^?#]+)(\?[^#]*)?(?:#(.*))?$/.exec(purl) ?? [];
  const written = decodeURIComponent(type === 'deb' ? rest.replace(/^debian\//, '') : rest);
  // Python's names have one spelling, Go's purls are of lower case, and its standard library has no v.
  if (type === 'golang') {
    const [module = '', version = ''] = written.toLowerCase().split('@');
    const path = subpath === '' ? module : `${module}/${subpath.toLowerCase()}`;
    return `golang/${path}@${path === 'stdlib' ? version.replace(/^v?(?:go)?/, '') : version}`;
  }
  const name = type === 'pypi' ? written.toLowerCase().replaceAll(/[-_.]+(?=.*@)/g, '-') : written;
  return `${type}/${name}`;
}

const seconds = (start) => ((performance.now() - start) / 1000).toFixed(1);

function ours(layout) {
  const start = performance.now();
  const args = ['inspect', 'made.example/root:1', '--registry', `made.example=oci-layout:${layout}`, '--offline'];
  const { stdout, stderr } = spawnSync(node, [join(work, 'dist', 'cli.js'), ...args, '--format', 'json'], {
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  if (stdout === '') throw new Error(stderr);
  const { status, value } = JSON.parse(stdout).evidence.packages;
  if (status !== 'present') throw new Error(`the packages are ${status}`);
  return {
    seconds: seconds(start),
    keys: new Set(value.packages.map(({ purl }) => keyOf(purl))),
    named: [
      ...value.uncataloged.map(({ type, files }) => `${files} of ${type} named as not covered`),
      ...[...value.unknowns, ...value.unreadContents].map(({ path, reason }) => `/${path}: ${reason}`),
    ],
  };
}

function theirs(layout) {
  const start = performance.now();
  const text = execFileSync(syft, ['scan', `oci-dir:${layout}`, '-o', 'json', '-q'], {
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  const { artifacts } = JSON.parse(text);
  return { seconds: seconds(start), keys: new Set(artifacts.flatMap(({ purl }) => (purl ? [keyOf(purl)] : []))) };
}

const typesOf = (keys) => {
  const counts = new Map();
  for (const key of keys) {
    const type = key.slice(0, key.indexOf('/'));
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return [...counts].map(([type, count]) => `${count} ${type}`).join(', ') || '0';
};

const lines = [];
process.stdout.write(
  '| root | both | only the gate | only Syft | seconds (gate, Syft) |\n| --- | --- | --- | --- | --- |\n',
);
for (const name of readdirSync(roots)
  .filter((one) => !one.startsWith('.'))
  .sort()) {
  const layout = join(work, name);
  await layoutOf(join(roots, name), layout);
  const [mine, other] = [ours(layout), theirs(layout)];
  rmSync(layout, { recursive: true });
  const both = [...mine.keys].filter((key) => other.keys.has(key)).length;
  const onlyMine = [...mine.keys].filter((key) => !other.keys.has(key)).sort();
  const onlyTheirs = [...other.keys].filter((key) => !mine.keys.has(key)).sort();
  process.stdout.write(
    `| ${name} | ${both} | ${typesOf(onlyMine)} | ${typesOf(onlyTheirs)} | ${mine.seconds}, ${other.seconds} |\n`,
  );
  const shown = (keys) => (listsAll ? keys : keys.slice(0, 5));
  lines.push(
    `${name}:`,
    ...shown(onlyMine).map((key) => `  gate ${key}`),
    ...shown(onlyTheirs).map((key) => `  Syft ${key}`),
  );
  lines.push(...mine.named.slice(0, 10).map((line) => `  named ${line}`));
}
process.stdout.write(`\n${lines.join('\n')}\n`);
rmSync(work, { recursive: true });
