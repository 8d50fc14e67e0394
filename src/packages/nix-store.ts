import type { FileTree } from '../image-content/filesystem/file-tree.js';
import type { DatabaseEntry } from './read-database.js';

const STORE = 'nix/store/';
/** A hash, and the name of what was built: the version begins at the first dash that no letter follows. */
const STORE_PATH = /^[0-9a-z]{32}-(.+?)-([0-9].*)$/;
/** Outputs of one package, which are no part of its version. */
const OUTPUT = /-(?:bin|debug|dev|devdoc|devman|doc|info|lib|man|out|static)$/;
/** Recipes, and files that were fetched to build something. */
const NO_PACKAGE = /\.(?:drv|lock|patch|diff|tar|tar\.[a-z0-9]+|tgz|zip|gem|crate)$|-source$/;

/**
 * The packages in a Nix store, by the names of its directories. Names without a version are left out: they are scripts,
 * hooks and environments that hold others.
 *
 * @see https://nix.dev/manual/nix/latest/store/store-path
 */
export function nixPackages(tree: FileTree): readonly DatabaseEntry[] {
  const packages = new Map<string, DatabaseEntry>();
  for (const { path } of tree.entries()) {
    if (!path.startsWith(STORE)) continue;
    // Archives need not have entries of their own for directories.
    const [base = ''] = path.slice(STORE.length).split('/', 1);
    const [, name, rest] = NO_PACKAGE.test(base) ? [] : (STORE_PATH.exec(base) ?? []);
    const version = rest?.replace(OUTPUT, '');
    if (name === undefined || version === undefined || packages.has(`${name}\n${version}`)) continue;
    packages.set(`${name}\n${version}`, {
      type: 'nix',
      name,
      version,
      source: { name, version },
      licenses: [],
      where: `${STORE}${base}`,
      files: [],
      directory: `${STORE}${base}`,
    });
  }
  return [...packages.values()];
}
