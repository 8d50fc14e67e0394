// Compares what two builds of the command line answer over the examples and, where it is given, over a directory of cases:
// the set of (rule, reference, outcome, level) of every repository in them. Prints each difference; exits 1 if there is one.
// Usage: node scripts/compare-outcomes.mjs BEFORE/cli.js AFTER/cli.js [CASES_DIRECTORY]
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const [before, after, cases] = process.argv.slice(2);
if (before === undefined || after === undefined) {
  process.stderr.write('Usage: node scripts/compare-outcomes.mjs BEFORE/cli.js AFTER/cli.js [CASES_DIRECTORY]\n');
  process.exit(3);
}
const root = fileURLToPath(new URL('..', import.meta.url));
const directories = (path) =>
  readdirSync(path)
    .map((name) => join(path, name))
    .filter((entry) => statSync(entry).isDirectory());

/** What is checked, and with which arguments: a case has its policy, registry and advisories beside its repositories. */
function runsOf(path) {
  const repositories = existsSync(join(path, 'repo'))
    ? [join(path, 'repo'), ...directories(join(path, 'repo'))]
    : [path];
  const given = [
    ['policy.yml', (file) => ['--policy', file]],
    ['registry', (file) => ['--registry', `planted.example=oci-layout:${file}`]],
    ['vulns', (file) => ['--vulnerabilities', file]],
    ['vulnerabilities', (file) => ['--vulnerabilities', file]],
  ].flatMap(([name, flags]) => (existsSync(join(path, name)) ? flags(join(path, name)) : []));
  const profile = given.includes('--policy') ? [] : ['--profile', 'strict'];
  return repositories.map((repository) => ({ repository, flags: [...given, ...profile] }));
}

const scratch = mkdtempSync(join(tmpdir(), 'compare-outcomes-'));

/** Each answer of a run as one line. A copy without Git is checked, so that a run of one build can't change the other's. */
function outcomes(cli, { repository, flags }, copy) {
  const args = [cli, 'check', copy, '--offline', '--all', '--all-files', '--format', 'json', ...flags];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 29,
    timeout: 120_000,
  });
  if (!stdout.startsWith('{')) return [`exit ${status}: ${stderr.replaceAll(copy, repository).split('\n')[0]}`];
  const report = JSON.parse(stdout);
  const uses = new Map(report.uses.map((use) => [use.id, use]));
  const answers = [...report.answers, ...report.images.flatMap(({ answers: own = [] }) => own)];
  const named = ({ use, file, image }) => uses.get(use)?.expanded ?? file ?? image ?? '';
  return [
    ...new Set(answers.map((answer) => `${answer.rule} | ${named(answer)} | ${answer.outcome} | ${answer.level}`)),
  ].sort();
}

const all = [
  ...directories(join(root, 'examples')),
  ...(cases === undefined ? [] : directories(cases).flatMap((kind) => directories(kind))),
].flatMap(runsOf);
let differences = 0;
let answers = 0;
for (const [index, run] of all.entries()) {
  const copy = join(scratch, String(index));
  cpSync(run.repository, copy, { recursive: true, filter: (path) => !path.endsWith('/.git') });
  execFileSync('git', ['init', '--quiet', copy]);
  const [old, now] = [before, after].map((cli) => outcomes(cli, run, copy));
  const changed = [
    ...old.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
  ];
  answers += now.length;
  differences += changed.length;
  rmSync(copy, { recursive: true, force: true });
  if (changed.length > 0)
    process.stdout.write(`${relative(root, run.repository)}\n${changed.map((line) => `  ${line}\n`).join('')}`);
}
rmSync(scratch, { recursive: true, force: true });
process.stdout.write(`${all.length} repositories, ${answers} distinct answers, ${differences} differences\n`);
process.exitCode = differences === 0 ? 0 : 1;
