import { optionalField } from '../lib/collections.js';
import type { OwnedFile } from './inventory.js';
import {
  type DatabaseEntry,
  type DatabaseReading,
  MAX_OWNED_FILES,
  MAX_PACKAGES,
  type Packaging,
} from './read-database.js';

/**
 * Reads apk's `installed`: paragraphs of `K:value` lines, where `F:` opens a directory and `R:` and `Z:` tell of a file
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
      return { packages, problems: [...problems, 'it is too long to be read to its end'] };
    }
    const fields = new Map<string, string>();
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
    }
    fileCount += files.length;
    const name = fields.get('P');
    const version = fields.get('V');
    if (name === undefined || name === '' || version === undefined || version === '') {
      problems.push(`an entry has no ${name ? `version (${name.slice(0, 100)})` : 'name'}`);
      continue;
    }
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
  return { packages, problems };
}

/** abuild and melange write the package that was built from and the commit of the recipe; tools for third parties don't. */
function packagingOf(fields: ReadonlyMap<string, string>): Packaging {
  const isForeign = !fields.has('o') && !fields.has('c');
  return { ...optionalField('packager', fields.get('m')), ...(isForeign ? { isForeign: true } : {}) };
}

/** `Z:` shows of the file of the `R:` before it. Other digests than SHA-1 are not compared. */
function addChecksum(files: OwnedFile[], value: string): void {
  const last = files.at(-1);
  if (last === undefined || last.checksum !== undefined || !value.startsWith('Q1')) return;
  const hex = Buffer.from(value.slice(2), 'base64').toString('hex');
  if (hex.length === 40) files[files.length - 1] = { ...last, checksum: { algorithm: 'sha1', hex } };
}
