import type { Collector } from '../evidence/collector.js';
import { present } from '../evidence/evidence.js';
import type { FileContent, FileEntry } from '../image-content/filesystem/file-entry.js';
import type { FileTree } from '../image-content/filesystem/file-tree.js';
import { whyUnread } from '../image-content/filesystem/kept-text.js';
import { isKeptFile } from '../image-content/layers/kept-files.js';
import { optionalField } from '../lib/collections.js';
import { type CatalogedEntry, catalogedPackages } from './cataloged-packages.js';
import { contradictions } from './contradictions.js';
import { type FoundDatabase, findDatabases, MAX_ROOTS, otherRoots } from './find-databases.js';
import type { Distribution, InstalledPackage, Inventory, PackageType } from './inventory.js';
import { readNpmPackage, readPythonPackage } from './language-packages.js';
import { missingEntries } from './missing-entries.js';
import { nixPackages } from './nix-store.js';
import { readDistribution, unreadDistribution } from './os-release.js';
import { thirdPartyReasons } from './package-origin.js';
import { formatPurl, makePurl } from './purl.js';
import { type DatabaseEntry, type DatabaseReading, MAX_OWNED_FILES } from './read-database.js';

interface PackageIdentity {
  readonly type: PackageType;
  readonly name: string;
  readonly version: string;
  readonly architecture?: string;
  readonly qualifiers?: Readonly<Record<string, string>>;
}

/** The package URL of an installed package: `pkg:apk/wolfi/curl@8.9.1-r0?arch=x86_64&distro=wolfi-20230201`. */
export function packagePurl(identity: PackageIdentity, distribution: Distribution | null): string {
  const { type, name, version, architecture = '', qualifiers = {} } = identity;
  if (type === 'apk' || type === 'deb' || type === 'rpm') return distributionPurl(identity, distribution);
  // Maven separates group and artifact by a colon; the other types have their namespace before a slash.
  const slash = name.lastIndexOf(type === 'maven' ? ':' : '/');
  // Go's modules have a v that advisories leave out; the standard library has none.
  const written = type === 'golang' && version !== '' && name !== 'stdlib' ? `v${version}` : version;
  const purl = makePurl({
    type,
    ...(slash < 0 ? {} : { namespace: name.slice(0, slash) }),
    name: name.slice(slash + 1),
    ...(written === '' ? {} : { version: written }),
    qualifiers: new Map([['arch', architecture], ...Object.entries(qualifiers)]),
  });
  return purl.ok ? formatPurl(purl.value) : '';
}

function distributionPurl(
  { type, name, version, architecture }: PackageIdentity,
  distribution: Distribution | null,
): string {
  const qualifiers = new Map<string, string>();
  if (architecture !== undefined) qualifiers.set('arch', architecture);
  if (distribution !== null) {
    const release = [distribution.id, distribution.versionId].filter((part) => part !== undefined).join('-');
    qualifiers.set('distro', release);
  }
  const epoch = type === 'rpm' ? /^([0-9]+):/.exec(version)?.[1] : undefined;
  if (epoch !== undefined) qualifiers.set('epoch', epoch);
  const purl = makePurl({
    type,
    ...(distribution === null ? {} : { namespace: distribution.id }),
    name,
    version: epoch === undefined ? version : version.slice(epoch.length + 1),
    qualifiers,
  });
  return purl.ok ? formatPurl(purl.value) : '';
}

