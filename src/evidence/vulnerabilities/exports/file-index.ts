import { type FileHandle, open } from 'node:fs/promises';
import { err, ok, type Result } from '../../../result.js';
import { ecosystemFamily, normaliseEcosystem, normaliseName } from '../ecosystems.js';
import type { VulnerabilityLimits } from '../limits.js';
import type { SourceFailure } from '../source.js';
import type { ExportFile } from './export-files.js';
import { readZipDirectory, type ZipEntry, type ZipFault, ZipReader } from './zip.js';

/** Where a file's records are, by the packages they are about: what is kept of an archive with a million records. */
export interface FileIndex {
  readonly file: ExportFile;
  /** Empty for a file that is one record. */
  readonly entries: readonly ZipEntry[];
  /** Positions in `entries`, by `packageKey`. */
  readonly places: ReadonlyMap<string, readonly number[]>;
  readonly ecosystems: ReadonlySet<string>;
  /** The newest change of a record, by family: milliseconds since 1970. */
  readonly newest: ReadonlyMap<string, number>;
}

/** Under which a record's package and a question's meet. */
export function packageKey(ecosystem: string, name: string): string {
  const normal = normaliseEcosystem(ecosystem);
  return `${normal}\n${normaliseName(normal, name)}`;
}

/** Reads every record of a file once and notes what it is about. A record that can't be read fails the whole file. */
export async function indexFile(
  file: ExportFile,
  limits: VulnerabilityLimits,
): Promise<Result<FileIndex, SourceFailure>> {
  const places = new Map<string, number[]>();
  const ecosystems = new Set<string>();
  const newest = new Map<string, number>();
  const add = (bytes: Buffer, place: number): string | null => {
    const about = readSubject(bytes);
    if (!about.ok) return about.error;
    for (const { ecosystem, name } of about.value.packages) {
      const normal = normaliseEcosystem(ecosystem);
      ecosystems.add(normal);
      const family = ecosystemFamily(normal);
      newest.set(family, Math.max(newest.get(family) ?? Number.NEGATIVE_INFINITY, about.value.modified));
      const key = packageKey(normal, name);
      const known = places.get(key);
      if (known === undefined) places.set(key, [place]);
      else if (known.at(-1) !== place) known.push(place);
    }
    return null;
  };
  const read = await forEachRecord(file, limits, add);
  return read.ok ? ok({ file, entries: read.value, places, ecosystems, newest }) : read;
}

/** Reads some of an index's records again, in the order they lie in the file. */
export async function readPlaces(
  { file, entries }: FileIndex,
  places: readonly number[],
  limits: VulnerabilityLimits,
  take: (place: number, bytes: Buffer) => string | null,
): Promise<Result<null, SourceFailure>> {
  const wanted = [...places].sort((a, b) => (entries[a]?.offset ?? 0) - (entries[b]?.offset ?? 0));
  return await withFile(file, async (handle) => {
    if (file.kind === 'record') return await takeWhole(file, handle, limits, take);
    const reader = new ZipReader(handle, limits);
    for (const place of wanted) {
      const entry = entries[place];
      if (entry === undefined) continue;
      const bytes = await reader.read(entry);
      if (!bytes.ok) return err(faulty(file.path, bytes.error));
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
    const directory = await readZipDirectory(handle, limits);
    if (!directory.ok) return err(faulty(file.path, directory.error));
    const entries = directory.value.filter(({ name }) => !name.endsWith('/')).sort((a, b) => a.offset - b.offset);
    // Passing over what is called otherwise could pass over a record.
    const other = entries.find(({ name }) => !name.endsWith('.json'));
    if (other !== undefined) return err(faulty(file.path, { reason: `it holds ${other.name}, which is no record` }));
    const reader = new ZipReader(handle, limits);
    for (const [place, entry] of entries.entries()) {
      const bytes = await reader.read(entry);
      if (!bytes.ok) return err(faulty(file.path, bytes.error));
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
      faulty(file.path, { reason: `it is larger than ${limits['record-bytes']} bytes`, limit: 'record-bytes' }),
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

function faulty(path: string, { reason, limit }: ZipFault): SourceFailure {
  return {
    cause: limit === undefined ? 'malformed' : 'limit',
    message: `The vulnerability export ${path} can't be used: ${reason}${limit === undefined ? '' : ` (${limit})`}.`,
    remedy: 'Download it again, or remove from the directory what is no OSV export.',
  };
}

interface Subject {
  readonly packages: readonly { readonly ecosystem: string; readonly name: string }[];
  readonly modified: number;
}

/** What a record is about. Written by hand, since every record of an archive passes here. */
function readSubject(bytes: Buffer): Result<Subject, string> {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return err('it is no JSON');
  }
  if (!isObject(value) || typeof value['id'] !== 'string' || typeof value['modified'] !== 'string') {
    return err('it is no OSV record: it lacks an id or the date of its last change');
  }
  const affected = value['affected'] ?? [];
  if (!Array.isArray(affected)) return err('it is no OSV record: affected is no list');
  const packages: { ecosystem: string; name: string }[] = [];
  for (const entry of affected) {
    const about: unknown = isObject(entry) ? entry['package'] : undefined;
    if (!isObject(entry)) return err('it is no OSV record: affected holds what is no object');
    // An entry about a git repository has no package.
    if (about === undefined || about === null) continue;
    if (!isObject(about) || typeof about['ecosystem'] !== 'string' || typeof about['name'] !== 'string') {
      return err('it is no OSV record: an affected package lacks an ecosystem or a name');
    }
    packages.push({ ecosystem: about['ecosystem'], name: about['name'] });
  }
  const modified = Date.parse(value['modified']);
  return ok({ packages, modified: Number.isNaN(modified) ? Number.NEGATIVE_INFINITY : modified });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
