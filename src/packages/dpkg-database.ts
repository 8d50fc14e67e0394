import { optionalField } from '../lib/collections.js';
import type { OwnedFile } from './inventory.js';
import { readParagraphs } from './paragraphs.js';
import { type DatabaseEntry, type DatabaseReading, MAX_PACKAGES, type Packaging } from './read-database.js';

/** States in which a package's files are not on disk, or only its configuration is. */
const GONE = new Set(['not-installed', 'config-files']);

/** Fields that decide which package an entry is of, and whether it is there. */
const SINGLE: ReadonlySet<string> = new Set(['package', 'version', 'status', 'source', 'architecture']);
/** @see https://www.debian.org/doc/debian-policy/ch-controlfields.html#version */
const VERSION = /^(?:[0-9]+:)?[A-Za-z0-9][A-Za-z0-9.+:~-]*$/;

/** The texts of a package's `info/NAME.list` and `info/NAME.md5sums`, for both spellings of its name. */
export type FileLists = (name: string, architecture: string | undefined) => { list?: string; md5sums?: string };

/**
 * Reads dpkg's `status`, or one file of distroless' `status.d`, which has no Status lines.
 *
 * @param updates files of `updates/`, oldest first: what dpkg has changed since it last wrote `status`
 * @see https://manpages.debian.org/testing/dpkg-dev/deb-control.5.en.html
 */
export function readDpkgStatus(
  text: string,
  where: string,
  fileLists: FileLists,
  updates: readonly string[] = [],
): DatabaseReading {
  const packages: DatabaseEntry[] = [];
  const problems: string[] = [];
  // dpkg refuses a field that comes twice; what was merged so may be another package.
  const repeated = (field: string, fields: ReadonlyMap<string, string>) => {
    if (SINGLE.has(field) && problems.length < MAX_PACKAGES)
      problems.push(`the entry of ${(fields.get('package') ?? '').slice(0, 100)} has ${field} twice`);
  };
  for (const fields of currentParagraphs(text, updates, repeated)) {
    const status = fields.get('status');
    if (status !== undefined && GONE.has(status.split(/\s+/)[2] ?? '')) continue;
    const name = fields.get('package');
    const version = fields.get('version');
    if (packages.length + problems.length > MAX_PACKAGES) {
      return { packages, problems: [...problems, 'it is too large to be read in full'] };
    }
    if (!name || !version) {
      problems.push(`an entry has no ${name ? `version (${name.slice(0, 100)})` : 'name'}`);
      continue;
    }
    if (!VERSION.test(version))
      problems.push(`${version.slice(0, 100)} of ${name.slice(0, 100)} is not a valid dpkg version`);
    const architecture = fields.get('architecture');
    packages.push({
      type: 'deb',
      name,
      version,
      ...(architecture ? { architecture } : {}),
      source: sourceOf(fields.get('source'), name, version),
      licenses: [],
      where,
      files: ownedFiles(fileLists(name, architecture), conffiles(fields.get('conffiles'))),
      packaging: packagingOf(fields),
    });
  }
  return { packages, problems };
}

/** The paragraphs of `status`, each replaced by the last one of `updates` about the same package. */
function* currentParagraphs(
  text: string,
  updates: readonly string[],
  repeated: (field: string, fields: ReadonlyMap<string, string>) => void,
): Iterable<ReadonlyMap<string, string>> {
  const keyOf = (fields: ReadonlyMap<string, string>) => `${fields.get('package')}:${fields.get('architecture')}`;
  const changed = new Map(
    updates.flatMap((update) => [...readParagraphs(update, repeated)]).map((fields) => [keyOf(fields), fields]),
  );
  for (const fields of readParagraphs(text, repeated)) if (!changed.has(keyOf(fields))) yield fields;
  yield* changed.values();
}

/** Vendor and License are no fields of Debian's, and `default` is no section: fpm and nfpm write them. */
function packagingOf(fields: ReadonlyMap<string, string>): Packaging {
  const isForeign = fields.has('vendor') || fields.has('license') || fields.get('section') === 'default';
  const packager = fields.get('maintainer');
  return { ...optionalField('packager', packager), ...(isForeign ? { isForeign: true } : {}) };
}

/** `Source: name (version)`; without it a package is its own source. */
function sourceOf(source: string | undefined, name: string, version: string): { name: string; version: string } {
  const match = /^([^\s(]+)(?:\s+\(([^)]+)\))?/.exec(source ?? '');
  return { name: match?.[1] ?? name, version: match?.[2] ?? version };
}

/** Configuration files are the administrator's to change: their checksums are not compared. */
function conffiles(field: string | undefined): ReadonlySet<string> {
  const paths = (field ?? '').split('\n').map((line) => line.trim().split(/\s+/)[0]?.replace(/^\//, '') ?? '');
  return new Set(paths.filter((path) => path !== ''));
}

function ownedFiles(
  lists: { list?: string; md5sums?: string },
  configuration: ReadonlySet<string>,
): readonly OwnedFile[] {
  const files = new Map<string, OwnedFile>();
  for (const line of lists.list?.split('\n') ?? []) {
    const path = line.replace(/^\/\.?/, '');
    if (path !== '') files.set(path, { path });
  }
  for (const line of lists.md5sums?.split('\n') ?? []) {
    const match = /^([0-9a-f]{32}) [ *](.+)$/.exec(line);
    const path = match?.[2]?.replace(/^\.?\//, '');
    if (match?.[1] === undefined || path === undefined) continue;
    files.set(path, configuration.has(path) ? { path } : { path, checksum: { algorithm: 'md5', hex: match[1] } });
  }
  return [...files.values()];
}

/** Files that one package put aside for another's: `from`, `to`, `package` on three lines each. */
export function readDiversions(text: string): ReadonlySet<string> {
  const lines = text.split('\n');
  const diverted = new Set<string>();
  for (let i = 0; i + 2 < lines.length; i += 3) {
    const from = lines[i]?.replace(/^\//, '');
    if (from) diverted.add(from);
  }
  return diverted;
}
