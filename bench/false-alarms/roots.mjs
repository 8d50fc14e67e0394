// Checks root file systems that hold no secret and no attack, and counts what the rules about contents find all the same.
// Usage: node bench/false-alarms/roots.mjs ROOTS
// ROOTS is a directory of root file systems, such as make-roots.sh and ../catalogers/make-roots.sh make.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { node } from '../bundled.mjs';
import { layoutOf } from '../root-layout.mjs';

const [roots = ''] = process.argv.slice(2);
const work = mkdtempSync(join(tmpdir(), 'bench-false-alarms-'));
execFileSync(node, [fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url)), '--out', join(work, 'dist')], {
  stdio: 'ignore',
});
const RULES = ['no-secrets', 'hardened-configuration', 'non-root', 'no-known-vulnerabilities', 'supported'];
const REGISTRY = ['--registry', `made.example=oci-layout:${join(work, 'layout')}`, '--offline'];

function gate(...args) {
  const { stdout, stderr } = spawnSync(node, [join(work, 'dist', 'cli.js'), ...args, ...REGISTRY, '--format', 'json'], {
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Accounts of a root that are not root by their number. */
function accountsOf(root) {
  const passwd = join(root, 'etc', 'passwd');
  if (!existsSync(passwd)) return [];
  return readFileSync(passwd, 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([name, , uid]) => name !== '' && /^[1-9]\d*$/.test(uid ?? ''))
    .map(([name]) => name);
}

/** Whether a file has the mode that a finding says: a hard link's header changes those of other names. */
function isAsSaid(root, line) {
  const [, path = '', mode = ''] = /^(\/.*) \(mode (\d+),/.exec(line) ?? [];
  const file = join(root, path);
  return path !== '' && existsSync(file) && (statSync(file).mode & 0o7777) === Number.parseInt(mode, 8);
}

/** What is found in a root, by what it is about. */
function alarmsOf(root) {
  const repository = join(work, 'repository');
  rmSync(repository, { recursive: true, force: true });
  mkdirSync(repository);
  writeFileSync(join(repository, 'Dockerfile'), 'FROM made.example/root:1\n');
  const accounts = accountsOf(root);
  for (const [index, name] of accounts.entries())
    writeFileSync(join(repository, `${index}.Dockerfile`), `FROM made.example/root:1\nUSER ${name}\n`);
  const levels = RULES.map((rule) =>
    rule === 'non-root' ? `${rule}: { level: error, numeric: false }` : `${rule}: error`,
  );
  const policy = join(repository, 'policy.yml');
  writeFileSync(
    policy,
    `version: 1\nprofile: baseline\nunverified: warn\nallow: [{ image: "made.example/**", signed: false, reason: made }]\nrules: { ${levels.join(', ')} }\n`,
  );
  const { images } = gate('check', repository, '--all-files', '--policy', policy);
  const { evidence } = gate('inspect', 'made.example/root:1');
  if (evidence.packages.status !== 'present') throw new Error(`the packages are ${evidence.packages.status}`);
  const contents = images.flatMap((image) => image.answers);
  const of = (rule, aspects) =>
    contents.filter(
      (answer) =>
        answer.rule === rule &&
        (answer.outcome === 'fail' || answer.outcome === 'indeterminate') &&
        (aspects === undefined || aspects.includes(answer.aspect)),
    );
  // An answer that is the same for several build files stands once.
  const users = contents
    .filter(({ rule }) => rule === 'non-root')
    .flatMap(({ uses = [], ...answer }) => uses.filter((use) => !use.startsWith('Dockerfile#')).map(() => answer));
  const accepted = users.filter(({ outcome }) => outcome === 'pass');
  if (users.length !== accounts.length)
    throw new Error(`${users.length} of ${accounts.length} accounts were evaluated`);
  return {
    files: evidence.filesystem.value?.fileCount ?? 0,
    accounts: accepted.length,
    alarms: {
      'no-secrets': of('no-secrets').flatMap(({ message, details = [] }) => [message, ...details]),
      'loader hooks': of('hardened-configuration', ['loader', 'environment']).map(({ message }) => message),
      'file modes': of('hardened-configuration', ['set-uid', 'world-writable'])
        .flatMap(({ details = [] }) => details)
        .filter((line) => !isAsSaid(root, line)),
      users: users.filter(({ outcome }) => outcome !== 'pass').map(({ message }) => message),
      'package databases': [...evidence.packages.value.unknowns, ...evidence.packages.value.unreadContents].map(
        ({ path, reason }) => `/${path}: ${reason}`,
      ),
      'os-release': of('supported')
        .filter(({ outcome }) => outcome === 'indeterminate')
        .map(({ message }) => message),
    },
  };
}

const lines = [];
let header;
for (const name of readdirSync(roots)
  .filter((one) => !one.startsWith('.'))
  .sort()) {
  await layoutOf(join(roots, name), join(work, 'layout'));
  const { files, accounts, alarms } = alarmsOf(join(roots, name));
  rmSync(join(work, 'layout'), { recursive: true });
  if (header === undefined) {
    header = ['root', 'files', 'accounts', ...Object.keys(alarms)];
    process.stdout.write(`| ${header.join(' | ')} |\n| ${header.map(() => '---').join(' | ')} |\n`);
  }
  const counts = Object.values(alarms).map((found) => found.length);
  process.stdout.write(`| ${[name, files, accounts, ...counts].join(' | ')} |\n`);
  for (const [about, found] of Object.entries(alarms))
    lines.push(...found.slice(0, 20).map((one) => `${name}: ${about}: ${one}`));
}
process.stdout.write(`\n${lines.join('\n')}\n`);
rmSync(work, { recursive: true });
