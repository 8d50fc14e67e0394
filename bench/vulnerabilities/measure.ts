import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canaryRecord } from '../../__tests__/support/osv-canary.js';
import { knowing, type MadeRecord, osvRecord, serveOsv } from '../../__tests__/support/osv-server.js';
import { ALPINE, collectKnown, DEBIAN, inventoryOf } from '../../__tests__/support/vulnerability-run.js';
import { makeZip } from '../../__tests__/support/zip-maker.js';

const [folder = '', scanner = ''] = process.argv.slice(2);
const IMAGES = 25;
const PACKAGES = 300;

/** A number from a text, the same in every run. */
const chance = (text: string, below: number) => createHash('sha256').update(text).digest().readUInt32LE(0) % below;

const EXPLANATION = `The images are made of package databases, the exports of 6000 made records an ecosystem: ranges with and without an
introduction or a fix, and listed versions. What is only ours comes from records that say "introduced" and "fixed" of one
and the same version: osv-scanner takes them for mended from there on, we take every later version for affected.
`;

const SHAPES = [
  (n: number) => `1.${n}`,
  (n: number) => `2.${n % 7}.${n}`,
  (n: number) => `3.${n}_rc${n % 4}`,
  (n: number) => `0.${n}.0${n % 9}`,
];
function version(seed: string, ecosystem: string): string {
  const upstream =
    SHAPES[chance(`${seed} shape`, ecosystem === 'Debian:12' ? 2 : SHAPES.length)]?.(chance(seed, 40)) ?? '1.0';
  return ecosystem === 'Debian:12'
    ? `${chance(`${seed} epoch`, 4) === 0 ? '1:' : ''}${upstream}-${chance(`${seed} r`, 5)}`
    : `${upstream}-r${chance(`${seed} r`, 5)}`;
}

function exportOf(ecosystem: string, prefix: string): readonly MadeRecord[] {
  return Array.from({ length: 6000 }, (_, index) => {
    const seed = `${ecosystem} ${index}`;
    const name = `package-${chance(`${seed} name`, 400)}`;
    const kind = chance(`${seed} kind`, 4);
    const introduced = kind === 1 ? version(`${seed} a`, ecosystem) : '0';
    const fixed = kind === 2 ? {} : { fixed: version(`${seed} b`, ecosystem) };
    const listed = kind === 3 ? { versions: [version(`${seed} c`, ecosystem)] } : {};
    return osvRecord(`${prefix}-CVE-2026-${10_000 + index}`, [{ ecosystem, name, introduced, ...fixed, ...listed }]);
  });
}

const packagesOf = (ecosystem: string, image: number) =>
  Array.from(
    { length: PACKAGES },
    (_, index) => [`package-${index}`, version(`${ecosystem} ${image} ${index}`, ecosystem)] as const,
  );

async function network(): Promise<string> {
  const records = exportOf('Debian:12', 'DEBIAN');
  const server = await serveOsv(knowing(records.slice(0, 200)), 50);
  const shared = new Map<string, Promise<unknown>>();
  const start = performance.now();
  await Promise.all(
    Array.from({ length: IMAGES }, (_, image) =>
      collectKnown({ inventory: inventoryOf(DEBIAN, packagesOf('Debian:12', image)), server, shared }),
    ),
  );
  const wall = performance.now() - start;
  const posts = server.requests.filter((request) => request.startsWith('POST')).length;
  const line = `${IMAGES} images of ${PACKAGES} packages, cold, 50 ms a round trip: ${server.requests.length} requests (${posts} of questions, the others of records and the list of exploited ones), at most ${server.most()} at a time, ${(wall / 1000).toFixed(2)} s\n`;
  await server.close();
  return line;
}

interface Compared {
  readonly name: string;
  readonly ours: ReadonlySet<string>;
  readonly theirs: ReadonlySet<string>;
  readonly rate: readonly [number, number];
}

