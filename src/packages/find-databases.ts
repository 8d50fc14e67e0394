import { basename } from 'node:path/posix';
import type { FileTree } from '../image-content/filesystem/file-tree.js';
import { keptBytes, keptText, whyUnread } from '../image-content/filesystem/kept-text.js';
import { optionalField } from '../lib/collections.js';
import { readApkDatabase } from './apk-database.js';
import { type FileLists, readDpkgStatus } from './dpkg-database.js';
import type { PackageDatabase } from './inventory.js';
import type { DatabaseReading } from './read-database.js';

/** A database that was found, and what it said. */
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

/** Finds and reads every database of a distribution's packages. Directories that are links to one another are read once. */
export async function findDatabases(tree: FileTree): Promise<readonly FoundDatabase[]> {
  return [...apkDatabases(tree), ...dpkgDatabases(tree), ...(await rpmDatabases(tree))];
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

function apkDatabases(tree: FileTree): FoundDatabase[] {
  return present(tree, APK).map((path) => ({
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

function dpkgDatabases(tree: FileTree): FoundDatabase[] {
  const found: FoundDatabase[] = [];
  const status = `${DPKG}/status`;
  const text = keptText(tree, status);
  if (text !== undefined) {
    const lost = new Set<string>();
    const lists: FileLists = (name, architecture) => {
      const base = [`${DPKG}/info/${name}`, `${DPKG}/info/${name}:${architecture ?? ''}`];
      const textOf = (suffix: string) => {
        for (const path of base) {
          const reason = whyUnread(tree, path + suffix);
          if (reason !== undefined) lost.add(`of /${path}${suffix}, ${reason}`);
        }
        return base.map((path) => keptText(tree, path + suffix)).find((one) => one !== undefined);
      };
      return given({ list: textOf('.list'), md5sums: textOf('.md5sums') });
    };
    const { packages, problems } = readDpkgStatus(text, status, lists);
    const reading = { packages, problems: [...problems, ...[...lost].slice(0, MAX_LOST)] };
    found.push({ path: status, format: 'dpkg', reading });
  }
  const hidden = unread(tree, status);
  if (hidden !== undefined) found.push({ path: status, format: 'dpkg', reading: hidden });
  for (const entry of tree.list(`${DPKG}/status.d`)) {
    if (entry.path.endsWith('.md5sums')) continue;
    const path = `${DPKG}/status.d/${basename(entry.path)}`;
    const paragraph = keptText(tree, path);
    const md5sums = keptText(tree, `${path}.md5sums`);
    const reading =
      paragraph === undefined
        ? unread(tree, path)
        : readDpkgStatus(paragraph, path, () => given({ list: undefined, md5sums }));
    if (reading !== undefined) found.push({ path, format: 'dpkg-status.d', reading });
  }
  return found;
}

function given(lists: { list: string | undefined; md5sums: string | undefined }): ReturnType<FileLists> {
  return {
    ...optionalField('list', lists.list),
    ...optionalField('md5sums', lists.md5sums),
  };
}

async function rpmDatabases(tree: FileTree): Promise<FoundDatabase[]> {
  const found: FoundDatabase[] = [];
  const manifest = keptText(tree, RPM_MANIFEST);
  const paths = present(
    tree,
    RPM.flatMap((directory) => RPM_FILES.map((file) => `${directory}/${file}`)),
  );
  const hidden = unread(tree, RPM_MANIFEST);
  if (hidden !== undefined && paths.length === 0) {
    found.push({ path: RPM_MANIFEST, format: 'rpm-manifest', reading: hidden });
  }
  if (paths.length === 0 && manifest === undefined) return found;
  const { readRpmDatabase, readRpmManifest, rpmFormatOf } = await import('./rpm-database.js');
  for (const path of paths) {
    const bytes = keptBytes(tree, path) ?? new Uint8Array(0);
    const format = rpmFormatOf(bytes);
    const reading: DatabaseReading =
      unread(tree, path) ??
      (format === null
        ? { packages: [], problems: ['it is not an rpm database of a known form'] }
        : await readRpmDatabase(bytes, format, path));
    const log = tree.resolve(`${path}-wal`);
    const problems =
      log?.type === 'file' && log.size > 0 ? [`changes of it lie in /${log.path} and were not read`] : [];
    found.push({
      path,
      format: format ?? 'rpm-bdb',
      reading: { packages: reading.packages, problems: [...reading.problems, ...problems] },
    });
  }
  // Kept beside a database it says the same; it is asked where there is none.
  if (manifest !== undefined && paths.length === 0) {
    found.push({ path: RPM_MANIFEST, format: 'rpm-manifest', reading: readRpmManifest(manifest, RPM_MANIFEST) });
  }
  return found;
}
