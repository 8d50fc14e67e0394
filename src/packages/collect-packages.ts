import type { Collector } from '../evidence/collector.js';
import { present } from '../evidence/evidence.js';
import type { FileTree } from '../image-content/filesystem/file-tree.js';
import { whyUnread } from '../image-content/filesystem/kept-text.js';
import { isKeptFile } from '../image-content/layers/kept-files.js';
import { optionalField } from '../lib/collections.js';
import { type FoundDatabase, findDatabases } from './find-databases.js';
import type { Distribution, InstalledPackage, Inventory, PackageType } from './inventory.js';
import { readNpmPackage, readPythonPackage } from './language-packages.js';
import { readDistribution, unreadDistribution } from './os-release.js';
import { formatPurl, makePurl } from './purl.js';
import { type DatabaseEntry, type DatabaseReading, MAX_OWNED_FILES } from './read-database.js';

interface PackageIdentity {
  readonly type: PackageType;
  readonly name: string;
  readonly version: string;
  readonly architecture?: string;
}

/** The package URL of an installed package: `pkg:apk/wolfi/curl@8.9.1-r0?arch=x86_64&distro=wolfi-20230201`. */
export function packagePurl(
  { type, name, version, architecture }: PackageIdentity,
  distribution: Distribution | null,
): string {
  const isLanguage = type === 'npm' || type === 'pypi';
  const qualifiers = new Map<string, string>();
  const slash = isLanguage ? name.lastIndexOf('/') : -1;
  const namespace = isLanguage ? (slash < 0 ? undefined : name.slice(0, slash)) : distribution?.id;
  let bareVersion = version;
  if (!isLanguage) {
    if (architecture !== undefined) qualifiers.set('arch', architecture);
    if (distribution !== null) {
      qualifiers.set(
        'distro',
        [distribution.id, distribution.versionId].filter((part) => part !== undefined).join('-'),
      );
    }
    const epoch = type === 'rpm' ? /^([0-9]+):/.exec(version)?.[1] : undefined;
    if (epoch !== undefined) {
      qualifiers.set('epoch', epoch);
      bareVersion = version.slice(epoch.length + 1);
    }
  }
  const purl = makePurl({
    type,
    ...optionalField('namespace', namespace),
    name: name.slice(slash + 1),
    version: bareVersion,
    qualifiers,
  });
  return purl.ok ? formatPurl(purl.value) : '';
}

/** What one package's metadata file said. */
interface FoundMetadata {
  readonly path: string;
  readonly reading: DatabaseReading;
}

const PYTHON = /\.dist-info\/METADATA$|(?:\.egg-info|EGG-INFO)\/PKG-INFO$|\.egg-info$/;
const METADATA = new RegExp(`/package\\.json$|${PYTHON.source}`);

/** Finds and reads the metadata of npm and Python packages, wherever they are installed. */
function findLanguagePackages(tree: FileTree): readonly FoundMetadata[] {
  const found: FoundMetadata[] = [];
  let recorded = 0;
  for (const entry of tree.entries()) {
    const { path } = entry;
    const bytes = entry.content?.bytes;
    if (bytes === undefined) {
      // Where pnpm's store lies in the image, what it installs may be written as hard links to that.
      const reason = METADATA.test(path) && isKeptFile(path) ? whyUnread(tree, path) : undefined;
      if (reason !== undefined) found.push({ path, reading: { packages: [], problems: [reason] } });
      continue;
    }
    const text = () => Buffer.from(bytes).toString('utf8');
    if (path.endsWith('/package.json')) {
      found.push({ path, reading: readNpmPackage(text(), path) });
    } else if (PYTHON.test(path)) {
      const record = tree.resolve(path.replace(/METADATA$/, 'RECORD'))?.content?.bytes;
      // A line is two bytes at least; past the limit packages still count, without their files.
      recorded += record?.length ?? 0;
      const isRecord = path.endsWith('METADATA') && record !== undefined && recorded < MAX_OWNED_FILES * 16;
      found.push({
        path,
        reading: readPythonPackage(text(), path, isRecord ? Buffer.from(record).toString('utf8') : undefined),
      });
    }
  }
  return found;
}

/** Says what is installed, by the databases and metadata in the image's own layers. */
export const collectPackages: Collector<'packages'> = async (context) => {
  const filesystem = await context.get('filesystem');
  if (filesystem.status !== 'present') return filesystem;
  const read = await readInventory(filesystem.value.tree);
  // Such as a database that is stored as a sparse file: what was kept of it is not its content.
  const unread = filesystem.value.unread.filter(({ path }) => isKeptFile(path));
  const inventory = { ...read, unknowns: [...read.unknowns, ...unread] };
  const places = inventory.databases.map((database) => `/${database.path}`);
  return present(inventory, places.length === 0 ? 'no package database' : places.slice(0, 3).join(', '));
};

/** Reads every database and metadata file of a tree. */
async function readInventory(tree: FileTree): Promise<Inventory> {
  const distribution = readDistribution(tree);
  const databases = await findDatabases(tree);
  const fromDatabases = databases.flatMap((database) => database.reading.packages);
  const owners = ownersOfMetadata(tree, fromDatabases);
  const languages = findLanguagePackages(tree);
  const fromLanguages = languages.flatMap(({ path, reading }) => {
    const partOf = owners.get(path);
    return reading.packages.map((entry) => (partOf === undefined ? entry : { ...entry, partOf }));
  });
  const packages: InstalledPackage[] = [...fromDatabases, ...fromLanguages].map((entry) => ({
    ...entry,
    purl: packagePurl(entry, distribution),
  }));
  const unknownRelease = distribution === null ? unreadDistribution(tree) : null;
  const unknowns = [
    ...(unknownRelease === null ? [] : [unknownRelease]),
    ...[...databases, ...languages].flatMap(({ path, reading }) =>
      reading.problems.map((reason) => ({ path, reason })),
    ),
  ];
  return {
    packages,
    distribution,
    databases: databases.map(({ path, format, reading }: FoundDatabase) => ({
      path,
      format,
      packages: reading.packages.length,
    })),
    unknowns,
  };
}

/**
 * Which distribution package brought a metadata file: `usr/lib/…/METADATA` → `py3-pip`. One with other content than its
 * package brought was put in its place by somebody else, as `npm install --global npm` does with what apk installed.
 */
function ownersOfMetadata(tree: FileTree, packages: readonly DatabaseEntry[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const { name, files } of packages) {
    for (const { path, checksum } of files) {
      if (!/package\.json$|METADATA$|PKG-INFO$|\.egg-info$/.test(path)) continue;
      // A link brings nothing of its own: what it leads to is somebody's by its own name.
      const file = tree.get(path);
      if (file?.type !== 'file') continue;
      if (checksum === undefined || file.content?.[checksum.algorithm] === checksum.hex) owners.set(file.path, name);
    }
  }
  return owners;
}
