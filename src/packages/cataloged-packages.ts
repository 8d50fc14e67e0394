import type { FileContent, FileEntry } from '../image-content/filesystem/file-entry.js';
import type { FileTree } from '../image-content/filesystem/file-tree.js';
import { optionalField } from '../lib/collections.js';
import type { CatalogedPackage, UnreadType } from './catalogers/cataloger.js';
import type { Inventory, UncatalogedPackages } from './inventory.js';
import type { DatabaseEntry } from './read-database.js';

/** A package that a cataloger found: what its purl has beside name, version and architecture comes along. */
export type CatalogedEntry = DatabaseEntry & Pick<CatalogedPackage, 'qualifiers' | 'thirdParty'>;

/** What the catalogers found in the files of an image. */
export interface CatalogedFiles {
  readonly packages: readonly CatalogedEntry[];
  readonly uncataloged: readonly UncatalogedPackages[];
  readonly unreadContents: Inventory['unreadContents'];
}

/**
 * Gathers what the catalogers found. A package that several files hold in one version counts once; what is in a file
 * that a package of the distribution installed is part of that.
 *
 * @param owners the distribution's package that brought a file, by the file's content: hard links share theirs
 */
export function catalogedPackages(tree: FileTree, owners: ReadonlyMap<FileContent, string>): CatalogedFiles {
  const packages = new Map<string, CatalogedEntry>();
  const uncataloged = new Map<UnreadType, { files: number; path: string }>();
  const unreadContents: { path: string; reason: string }[] = [];
  const seen = new Set<FileContent>();
  const fromGit = gemsFromGit(tree);
  const found: { readonly entry: FileEntry; readonly partOf: string | undefined; readonly one: CatalogedPackage }[] =
    [];
  for (const entry of tree.entries()) {
    const { content, path } = entry;
    if (content?.catalog === undefined || seen.has(content)) continue;
    seen.add(content);
    const partOf = owners.get(content);
    for (const one of content.catalog.packages) found.push({ entry, partOf, one });
    // Whose file it is answers for it: a database of vulnerabilities has its broken archives too.
    if (partOf !== undefined) continue;
    for (const type of content.catalog.unread) {
      if (type === 'gem' && fromGit.has(gitGemOf(path) ?? '')) continue;
      const known = uncataloged.get(type);
      if (known === undefined) uncataloged.set(type, { files: 1, path });
      else known.files += 1;
    }
    for (const reason of content.catalog.problems) unreadContents.push({ path, reason });
  }
  const javaHomes = found.flatMap(({ entry, one }) => (one.name === 'openjdk' ? javaLibraries(entry.path) : []));
  const knownBetter = new Set(found.flatMap(({ one }) => beginnings(one)));
  for (const { entry, partOf, one } of found) {
    if (isUnnamed(one) && javaHomes.some((home) => entry.path.startsWith(home))) continue;
    if (one.type === 'generic' && knownBetter.has(`${one.name} ${one.version}`)) continue;
    if (isOfRuntime(one, entry)) continue;
    if (one.needs !== undefined && !fromGit.has(one.needs)) continue;
    const key = [one.type, one.name, one.version, partOf].join('\n');
    if (packages.has(key)) continue;
    packages.set(key, {
      type: one.type,
      name: one.name,
      version: one.version,
      source: { name: one.name, version: one.version },
      licenses: one.licenses ?? [],
      where: one.inside === undefined ? entry.path : `${entry.path}!${one.inside}`,
      files: [],
      ...optionalField('partOf', partOf),
      ...optionalField('architecture', one.architecture),
      ...optionalField('qualifiers', one.qualifiers),
      ...optionalField('thirdParty', one.thirdParty),
    });
  }
  return {
    packages: [...packages.values()],
    uncataloged: [...uncataloged].map(([type, rest]) => ({ type, ...rest })),
    unreadContents,
  };
}

/** What says less of a runtime than this does: `python 3.11` and a Python of no version, of `python 3.11.1`. */
function beginnings({ type, name, version }: CatalogedPackage): readonly string[] {
  if (type !== 'generic' || version === '') return [];
  const parts = version.split('.');
  return parts.map((_, length) => `${name} ${parts.slice(0, length).join('.')}`);
}

/** Where a Java runtime has its own archives, by its `release` file; none for a file at the image's root. */
function javaLibraries(path: string): readonly string[] {
  const home = /^(.+\/)release$/.exec(path)?.[1];
  return home === undefined ? [] : [`${home}lib/`, `${home}jre/lib/`];
}

/** OpenSSL in a program that is itself known, such as Node.js: its maker's advisories are about both. */
function isOfRuntime({ type, name }: CatalogedPackage, { content }: FileEntry): boolean {
  if (type !== 'generic' || name !== 'openssl') return false;
  return content?.catalog?.packages.some((other) => other.type === 'generic' && other.name !== name) ?? false;
}

/** A Java archive that says no coordinates: those of a runtime are the runtime's own. */
function isUnnamed({ type, name, version }: CatalogedPackage): boolean {
  return type === 'maven' && (version === '' || !name.includes(':'));
}

/** `bundler/gems/tool-0123456789ab` of a path that leads into such a directory, where Bundler puts a gem of a Git repository. */
function gitGemOf(path: string): string | undefined {
  return /(?:^|\/)(bundler\/gems\/[^/]+)\//.exec(path)?.[1];
}

/** The directories of gems that Bundler took from Git and that a Gemfile.lock names. */
function gemsFromGit(tree: FileTree): ReadonlySet<string> {
  const locked = new Set<string>();
  const directories = new Set<string>();
  for (const { path, content } of tree.entries()) {
    for (const { needs } of content?.catalog?.packages ?? []) if (needs !== undefined) locked.add(needs);
    const directory = path.includes('bundler/gems/') ? gitGemOf(path) : undefined;
    if (directory !== undefined) directories.add(directory);
  }
  return new Set([...directories].filter((directory) => locked.has(directory)));
}
