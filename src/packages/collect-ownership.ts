import { hash } from 'node:crypto';
import type { Collector } from '../evidence/collector.js';
import { present } from '../evidence/evidence.js';
import type { FileEntry } from '../image-content/filesystem/file-entry.js';
import type { FileTree } from '../image-content/filesystem/file-tree.js';
import { keptText } from '../image-content/filesystem/kept-text.js';
import { readDiversions } from './dpkg-database.js';
import type { InstalledPackage, OwnedFile } from './inventory.js';
import type { Ownership } from './ownership.js';

type Checksum = NonNullable<OwnedFile['checksum']>;

/** What package managers, their scripts and image builders write themselves. */
const MADE =
  /^(?:(?:etc|var\/(?:lib|cache|log|backups|db\/pkg))\/|(?:usr\/)?lib\/apk\/|usr\/lib\/sysimage\/|(?:dev|proc|sys|run|tmp|var\/(?:tmp|run))\/|\.dockerenv$|root\/\.(?:bashrc|profile)$|usr\/share\/(?:mime|info\/dir|applications\/mimeinfo\.cache|glib-2\.0\/schemas\/gschemas\.compiled|icons\/[^/]+\/icon-theme\.cache|ca-certificates|pki)|usr\/local\/share\/ca-certificates\/|(?:usr\/)?lib\/(?:locale\/|[^/]+\/gconv\/gconv-modules\.cache|modules\/|ld-musl[^/]*\.path$)|usr\/lib\/[^/]+\/gdk-pixbuf[^/]*\/)|\/conda-meta\/(?:[^/]+\.json|history)$|\/__pycache__\/|\.py[co]$/;
/** apk keeps checksums of configuration as well; what lies below etc is the administrator's to change. */
const CONFIGURATION = /^etc\//;

/** Compares every file with the lists and checksums that the packages' databases keep. */
export const collectOwnership: Collector<'ownership'> = async (context) => {
  const filesystem = await context.get('filesystem');
  if (filesystem.status !== 'present') return filesystem;
  const packages = await context.get('packages');
  if (packages.status !== 'present') return packages;
  return present(compareWithPackages(filesystem.value.tree, packages.value.packages), packages.from);
};

function compareWithPackages(tree: FileTree, packages: readonly InstalledPackage[]): Ownership {
  const diverted = readDiversions(keptText(tree, 'var/lib/dpkg/diversions') ?? '');
  const owned = new Set<string>();
  const directories: string[] = [];
  const altered: { path: string; package: string }[] = [];
  const notCompared: string[] = [];
  const asPackaged = new Set<string>();
  for (const one of packages) {
    if (one.directory !== undefined) directories.push(`${one.directory}/`);
    for (const { path, checksum } of one.files) {
      const entry = tree.get(path);
      if (entry === undefined) continue;
      owned.add(entry.path);
      if (checksum === undefined || CONFIGURATION.test(path) || diverted.has(path)) continue;
      if (entry.type !== 'file') {
        if (!isPackagedLink(entry, one.type, checksum) && !leadsToSame(tree, path, checksum))
          altered.push({ path: entry.path, package: one.name });
        continue;
      }
      const actual = entry.content?.[checksum.algorithm];
      if (actual === undefined) notCompared.push(entry.path);
      else if (actual === checksum.hex) asPackaged.add(entry.path);
      else altered.push({ path: entry.path, package: one.name });
    }
  }
  for (const { content } of tree.entries()) {
    for (const path of content?.catalog?.owned?.split('\n') ?? []) {
      const entry = tree.get(path);
      if (entry !== undefined) owned.add(entry.path);
    }
  }
  const inDirectory = new Set(directories);
  const unowned: string[] = [];
  for (const entry of tree.entries()) {
    if (entry.type === 'file' && !owned.has(entry.path) && !isMade(entry) && !isBelow(entry.path, inDirectory))
      unowned.push(entry.path);
  }
  return { known: owned.size > 0, unowned, altered, asPackaged, notCompared };
}

/**
 * Whether a link is the one that a package installed: apk keeps the checksum of what it says. dpkg and rpm keep checksums
 * of regular files alone, so a link that has one stands where a file was.
 */
function isPackagedLink(entry: FileEntry, type: InstalledPackage['type'], { algorithm, hex }: Checksum): boolean {
  return type === 'apk' && entry.linkTarget !== undefined && hash(algorithm, entry.linkTarget) === hex;
}

/** Whether a file was moved and a link left in its place, as merging `/bin` into `/usr/bin` does. */
function leadsToSame(tree: FileTree, path: string, { algorithm, hex }: Checksum): boolean {
  return tree.resolve(path)?.content?.[algorithm] === hex;
}

function isMade(entry: FileEntry): boolean {
  return MADE.test(entry.path);
}

/** Whether one of the path's directories is a package's. */
function isBelow(path: string, directories: ReadonlySet<string>): boolean {
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    if (directories.has(path.slice(0, slash + 1))) return true;
  }
  return false;
}
