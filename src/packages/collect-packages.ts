import type { Collector } from '../evidence/collector.js';
import { present } from '../evidence/evidence.js';
import type { FileTree } from '../image-content/filesystem/file-tree.js';
import { isKeptFile } from '../image-content/layers/kept-files.js';
import { type FoundDatabase, findDatabases } from './find-databases.js';
import { findLanguagePackages } from './find-language-packages.js';
import type { InstalledPackage, Inventory } from './inventory.js';
import { readDistribution, unreadDistribution } from './os-release.js';
import { packagePurl } from './package-purl.js';
import type { DatabaseEntry } from './read-database.js';

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
