import { type FileHandle, open } from 'node:fs/promises';
import { type ByteSource, fileSource } from '../../../lib/byte-source.js';
import { err, ok, type Result } from '../../../lib/result.js';
import { plural } from '../../../lib/text.js';
import { readZipDirectory, readZipEntry, type ZipEntry, type ZipFault, type ZipLimits } from '../../../lib/zip.js';
import type { VulnerabilityLimit, VulnerabilityLimits } from '../../limits.js';
import { ecosystemFamily, isKnownFamily, normalizeEcosystem, publicEcosystem } from '../../matching/ecosystems.js';
import type { SourceFailure } from '../source.js';
import type { ExportFile } from './export-files.js';
import { RecordIndex } from './record-index.js';
import { Subjects } from './subjects.js';

/** Reads every record of a file once and notes what it is about. A record that can't be read fails the whole file. */
export async function indexFile(
  file: ExportFile,
  limits: VulnerabilityLimits,
): Promise<Result<RecordIndex, SourceFailure>> {
  const subjects = new Subjects();
  const read = await forEachRecord(file, limits, (bytes, place) => subjects.add(bytes, place));
  if (!read.ok) return read;
  const entries = read.value;
  const isWholeFor = (ecosystem: string) => file.kind === 'archive' && isExportOf(file.dir, ecosystem);
  return ok(
    new RecordIndex({ path: file.path, isWholeFor, limits }, subjects, (places, take) =>
      readPlaces(file, entries, places, limits, take),
    ),
  );
}

/**
 * Whether an archive in a directory of this name is of an ecosystem: the export has archives of families (`Debian/all.zip`)
 * and of releases (`Debian:12/all.zip`). One in another place may be of any ecosystem.
 */
function isExportOf(dir: string, ecosystem: string): boolean {
  if (!isKnownFamily(ecosystemFamily(dir))) return true;
  return dir.includes(':')
    ? normalizeEcosystem(dir) === normalizeEcosystem(publicEcosystem(ecosystem))
    : dir === ecosystemFamily(ecosystem);
}

async function readPlaces(
  file: ExportFile,
  entries: readonly ZipEntry[],
  places: readonly number[],
  limits: VulnerabilityLimits,
  take: (place: number, bytes: Buffer) => string | null,
): Promise<Result<null, SourceFailure>> {
  // In the order they lie in the file, which is the fastest to read.
  const wanted = [...places].sort((a, b) => (entries[a]?.offset ?? 0) - (entries[b]?.offset ?? 0));
  return await withFile(file, async (handle) => {
    if (file.kind === 'record') return await takeWhole(file, handle, limits, take);
    const source = await sourceOf(handle);
    for (const place of wanted) {
      const entry = entries[place];
      if (entry === undefined) continue;
      const bytes = readZipEntry(source, entry, zipLimits(limits));
      if (!bytes.ok) return err(faulty(file.path, named(bytes.error)));
      const problem = take(place, bytes.value);
      if (problem !== null) return err(faulty(`${file.path}/${entry.name}`, { reason: problem }));
    }
    return ok(null);
  });
}

async function forEachRecord(
  file: ExportFile,
  limits: VulnerabilityLimits,
  add: (bytes: Buffer, place: number) => string | null,
): Promise<Result<readonly ZipEntry[], SourceFailure>> {
  return await withFile(file, async (handle) => {
    if (file.kind === 'record') {
      const read = await takeWhole(file, handle, limits, (place, bytes) => add(bytes, place));
      return read.ok ? ok([]) : read;
    }
    const source = await sourceOf(handle);
    const directory = readZipDirectory(source, zipLimits(limits));
    if (!directory.ok) return err(faulty(file.path, named(directory.error)));
    const entries = directory.value.filter(({ name }) => !name.endsWith('/')).sort((a, b) => a.offset - b.offset);
    // Passing over what is called otherwise could pass over a record.
    const other = entries.find(({ name }) => !name.endsWith('.json'));
    if (other !== undefined) return err(faulty(file.path, { reason: `it holds ${other.name}, which is not a record` }));
    for (const [place, entry] of entries.entries()) {
      const bytes = readZipEntry(source, entry, zipLimits(limits));
      if (!bytes.ok) return err(faulty(file.path, named(bytes.error)));
      const problem = add(bytes.value, place);
      if (problem !== null) return err(faulty(`${file.path}/${entry.name}`, { reason: problem }));
    }
    return ok(entries);
  });
}

async function takeWhole(
  file: ExportFile,
  handle: FileHandle,
  limits: VulnerabilityLimits,
  take: (place: number, bytes: Buffer) => string | null,
): Promise<Result<null, SourceFailure>> {
  const { size } = await handle.stat();
  if (size > limits['record-bytes']) {
    return err(
      faulty(file.path, {
        reason: `it is larger than ${plural(limits['record-bytes'], 'byte')}`,
        limit: 'record-bytes',
      }),
    );
  }
  const problem = take(0, await handle.readFile());
  return problem === null ? ok(null) : err(faulty(file.path, { reason: problem }));
}

async function withFile<T>(
  file: ExportFile,
  work: (handle: FileHandle) => Promise<Result<T, SourceFailure>>,
): Promise<Result<T, SourceFailure>> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file.path);
    return await work(handle);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return err(faulty(file.path, { reason: error.message }));
  } finally {
    await handle?.close();
  }
}

/** Bytes read at once: entries lie one after the other, and a system call for each would cost more than unpacking it. */
const WINDOW = 4 * 1024 * 1024;

async function sourceOf(handle: FileHandle): Promise<ByteSource> {
  const { size } = await handle.stat();
  return fileSource(handle.fd, size, Math.min(size, WINDOW));
}

const LIMIT_NAMES = {
  entries: 'archive-entries',
  directoryBytes: 'archive-directory-bytes',
  entryBytes: 'record-bytes',
} as const satisfies Record<keyof ZipLimits, VulnerabilityLimit>;

function zipLimits(limits: VulnerabilityLimits): ZipLimits {
  return {
    entries: limits[LIMIT_NAMES.entries],
    directoryBytes: limits[LIMIT_NAMES.directoryBytes],
    entryBytes: limits[LIMIT_NAMES.entryBytes],
  };
}

/** What is wrong with a file, and the name of the limit that it passes. */
interface FileFault {
  readonly reason: string;
  readonly limit?: VulnerabilityLimit;
}

function named({ reason, limit }: ZipFault): FileFault {
  return { reason, ...(limit === undefined ? {} : { limit: LIMIT_NAMES[limit] }) };
}

function faulty(path: string, { reason, limit }: FileFault): SourceFailure {
  return {
    cause: limit === undefined ? 'malformed' : 'limit',
    message: `The vulnerability export ${path} can't be used: ${reason}${limit === undefined ? '' : ` (limit ${limit})`}.`,
    fix: 'Download it again, or remove files that are not OSV exports from the directory.',
  };
}
