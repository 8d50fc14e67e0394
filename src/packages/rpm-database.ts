import { messageOf } from '../lib/caught.js';
import type { DatabaseEntry, DatabaseReading } from './read-database.js';
import { type ContainerReading, readBerkeleyHash, readNdb } from './rpm-containers.js';
import { readRpmHeader, rpmSource } from './rpm-header.js';

export type RpmFormat = 'rpm-sqlite' | 'rpm-ndb' | 'rpm-bdb';

/** Reads an rpm database of any of its three forms. A header that can't be read is a problem; the others still count. */
export async function readRpmDatabase(bytes: Uint8Array, format: RpmFormat, where: string): Promise<DatabaseReading> {
  let container: ContainerReading;
  try {
    container = await headersIn(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), format);
  } catch (error) {
    return { packages: [], problems: [`it can't be read as ${format} (${messageOf(error)})`] };
  }
  const packages: DatabaseEntry[] = [];
  const problems = [...container.problems];
  for (const blob of container.values) {
    try {
      const entry = readRpmHeader(blob, where);
      if (entry !== null) packages.push(entry);
    } catch (error) {
      problems.push(`a header can't be read (${messageOf(error)})`);
    }
  }
  return { packages, problems };
}

/** Which form a database file has, by its first bytes: its name has been the same for two of them. */
export function rpmFormatOf(bytes: Uint8Array): RpmFormat | null {
  const head = Buffer.from(bytes.subarray(0, 16));
  if (head.toString('latin1').startsWith('SQLite format 3')) return 'rpm-sqlite';
  if (head.toString('latin1', 0, 4) === 'RpmP') return 'rpm-ndb';
  return BDB_HASH_MAGIC.has(head.toString('hex', 12)) ? 'rpm-bdb' : null;
}

/** Berkeley DB's number of a hash, in either byte order. */
const BDB_HASH_MAGIC: ReadonlySet<string> = new Set(['61150600', '00061561']);

async function headersIn(bytes: Buffer, format: RpmFormat): Promise<ContainerReading> {
  switch (format) {
    case 'rpm-sqlite': {
      const { sqliteBlobs } = await import('./sqlite-table.js');
      return { values: sqliteBlobs(bytes, 'Packages', 1), problems: [] };
    }
    case 'rpm-ndb':
      return readNdb(bytes);
    case 'rpm-bdb':
      return readBerkeleyHash(bytes);
  }
}

/**
 * Reads the list that distroless images of Azure Linux keep in place of a database: tab-separated name,
 * version-release, install time, build time, vendor, -, size, architecture, epoch, source rpm.
 */
export function readRpmManifest(text: string, where: string): DatabaseReading {
  const packages: DatabaseEntry[] = [];
  const problems: string[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const [name, version, , , vendor, , , architecture, epoch, sourceRpm] = line.split('\t');
    if (!name || !version) {
      problems.push('a line has no name and version');
      continue;
    }
    packages.push({
      type: 'rpm',
      name,
      version: `${epoch && /^[1-9][0-9]*$/.test(epoch) ? `${epoch}:` : ''}${version}`,
      ...(architecture ? { architecture } : {}),
      source: rpmSource(sourceRpm?.trim(), name),
      licenses: [],
      where,
      files: [],
      packaging: { ...(vendor ? { packager: vendor } : {}) },
    });
  }
  return { packages, problems };
}
