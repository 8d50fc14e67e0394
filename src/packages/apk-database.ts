import { groupBy, optionalField } from '../lib/collections.js';
import type { OwnedFile } from './inventory.js';
import {
  type DatabaseEntry,
  type DatabaseReading,
  MAX_OWNED_FILES,
  MAX_PACKAGES,
  type Packaging,
} from './read-database.js';
import { isApkVersion } from './versions/apk.js';

/**
 * Reads apk's `installed`: paragraphs of `K:value` lines, where `F:` opens a directory and `R:` and `Z:` describe a file
 * in it and of its SHA-1 (`Q1` and base64).
 *
 * @see https://wiki.alpinelinux.org/wiki/Apk_spec#Installed_Database_V2
 */
export function readApkDatabase(text: string, where: string): DatabaseReading {
  const packages: DatabaseEntry[] = [];
  const problems: string[] = [];
  let fileCount = 0;
  for (const paragraph of text.split(/\n{2,}/)) {
    if (paragraph.trim() === '') continue;
    if (packages.length + problems.length > MAX_PACKAGES || fileCount > MAX_OWNED_FILES) {
      return { packages, problems: [...problems, 'it is too large to be read in full'] };
    }
    const fields = new Map<string, string>();
    const repeated = new Set<string>();
    const files: OwnedFile[] = [];
    let directory = '';
    for (const line of paragraph.split('\n')) {
      const key = line[0];
      if (key === undefined || line[1] !== ':') continue;
      const value = line.slice(2).trimEnd();
      if (key === 'F') directory = value;
      else if (key === 'R' && files.length <= MAX_OWNED_FILES)
        files.push({ path: directory === '' ? value : `${directory}/${value}` });
      else if (key === 'Z') addChecksum(files, value);
      else if (!fields.has(key)) fields.set(key, value);
      else if (SINGLE.has(key)) repeated.add(key);
    }
    fileCount += files.length;
    const name = fields.get('P');
    const version = fields.get('V');
    if (name === undefined || name === '' || version === undefined || version === '') {
      problems.push(`an entry has no ${name ? `version (${name.slice(0, 100)})` : 'name'}`);
      continue;
    }
    // What one reader takes for one package is two for another, or the last one alone.
    if (repeated.size > 0) problems.push(`the entry of ${name.slice(0, 100)} has ${[...repeated].join(', ')} twice`);
    if (!isApkVersion(version))
      problems.push(`${version.slice(0, 100)} of ${name.slice(0, 100)} is not a valid apk version`);
    const architecture = fields.get('A');
    const license = fields.get('L');
    packages.push({
      type: 'apk',
      name,
      version,
      ...(architecture ? { architecture } : {}),
      source: { name: fields.get('o') || name, version },
      licenses: license ? [license] : [],
      where,
      files,
      packaging: packagingOf(fields),
    });
  }
  return { packages, problems: [...problems, ...impossibleOrigins(packages)] };
}

/** Fields that an entry has once. */
const SINGLE: ReadonlySet<string> = new Set(['P', 'V', 'A', 'o']);
/** Problems that are named; more say nothing new. */
const MAX_NAMED = 20;

/**
 * Origins that can't be: all packages of a recipe are built with one version, and the package that has a recipe's name
 * is built from it. Advisories are looked up by origin, so a wrong one hides a package.
 */
function impossibleOrigins(packages: readonly DatabaseEntry[]): readonly string[] {
  const problems: string[] = [];
  const byOrigin = groupBy(packages, ({ source }) => source.name);
  const origins = new Map(packages.map(({ name, source }) => [name, source.name]));
  for (const [origin, [first, ...others]] of byOrigin) {
    const other = others.find(({ version }) => release(version) !== release(first.version));
    if (other !== undefined)
      problems.push(
        `${first.name} ${first.version} and ${other.name} ${other.version} can't both be built from ${origin}`,
      );
    const own = origins.get(origin);
    if (own !== undefined && own !== origin)
      problems.push(`${origin} is built from ${own}, and ${first.name} from ${origin}`);
  }
  return problems.map((problem) => problem.slice(0, 400)).slice(0, MAX_NAMED);
}

/** The first two numbers of a version: packages of a recipe that were not upgraded together still share them mostly. */
function release(version: string): string {
  return /^[0-9]+(?:\.[0-9]+)?/.exec(version)?.[0] ?? version;
}

/** abuild and melange write the package that was built from and the commit of the recipe; tools for third parties don't. */
function packagingOf(fields: ReadonlyMap<string, string>): Packaging {
  const isForeign = !fields.has('o') && !fields.has('c');
  return { ...optionalField('packager', fields.get('m')), ...(isForeign ? { isForeign: true } : {}) };
}

/** `Z:` says the digest of the file of the `R:` before it: SHA-1 after Q1, SHA-256 after Q2. */
function addChecksum(files: OwnedFile[], value: string): void {
  const last = files.at(-1);
  if (last === undefined || last.checksum !== undefined) return;
  const hex = Buffer.from(value.slice(2), 'base64').toString('hex');
  const algorithm =
    value.startsWith('Q1') && hex.length === 40
      ? 'sha1'
      : value.startsWith('Q2') && hex.length === 64
        ? 'sha256'
        : undefined;
  if (algorithm !== undefined) files[files.length - 1] = { ...last, checksum: { algorithm, hex } };
}
