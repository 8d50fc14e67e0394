// How fast SBOM are read, from bytes, beside JSON.parse alone from the same bytes, and at what peak of
// memory: the 20 largest documents of the corpus, one of 50 MB made here, and the slowest of all. Then the one of 50 MB as
// it is attested: signed, beside an image in a layout, evaluated by the command line in a process of its own.
// Usage: node bench/sbom/sbom.mjs CORPUS_DIRECTORY [ROUNDS]
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundled, node } from '../bundled.mjs';
import { madeDocument } from './made-document.mjs';

const [corpus, rounds = '30'] = process.argv.slice(2);
if (corpus === undefined) {
  process.stderr.write('Usage: node bench/sbom/sbom.mjs CORPUS_DIRECTORY [ROUNDS]\n');
  process.exit(3);
}
const directory = mkdtempSync(join(tmpdir(), 'bench-sbom-'));
const local = (path) => fileURLToPath(new URL(path, import.meta.url));

const script = await bundled('sbom/measure', directory);

function measure(mode, times, files) {
  const out = execFileSync(node, [script, mode, String(times), ...files], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  const { milliseconds, peakMegabytes } = JSON.parse(out);
  return { milliseconds: new Map(milliseconds), peakMegabytes };
}

/** Runs a program of Node, and says what it printed, how it ended, how long it took and its peak of memory. */
function watched(args) {
  const peakFile = join(directory, 'peak');
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(node, ['--import', local('../peak.mjs'), ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { PATH: process.env.PATH, HOME: directory, PEAK_FILE: peakFile },
  });
  const milliseconds = performance.now() - start;
  return { status, stdout, stderr, milliseconds, peakMegabytes: Number(readFileSync(peakFile, 'utf8')) };
}

/**
 * A document as it is attested, evaluated by `check`, and what nothing can go without that reads it by JSON.parse: both with
 * their peak of memory. `form` is how the predicate holds the document: as an object, or as its text.
 */
function evaluateAttested(layoutScript, cli, document, form) {
  const made = JSON.parse(execFileSync(node, [layoutScript, form, document], { encoding: 'utf8' }));
  try {
    const repository = join(made.directory, 'repository');
    mkdirSync(repository);
    writeFileSync(join(repository, 'Dockerfile'), `FROM ${made.image}\n`);
    const asked = 'signature-verified: off, no-known-vulnerabilities: off, sbom-attested: error, sbom-complete: error';
    writeFileSync(made.policy, `${readFileSync(made.policy, 'utf8')}rules: { ${asked} }\n`);
    const options = ['--policy', made.policy, ...made.route, '--offline', '--format', 'json'];
    const run = watched([cli, 'check', repository, ...options]);
    if (run.stdout === '') throw new Error(run.stderr);
    const report = JSON.parse(run.stdout);
    const answer = report.answers.find(({ rule }) => rule === 'sbom-attested');
    const blobs = join(made.directory, 'layout/blobs/sha256');
    const [attestation] = readdirSync(blobs)
      .map((name) => join(blobs, name))
      .sort((a, b) => statSync(b).size - statSync(a).size);
    return {
      form,
      'document MB': Math.round(statSync(document).size / 1e6),
      'attestation MB': Math.round(statSync(attestation).size / 1e6),
      answer: `${answer.outcome}: ${answer.reason}`,
      run,
      parse: watched([local('./parse-attestation.mjs'), attestation]),
    };
  } finally {
    rmSync(made.directory, { recursive: true, force: true });
  }
}

/** A Markdown table of rows with the same keys. */
function table(rows) {
  const keys = Object.keys(rows[0]);
  const line = (cells) => `| ${cells.join(' | ')} |\n`;
  return line(keys) + line(keys.map(() => '---')) + rows.map((row) => line(keys.map((key) => row[key]))).join('');
}

const speed = (bytes, milliseconds) => bytes / 1e6 / (milliseconds / 1000);
const isJson = (file) => readFileSync(file, 'utf8').trimStart().startsWith('{');

try {
  const all = readdirSync(corpus).map((name) => ({
    name,
    file: join(corpus, name),
    bytes: statSync(join(corpus, name)).size,
  }));
  const largest = [...all].sort((a, b) => b.bytes - a.bytes).slice(0, 20);
  const files = largest.map(({ file }) => file);
  const nothing = measure('nothing', 1, files);
  const parse = measure('parse', rounds, files.filter(isJson));
  const read = measure('read', rounds, files);
  const rows = largest.map(({ name, file, bytes }) => {
    const ours = speed(bytes, read.milliseconds.get(file));
    const theirs = parse.milliseconds.has(file) ? speed(bytes, parse.milliseconds.get(file)) : null;
    return {
      document: name,
      KB: Math.round(bytes / 1000),
      'MB/s': ours.toFixed(0),
      'JSON.parse MB/s': theirs?.toFixed(0) ?? 'no JSON',
      share: theirs === null ? '' : (ours / theirs).toFixed(2),
    };
  });
  process.stdout.write(`${table(rows)}\n`);
  const json = largest.filter(({ file }) => parse.milliseconds.has(file));
  const total = (times) => json.reduce((sum, { file }) => sum + times.get(file), 0);
  process.stdout.write(
    `All JSON of them: ${(total(parse.milliseconds) / total(read.milliseconds)).toFixed(2)} of JSON.parse's speed. ` +
      `Peak memory ${read.peakMegabytes.toFixed(0)} MB, JSON.parse ${parse.peakMegabytes.toFixed(0)} MB, ` +
      `the process alone ${nothing.peakMegabytes.toFixed(0)} MB.\n\n`,
  );

  const large = join(directory, 'large.json');
  writeFileSync(large, madeDocument(50e6));
  const { size } = statSync(large);
  const once = { parse: measure('parse', 3, [large]), read: measure('read', 3, [large]) };
  const single = { parse: measure('parse', 1, [large]), read: measure('read', 1, [large]) };
  process.stdout.write(
    `A document of ${(size / 1e6).toFixed(0)} MB: ${once.read.milliseconds.get(large).toFixed(0)} ms ` +
      `(JSON.parse ${once.parse.milliseconds.get(large).toFixed(0)} ms), read once with a peak of ` +
      `${single.read.peakMegabytes.toFixed(0)} MB (JSON.parse ${single.parse.peakMegabytes.toFixed(0)} MB).\n`,
  );

  const every = measure(
    'read',
    1,
    all.map(({ file }) => file),
  );
  const slowest = [...every.milliseconds].sort((a, b) => b[1] - a[1])[0];
  process.stdout.write(
    `All ${all.length} documents in one process: peak ${every.peakMegabytes.toFixed(0)} MB, the slowest ` +
      `${slowest[1].toFixed(1)} ms (${slowest[0].split('/').at(-1)}).\n`,
  );

  const layoutScript = await bundled('sbom/attested-layout', directory);
  execFileSync(node, [local('../../scripts/build.mjs'), '--out', join(directory, 'dist')]);
  const cli = join(directory, 'dist/cli.js');
  const beyond = join(directory, 'beyond.json');
  writeFileSync(beyond, madeDocument(80e6));
  const evaluated = [
    evaluateAttested(layoutScript, cli, large, 'object'),
    evaluateAttested(layoutScript, cli, large, 'text'),
    evaluateAttested(layoutScript, cli, beyond, 'object'),
  ];
  const shown = evaluated.map(({ run, parse, answer, ...about }) => ({
    ...about,
    's, process and all': (run.milliseconds / 1000).toFixed(1),
    'peak MB': run.peakMegabytes.toFixed(0),
    'JSON.parse peak MB': parse.peakMegabytes.toFixed(0),
    answer,
  }));
  process.stdout.write(`\nAttested, and evaluated by the command line:\n\n${table(shown)}`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