async function compare(ecosystem: string, family: string, exports: string): Promise<Compared> {
  const distribution = family === 'Debian' ? DEBIAN : ALPINE;
  const packages = packagesOf(ecosystem, 1);
  const start = performance.now();
  const evidence = await collectKnown({
    inventory: inventoryOf(distribution, packages),
    settings: { vulnerabilitiesDirectory: exports },
  });
  const seconds = (performance.now() - start) / 1000;
  if (evidence.status !== 'present' || evidence.value.unjudged.length > 0)
    throw new Error(JSON.stringify(evidence).slice(0, 500));
  const ours = new Set(
    evidence.value.found.flatMap((one) => one.records.map((id) => `${one.package.name} ${one.package.version} ${id}`)),
  );
  const tar = join(folder, `${family}.tar`);
  writeDockerArchive(tar, family, packages);
  const begun = performance.now();
  const run = spawnSync(
    scanner,
    ['scan', 'image', '--offline', '--format', 'json', '--all-packages', '--archive', tar],
    {
      encoding: 'utf8',
      maxBuffer: 1e9,
      timeout: 120_000,
      env: { ...process.env, OSV_SCALIBR_LOCAL_DB_CACHE_DIRECTORY: join(exports, '..') },
    },
  );
  const theirSeconds = (performance.now() - begun) / 1000;
  const theirs = new Set<string>();
  const read = JSON.parse(run.stdout) as {
    results: {
      packages: {
        package: { name: string; os_package_name?: string; version: string };
        vulnerabilities?: { id: string }[];
      }[];
    }[];
  };
  for (const { packages: found } of read.results) {
    for (const { package: about, vulnerabilities = [] } of found) {
      for (const { id } of vulnerabilities) theirs.add(`${about.os_package_name ?? about.name} ${about.version} ${id}`);
    }
  }
  return {
    name: `${ecosystem}, ${PACKAGES} packages`,
    ours,
    theirs,
    rate: [PACKAGES / seconds, PACKAGES / theirSeconds],
  };
}

function writeDockerArchive(path: string, family: string, packages: readonly (readonly [string, string])[]): void {
  const root = join(folder, `${family}-root`);
  const [database, osRelease] =
    family === 'Debian'
      ? ['var/lib/dpkg/status', 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n']
      : ['lib/apk/db/installed', 'ID=alpine\nVERSION_ID=3.20.3\n'];
  const text = packages.map(([name, version]) =>
    family === 'Debian'
      ? `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nMaintainer: nobody\nVersion: ${version}\nDescription: x\n`
      : `P:${name}\nV:${version}\nA:x86_64\no:${name}\n`,
  );
  mkdirSync(join(root, database, '..'), { recursive: true });
  mkdirSync(join(root, 'etc'), { recursive: true });
  writeFileSync(join(root, database), `${text.join('\n')}\n`);
  writeFileSync(join(root, 'etc/os-release'), osRelease);
  const image = join(folder, `${family}-image`);
  mkdirSync(image, { recursive: true });
  const tar = (args: readonly string[]) => spawnSync('tar', args);
  tar(['-C', root, '-cf', join(image, 'layer.tar'), '.']);
  const diff = createHash('sha256')
    .update(spawnSync('cat', [join(image, 'layer.tar')], { maxBuffer: 1e9 }).stdout)
    .digest('hex');
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [`sha256:${diff}`] },
    history: [{ created_by: 'x' }],
  };
  writeFileSync(join(image, 'config.json'), JSON.stringify(config));
  writeFileSync(
    join(image, 'manifest.json'),
    JSON.stringify([{ Config: 'config.json', RepoTags: ['made:1'], Layers: ['layer.tar'] }]),
  );
  tar(['-C', image, '-cf', path, 'manifest.json', 'config.json', 'layer.tar']);
}

process.stdout.write(await network());
if (scanner !== '') {
  const exports = join(folder, 'osv-scalibr');
  const families = [
    ['Debian:12', 'Debian', 'DEBIAN'],
    ['Alpine:v3.20', 'Alpine', 'ALPINE'],
  ] as const;
  for (const [ecosystem, family, prefix] of families) {
    mkdirSync(join(exports, family), { recursive: true });
    const records = [...exportOf(ecosystem, prefix), canaryRecord(ecosystem)];
    writeFileSync(
      join(exports, family, 'all.zip'),
      makeZip(Object.fromEntries(records.map((record) => [`${record.id}.json`, JSON.stringify(record)]))),
    );
  }
  process.stdout.write(
    '\n| image | both | only ours | only theirs | packages/s, ours | packages/s, osv-scanner |\n| --- | --- | --- | --- | --- | --- |\n',
  );
  const notes: string[] = [];
  for (const [ecosystem, family] of families) {
    const { name, ours, theirs, rate } = await compare(ecosystem, family, exports);
    const onlyOurs = [...ours].filter((hit) => !theirs.has(hit));
    const onlyTheirs = [...theirs].filter((hit) => !ours.has(hit));
    process.stdout.write(
      `| ${name} | ${ours.size - onlyOurs.length} | ${onlyOurs.length} | ${onlyTheirs.length} | ${rate[0].toFixed(0)} | ${rate[1].toFixed(0)} |\n`,
    );
    notes.push(
      ...onlyOurs.slice(0, 8).map((hit) => `- only ours: ${hit}`),
      ...onlyTheirs.slice(0, 8).map((hit) => `- only theirs: ${hit}`),
    );
  }
  process.stdout.write(`\n${notes.join('\n')}\n\n${EXPLANATION}`);
}
