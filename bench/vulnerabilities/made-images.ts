import { ALPINE, collectKnown, DEBIAN, inventoryOf } from '../../__tests__/support/image/vulnerability-run.js';
import { canaryRecord } from '../../__tests__/support/registry/osv-canary.js';
import { writeDockerArchive } from './docker-archive.js';
import { madePackages, madeRecords, PACKAGES } from './made-packages.js';
import { hitKey, scan, writeExports } from './osv-scanner.js';

const FAMILIES = [
  { ecosystem: 'Debian:12', family: 'Debian', prefix: 'DEBIAN', distribution: DEBIAN },
  { ecosystem: 'Alpine:v3.22', family: 'Alpine', prefix: 'ALPINE', distribution: ALPINE },
] as const;

const EXPLANATION = `The images are made of package databases, the exports of 6000 made records an ecosystem: ranges with and without an
introduction or a fix, and listed versions. What is only ours comes from records that say "introduced" and "fixed" of one
and the same version: osv-scanner takes them for fixed from there on, we take every later version for affected.
`;

/** Holds made images against made records with both programs: every shape of version and range, by the same databases. */
export async function compareMadeImages(directory: string, scanner: string): Promise<string> {
  const exports = writeExports(
    directory,
    new Map(
      FAMILIES.map(({ ecosystem, family, prefix }) => [
        family,
        [...madeRecords(ecosystem, prefix), canaryRecord(ecosystem)],
      ]),
    ),
  );
  const rows: string[] = [];
  const notes: string[] = [];
  for (const { ecosystem, family, distribution } of FAMILIES) {
    const packages = madePackages(ecosystem, 1);
    const start = performance.now();
    const evidence = await collectKnown({
      inventory: inventoryOf(distribution, packages),
      settings: { vulnerabilitiesDirectory: exports },
    });
    const seconds = (performance.now() - start) / 1000;
    if (evidence.status !== 'present' || evidence.value.unevaluated.length > 0) {
      throw new Error(JSON.stringify(evidence).slice(0, 500));
    }
    const scanned = scan(scanner, exports, ['image', '--archive', writeDockerArchive(directory, family, packages)]);
    if (typeof scanned === 'string') throw new Error(scanned.slice(-1000));
    const ours = new Set(
      evidence.value.found.flatMap(({ package: { name, version }, records }) =>
        records.map((id) => hitKey({ source: '', name, version, id })),
      ),
    );
    const theirs = new Set(scanned.hits.map((hit) => hitKey({ ...hit, source: '' })));
    const onlyOurs = [...ours].filter((key) => !theirs.has(key));
    const onlyTheirs = [...theirs].filter((key) => !ours.has(key));
    const rate = (time: number) => (PACKAGES / time).toFixed(0);
    rows.push(
      `| ${ecosystem}, ${PACKAGES} packages | ${ours.size - onlyOurs.length} | ${onlyOurs.length} | ${onlyTheirs.length} | ${rate(seconds)} | ${rate(scanned.seconds)} |`,
    );
    notes.push(...onlyOurs.map((key) => `- only ours:${key}`), ...onlyTheirs.map((key) => `- only theirs:${key}`));
  }
  return [
    '| image | both | only ours | only theirs | packages/s, ours | packages/s, osv-scanner |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    ...notes,
    '',
    EXPLANATION,
  ].join('\n');
}
