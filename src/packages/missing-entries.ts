import type { FileTree } from '../image-content/filesystem/file-tree.js';
import { keptText } from '../image-content/filesystem/kept-text.js';
import type { InstalledPackage, Inventory } from './inventory.js';

const DPKG_LISTS = 'var/lib/dpkg/info';
/** A shared library where the distribution's packages put theirs: what is built elsewhere has no number at its end there. */
const SYSTEM_LIBRARY = /^(?:usr\/)?lib(?:64)?\/[^/]+\.so\.[0-9.]+$/;
/** Entries that are named; more say nothing new. */
const MAX_NAMED = 20;

/**
 * Packages whose entry is gone from the database and whose files are still there: a list of dpkg's that belongs to no
 * entry, and, in an image of apk packages, a shared library of the system that no package installed.
 */
export function missingEntries(tree: FileTree, packages: readonly InstalledPackage[]): Inventory['unknowns'] {
  return [...listsWithoutEntry(tree, packages), ...librariesWithoutPackage(tree, packages)].slice(0, MAX_NAMED);
}

function* listsWithoutEntry(
  tree: FileTree,
  packages: readonly InstalledPackage[],
): Iterable<Inventory['unknowns'][number]> {
  const own = packages.filter(({ type, root }) => type === 'deb' && root === undefined);
  const names = new Set(own.map(({ name }) => name));
  let owned: ReadonlySet<string> | undefined;
  for (const { path } of tree.list(DPKG_LISTS)) {
    const name = /\/([^/:]+)(?::[^/]+)?\.list$/.exec(path)?.[1];
    if (name === undefined || names.has(name)) continue;
    owned ??= new Set(own.flatMap(({ files }) => files.map((file) => file.path)));
    // A removed package leaves its configuration, and files that another package installs now.
    const left = (keptText(tree, path) ?? '').split('\n').find((line) => isLeft(tree, line.slice(1), owned));
    if (left !== undefined)
      yield {
        path: path.slice(0, 400),
        reason: `${left.slice(0, 200)} exists, but the database has no entry for ${name}`,
      };
  }
}

function isLeft(tree: FileTree, path: string, owned: ReadonlySet<string> | undefined): boolean {
  return path !== '' && !path.startsWith('etc/') && owned?.has(path) !== true && tree.get(path)?.type === 'file';
}

function* librariesWithoutPackage(
  tree: FileTree,
  packages: readonly InstalledPackage[],
): Iterable<Inventory['unknowns'][number]> {
  const apk = packages.filter(({ type, root }) => type === 'apk' && root === undefined);
  const owned = new Set(apk.flatMap(({ files }) => files.map(({ path }) => tree.get(path)?.path ?? path)));
  const seen = new Set<string>();
  if (owned.size === 0) return;
  for (const directory of ['lib', 'usr/lib', 'usr/lib64', 'lib64']) {
    for (const { path, type, content } of tree.list(directory)) {
      if (type !== 'file' || content?.form !== 'elf' || !SYSTEM_LIBRARY.test(path) || owned.has(path) || seen.has(path))
        continue;
      seen.add(path);
      yield { path: path.slice(0, 400), reason: 'no package in the database contains this library' };
    }
  }
}
