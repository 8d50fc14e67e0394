import { basename } from 'node:path/posix';
import type { FileTree } from '../image-content/filesystem/file-tree.js';
import { keptBytes, keptText, whyUnread } from '../image-content/filesystem/kept-text.js';
import { optionalField } from '../lib/collections.js';
import { readApkDatabase } from './apk-database.js';
import { type FileLists, readDpkgStatus } from './dpkg-database.js';
import type { PackageDatabase } from './inventory.js';
import type { DatabaseReading } from './read-database.js';

/** A database that was found, and its content. */
export interface FoundDatabase {
  readonly path: string;
  readonly format: PackageDatabase['format'];
  readonly reading: DatabaseReading;
}

const APK = ['lib/apk/db/installed', 'usr/lib/apk/db/installed'] as const;
const DPKG = 'var/lib/dpkg';
const RPM = ['var/lib/rpm', 'usr/lib/sysimage/rpm', 'usr/share/rpm'] as const;
const RPM_FILES = ['rpmdb.sqlite', 'Packages.db', 'Packages'] as const;
/** Where all lists of files are elsewhere, a few say so. */
const MAX_LOST = 16;
const RPM_MANIFEST = 'var/lib/rpmmanifest/container-manifest-2';

/** Every place of a database, the longest first: what stands before it is the root it belongs to. */
const PLACE =
  /(?:^|\/)(?:usr\/lib\/apk\/db\/installed|lib\/apk\/db\/installed|var\/lib\/dpkg\/(?:status|status\.d\/[^/]+)|(?:var\/lib|usr\/lib\/sysimage|usr\/share)\/rpm\/(?:rpmdb\.sqlite|Packages\.db|Packages)|var\/lib\/rpmmanifest\/container-manifest-2)$/;
/** Other root file systems of an image that are read; build hosts with more are no base images. */
export const MAX_ROOTS = 64;

/**
 * The directories of an image that are root file systems by the package databases in them, the image's own left out,
 * sorted; at most one more than `MAX_ROOTS`.
 */
export function otherRoots(tree: FileTree): readonly string[] {
  const roots = new Set<string>();
  for (const { path, type } of tree.entries()) {
    if (type !== 'file' || roots.size > MAX_ROOTS) continue;
    const root = PLACE.exec(path);
    if (root !== null && root.index > 0) roots.add(path.slice(0, root.index));
  }
  return [...roots].sort();
}

/**
 * Finds and reads every database of a distribution's packages. Directories that are links to one another are read once.
 *
 * @param root the directory of the image whose databases are wanted, with a slash at its end; empty for the image's own
 */
export async function findDatabases(tree: FileTree, root = ''): Promise<readonly FoundDatabase[]> {
  return [...apkDatabases(tree, root), ...dpkgDatabases(tree, root), ...(await rpmDatabases(tree, root))];
}

/** The paths that are there, each real path once. */
function present(tree: FileTree, paths: readonly string[]): readonly string[] {
  const real = new Set<string>();
  return paths.filter((path) => {
    const target = tree.resolve(path);
    if (target?.type !== 'file' || real.has(target.path)) return false;
    real.add(target.path);
    return true;
  });
}

function apkDatabases(tree: FileTree, root: string): FoundDatabase[] {
  const paths = APK.map((path) => `${root}${path}`);
  return present(tree, paths).map((path) => ({
    path,
    format: 'apk',
    reading: unread(tree, path) ?? readApkDatabase(keptText(tree, path) ?? '', path),
  }));
}

/** What a database says that is there and was not read. */
function unread(tree: FileTree, path: string): DatabaseReading | undefined {
  const reason = whyUnread(tree, path);
  return reason === undefined ? undefined : { packages: [], problems: [reason] };
}

