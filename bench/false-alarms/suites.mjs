// Counts the files of public test suites that no-secrets names, by whether it is a key, a token, or what often is one.
// Usage: node bench/false-alarms/suites.mjs DIRECTORY_OR_TAR…
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundled, node } from '../bundled.mjs';

const work = mkdtempSync(join(tmpdir(), 'bench-suites-'));
const reader = await bundled('false-alarms/read', work);
process.stdout.write(
  '| suite | files | files with a key | with a token | with what often is one |\n| --- | --- | --- | --- | --- |\n',
);
const named = [];
const isKey = ({ kind }) => /private key|PKCS #12|key store|identity/.test(kind);
for (const suite of process.argv.slice(2)) {
  const unpacked = statSync(suite).isDirectory() ? `tar -C '${suite}' -cf - .` : `cat '${suite}'`;
  const unpack = suite.endsWith('.xz') ? '| xz -dc' : suite.endsWith('gz') ? '| gzip -dc' : '';
  const run = spawnSync('bash', ['-o', 'pipefail', '-c', `${unpacked} ${unpack} | '${node}' '${reader}'`], {
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  if (run.status !== 0) throw new Error(run.stderr);
  const { files, secrets } = JSON.parse(run.stdout);
  const paths = (marks) => new Set(marks.map(({ path }) => path)).size;
  const certain = secrets.filter(({ isLikely }) => isLikely !== true);
  const others = secrets.filter(({ isLikely }) => isLikely === true);
  const tokens = certain.filter((mark) => !isKey(mark));
  process.stdout.write(
    `| ${[suite.split('/').at(-1), files, paths(certain.filter(isKey)), paths(tokens), paths(others)].join(' | ')} |\n`,
  );
  named.push(...[...tokens, ...others].map(({ path, line, kind }) => `${path}:${line ?? ''}: ${kind}`));
}
process.stdout.write(`\n${named.join('\n')}\n`);
rmSync(work, { recursive: true });