/** The content of one package's metadata file. */
interface FoundMetadata {
  readonly path: string;
  readonly content?: FileContent;
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
    const { content } = entry;
    const bytes = content?.bytes;
    if (content === undefined || bytes === undefined) {
      // Where pnpm's store lies in the image, what it installs may be written as hard links to that.
      const reason = METADATA.test(path) && isKeptFile(path) ? whyUnread(tree, path) : undefined;
      if (reason !== undefined) found.push({ path, reading: { packages: [], problems: [reason] } });
      continue;
    }
    const text = () => Buffer.from(bytes).toString('utf8');
    if (path.endsWith('/package.json')) {
      found.push({ path, content, reading: readNpmPackage(text(), path) });
    } else if (PYTHON.test(path)) {
      const record = tree.resolve(path.replace(/METADATA$/, 'RECORD'))?.content?.bytes;
      // A line is two bytes at least; past the limit packages still count, without their files.
      recorded += record?.length ?? 0;
      const isRecord = path.endsWith('METADATA') && record !== undefined && recorded < MAX_OWNED_FILES * 16;
      found.push({
        path,
        content,
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

/** Reads every database and metadata file of a tree, and what the catalogers found in its other files. */
async function readInventory(tree: FileTree): Promise<Inventory> {
  const distribution = readDistribution(tree);
  const databases = await findDatabases(tree);
  const entries = databases.flatMap(({ reading }) => reading.packages);
  const installed = installedFrom(entries, distribution).map((one) => withCopyright(one, tree, ''));
  const others = await otherSystems(tree);
  const owners = ownersOf(tree, [...installed, ...others.packages]);
  const languages = findLanguagePackages(tree);
  const fromLanguages = languages.flatMap(({ content, reading }) => {
    const partOf = content === undefined ? undefined : owners.get(content);
    return reading.packages.map((entry) => (partOf === undefined ? entry : { ...entry, partOf }));
  });
  const cataloged = catalogedPackages(tree, owners);
  const described = new Set(fromLanguages.map(({ name, version }) => `${name}\n${version}`));
  const found = [...fromLanguages, ...cataloged.packages, ...nixPackages(tree)]
    // What conda installs of Python's packages has their metadata too, which advisories are about.
    .filter(({ type, name, version }) => type !== 'conda' || !described.has(`${name}\n${version}`))
    .map(({ qualifiers, ...entry }: CatalogedEntry) => ({
      ...entry,
      purl: packagePurl({ ...entry, ...optionalField('qualifiers', qualifiers) }, distribution),
    }));
  const unknownRelease = distribution === null ? unreadDistribution(tree) : null;
  const all = [...databases, ...others.databases];
  return {
    packages: [...installed, ...others.packages, ...found],
    distribution,
    databases: all.map(({ path, format, reading }) => ({ path, format, packages: reading.packages.length })),
    unknowns: [
      ...(unknownRelease === null ? contradictions(tree, distribution, entries) : [unknownRelease]),
      ...missingEntries(tree, installed),
      ...[...all, ...languages].flatMap(({ path, reading }) => reading.problems.map((reason) => ({ path, reason }))),
      ...others.unknowns,
    ],
    unreadContents: cataloged.unreadContents,
    uncataloged: cataloged.uncataloged,
  };
}

/** The packages of databases, each with whose it is. */
function installedFrom(
  entries: readonly DatabaseEntry[],
  distribution: Distribution | null,
): readonly InstalledPackage[] {
  const reasons = thirdPartyReasons(entries, distribution);
  return entries.map(({ packaging: _, ...entry }, index) => ({
    ...entry,
    purl: packagePurl(entry, distribution),
    ...optionalField('thirdParty', reasons[index]),
  }));
}

/** dpkg keeps no licenses in its database: they are in the package's copyright file, which may be another package's. */
function withCopyright(one: InstalledPackage, tree: FileTree, root: string): InstalledPackage {
  if (one.type !== 'deb' || one.licenses.length > 0) return one;
  const licenses = tree.resolve(`${root}usr/share/doc/${one.name}/copyright`)?.content?.catalog?.licenses;
  return licenses === undefined ? one : { ...one, licenses };
}

/** What other root file systems of the image have installed, each by its own os-release. */
async function otherSystems(tree: FileTree): Promise<{
  readonly packages: readonly InstalledPackage[];
  readonly databases: readonly FoundDatabase[];
  readonly unknowns: Inventory['unknowns'];
}> {
  const roots = otherRoots(tree);
  const packages: InstalledPackage[] = [];
  const databases: FoundDatabase[] = [];
  for (const path of roots.slice(0, MAX_ROOTS)) {
    const root = { path, distribution: readDistribution(tree, `${path}/`) };
    const found = await findDatabases(tree, `${path}/`);
    databases.push(...found);
    for (const one of installedFrom(
      found.flatMap(({ reading }) => reading.packages),
      root.distribution,
    )) {
      const files = one.files.map((file) => ({ ...file, path: `${path}/${file.path}` }));
      packages.push(withCopyright({ ...one, root, files }, tree, `${path}/`));
    }
  }
  const reason = `it was not read: the image has more than ${MAX_ROOTS} root file systems with package databases`;
  return { packages, databases, unknowns: roots.slice(MAX_ROOTS).map((path) => ({ path, reason })) };
}

/** What may hold packages of a language: metadata files, and files in which a cataloger found packages. */
function mayHoldPackages({ path, content }: FileEntry): boolean {
  return content?.catalog !== undefined || METADATA.test(path);
}

/**
 * Which package of a distribution brought a file that holds packages: `usr/lib/…/METADATA` → `py3-pip`. One with other
 * content than its package installed was replaced afterwards, as `npm install --global npm` does with what
 * apk installed. What a third party's package installed is its own: no distribution's advisories are about it.
 */
function ownersOf(tree: FileTree, packages: readonly InstalledPackage[]): ReadonlyMap<FileContent, string> {
  const owners = new Map<FileContent, string>();
  for (const { name, files, thirdParty } of packages) {
    if (thirdParty !== undefined) continue;
    for (const { path, checksum } of files) {
      // A link has no content of its own: its target is listed by its own name.
      const file = tree.get(path);
      if (file?.type !== 'file' || file.content === undefined || !mayHoldPackages(file)) continue;
      if (checksum === undefined || file.content[checksum.algorithm] === checksum.hex) owners.set(file.content, name);
    }
  }
  return owners;
}