function dpkgDatabases(tree: FileTree, root: string): FoundDatabase[] {
  const found: FoundDatabase[] = [];
  const directory = `${root}${DPKG}`;
  const status = `${directory}/status`;
  const text = keptText(tree, status);
  const lost = new Set<string>();
  const kept = (path: string): string | undefined => {
    const reason = whyUnread(tree, path);
    if (reason !== undefined) lost.add(`/${path} was not read: ${reason}`);
    return keptText(tree, path);
  };
  const lists: FileLists = (name, architecture) => {
    const bases = [`${directory}/info/${name}`, `${directory}/info/${name}:${architecture ?? ''}`];
    const textOf = (suffix: string) => bases.map((base) => kept(base + suffix)).find((one) => one !== undefined);
    return { ...optionalField('list', textOf('.list')), ...optionalField('md5sums', textOf('.md5sums')) };
  };
  if (text !== undefined) {
    const { packages, problems } = readDpkgStatus(text, status, lists, updatesOf(tree, directory, kept));
    const reading = { packages, problems: [...problems, ...[...lost].slice(0, MAX_LOST)] };
    found.push({ path: status, format: 'dpkg', reading });
  }
  const hidden = unread(tree, status);
  if (hidden !== undefined) found.push({ path: status, format: 'dpkg', reading: hidden });
  for (const entry of tree.list(`${directory}/status.d`)) {
    if (/\.(?:md5sums|list)$/.test(entry.path)) continue;
    const path = `${directory}/status.d/${basename(entry.path)}`;
    const paragraph = keptText(tree, path);
    // Distroless keeps checksums next to the paragraph; apt-based builders keep both lists where dpkg has them.
    const own: FileLists = (name, architecture) => ({
      ...lists(name, architecture),
      ...optionalField('list', keptText(tree, `${path}.list`)),
      ...optionalField('md5sums', keptText(tree, `${path}.md5sums`)),
    });
    const reading = paragraph === undefined ? unread(tree, path) : readDpkgStatus(paragraph, path, own);
    if (reading !== undefined) found.push({ path, format: 'dpkg-status.d', reading });
  }
  return found;
}

/** What dpkg wrote into files of their own and has not taken into `status` yet, oldest first. */
function updatesOf(tree: FileTree, directory: string, kept: (path: string) => string | undefined): readonly string[] {
  return [...tree.list(`${directory}/updates`)]
    .map(({ path }) => `${directory}/updates/${basename(path)}`)
    .filter((path) => /\/[0-9]+$/.test(path))
    .sort()
    .flatMap((path) => kept(path) ?? []);
}

async function rpmDatabases(tree: FileTree, root: string): Promise<FoundDatabase[]> {
  const found: FoundDatabase[] = [];
  const manifestPath = `${root}${RPM_MANIFEST}`;
  const manifest = keptText(tree, manifestPath);
  const paths = present(
    tree,
    RPM.flatMap((directory) => RPM_FILES.map((file) => `${root}${directory}/${file}`)),
  );
  const hidden = unread(tree, manifestPath);
  if (hidden !== undefined && paths.length === 0) {
    found.push({ path: manifestPath, format: 'rpm-manifest', reading: hidden });
  }
  if (paths.length === 0 && manifest === undefined) return found;
  const { readRpmDatabase, readRpmManifest, rpmFormatOf } = await import('./rpm-database.js');
  for (const path of paths) {
    const bytes = keptBytes(tree, path) ?? new Uint8Array(0);
    const format = rpmFormatOf(bytes);
    const reading: DatabaseReading =
      unread(tree, path) ??
      (format === null
        ? { packages: [], problems: ['it is not an rpm database in a known format'] }
        : await readRpmDatabase(bytes, format, path));
    const log = tree.resolve(`${path}-wal`);
    const problems =
      log?.type === 'file' && log.size > 0 ? [`changes in its write-ahead log /${log.path} were not read`] : [];
    found.push({
      path,
      format: format ?? 'rpm-bdb',
      reading: { packages: reading.packages, problems: [...reading.problems, ...problems] },
    });
  }
  // Kept beside a database it has the same content; it is read where there is none.
  if (manifest !== undefined && paths.length === 0) {
    found.push({ path: manifestPath, format: 'rpm-manifest', reading: readRpmManifest(manifest, manifestPath) });
  }
  return found;
}
