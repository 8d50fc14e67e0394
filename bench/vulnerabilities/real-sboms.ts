import { join } from 'node:path';
import { installedPackages } from '../../src/attestations/sbom/sbom.js';
import { differences } from './differences.js';
import type { Evaluated } from './evaluate-sboms.js';
import { type Scan, scan, writeExports } from './osv-scanner.js';
import { entriesOf, recordedRecords } from './recorded-records.js';
import { copySboms, type Sbom } from './sbom-directory.js';
import { runTimed } from './timed.js';

const ROUNDS = 3;

interface Asked {
  readonly directory: string;
  readonly scanner: string;
  /** A directory of SBOMs. */
  readonly sboms: string;
  /** A directory of recorded answers of the OSV API. */
  readonly recordings: string;
}

/** Holds real SBOMs against real recorded answers with both programs. Fails where a difference has no known cause. */
export function compareRealSboms({ directory, scanner, sboms: corpus, recordings }: Asked): string {
  const all = copySboms(corpus, join(directory, 'sboms'));
  const records = recordedRecords(recordings, all);
  const entries = [...records.values()]
    .flat()
    .flatMap((record) => entriesOf(record).map((entry) => ({ record, entry })));
  const about = new Set(entries.map(({ entry }) => entry.package.name));
  const concerned = all.filter(({ sbom }) =>
    installedPackages(sbom).some(
      ({ name = '', source, purl }) => purl !== undefined && (about.has(name) || about.has(source?.name ?? '')),
    ),
  );
  const exports = writeExports(directory, records);
  const { read, refused } = acceptable(scanner, exports, concerned);
  const scanned = fastest(() => scanSboms(scanner, exports, read));
  const evaluated = fastest(() => evaluateApart(exports, read));
  const { lines, unexplained } = differences(evaluated, scanned, {
    sboms: read,
    named: new Set(entries.map(({ record, entry }) => `${record.id} ${entry.package.name}`)),
    exported: new Set(entries.map(({ entry }) => entry.package.ecosystem)),
  });
  if (unexplained.length > 0) throw new Error(`differences without a cause:\n${unexplained.slice(0, 40).join('\n')}`);
  const packages = scanned.found.length;
  return [
    `${all.length} SBOMs were read, ${concerned.length} of them with packages that the records are about, and ${read.length} of those by osv-scanner too (it refused ${refused.length}).`,
    '',
    '| | ours | osv-scanner |',
    '| --- | --- | --- |',
    `| packages evaluated | ${evaluated.packages} | ${packages} |`,
    `| vulnerabilities found (package and record) | ${evaluated.hits.length} | ${scanned.hits.length} |`,
    `| seconds, process and all, the fastest of ${ROUNDS} | ${evaluated.seconds.toFixed(2)} | ${scanned.seconds.toFixed(2)} |`,
    `| seconds of the processor, in all threads | ${evaluated.cpuSeconds.toFixed(2)} | ${scanned.cpuSeconds.toFixed(2)} |`,
    `| of the packages that osv-scanner lists, a second | ${(packages / evaluated.seconds).toFixed(0)} | ${(packages / scanned.seconds).toFixed(0)} |`,
    '',
    ...lines,
    '',
    `Where we leave something open the image is indeterminate, and not clean: ${evaluated.unevaluated.length} of the ${read.length}, because`,
    '',
    ...[...new Set(evaluated.unevaluated.flatMap(({ reasons }) => reasons))].map((reason) => `- ${reason}`),
    '',
  ].join('\n');
}

/** Those that osv-scanner does not give up on. */
function acceptable(
  scanner: string,
  exports: string,
  sboms: readonly Sbom[],
): { readonly read: readonly Sbom[]; readonly refused: readonly Sbom[] } {
  const refused: Sbom[] = [];
  for (let read = sboms; ; read = read.filter((sbom) => !refused.includes(sbom))) {
    const scanned = scan(scanner, exports, ['source', ...read.flatMap(({ path }) => ['-L', path])]);
    if (typeof scanned !== 'string') return { read, refused };
    const bad = read.find(({ path }) => scanned.includes(`${path.slice(1)}: `));
    if (bad === undefined) throw new Error(scanned.slice(-1000));
    refused.push(bad);
  }
}

function scanSboms(scanner: string, exports: string, sboms: readonly Sbom[]): Scan {
  const scanned = scan(scanner, exports, ['source', ...sboms.flatMap(({ path }) => ['-L', path])]);
  if (typeof scanned === 'string') throw new Error(scanned.slice(-1000));
  return scanned;
}

/** The same in a process of our own, as osv-scanner is one. */
function evaluateApart(exports: string, sboms: readonly Sbom[]): Evaluated & Pick<Scan, 'seconds' | 'cpuSeconds'> {
  const script = process.argv[1] ?? '';
  const run = runTimed(process.execPath, [script, 'evaluate', exports, ...sboms.map(({ path }) => path)]);
  if (!run.stdout.startsWith('{')) throw new Error(run.stderr);
  return { ...(JSON.parse(run.stdout) as Evaluated), seconds: run.seconds, cpuSeconds: run.cpuSeconds };
}

/** Of some rounds the fastest: the others were disturbed. */
function fastest<T extends { readonly seconds: number }>(work: () => T): T {
  return Array.from({ length: ROUNDS }, work).reduce((best, one) => (one.seconds < best.seconds ? one : best));
}
