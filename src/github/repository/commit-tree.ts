import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { type RepositoryTree, readsAlike, type TreeEntry, type TreeError } from '../../build-files/repository-tree.js';
import { err, ok, type Result } from '../../lib/result.js';
import { plural } from '../../lib/text.js';

/** One entry of a commit's tree, as git keeps it. */
export interface GitEntry {
  readonly path: string;
  readonly mode: string;
  /** The object's id. */
  readonly id: string;
  /** In bytes, where the listing shows. */
  readonly size?: number;
}

/** A place that has git objects: a clone, or GitHub's API. */
export interface GitObjects {
  /** For messages: `owner/repository@commit`, or a directory and a commit. */
  readonly name: string;
  /** Every file, link and submodule of the commit. */
  list(): Promise<Result<readonly GitEntry[], TreeError>>;
  blob(entry: GitEntry, maxBytes: number): Promise<Result<Uint8Array, TreeError>>;
}

/** A repository at a commit, with the object ids by which two commits are compared. */
export interface CommitTree extends RepositoryTree {
  readonly commit: string;
  /** Object ids by path. */
  ids(): Promise<Result<ReadonlyMap<string, string>, TreeError>>;
}

/** Content by object id: what two commits share is read once. */
export interface BlobCache {
  get(id: string): Uint8Array | undefined;
  set(id: string, bytes: Uint8Array): void;
}

const LINK = '120000';
const SUBMODULE = '160000';
const MAX_LINK_HOPS = 16;
/** Linux' PATH_MAX; git itself refuses longer link targets on checkout. */
const MAX_LINK_BYTES = 4_096;

/** The repository at `commit`, read from `objects`. Links are followed inside the tree and never out of it. */
export function makeCommitTree(objects: GitObjects, commit: string, cache: BlobCache = new Map()): CommitTree {
  let listed: Promise<Result<ReadonlyMap<string, GitEntry>, TreeError>> | null = null;
  const byPath = (): Promise<Result<ReadonlyMap<string, GitEntry>, TreeError>> => {
    listed ??= objects.list().then((list) => (list.ok ? entriesByPath(list.value) : list));
    return listed;
  };
  const blob = async (entry: GitEntry, maxBytes: number): Promise<Result<Uint8Array, TreeError>> => {
    const known = cache.get(entry.id);
    if (known !== undefined) return known.byteLength > maxBytes ? err(tooLarge(entry.path, maxBytes)) : ok(known);
    if (entry.size !== undefined && entry.size > maxBytes) return err(tooLarge(entry.path, maxBytes));
    const read = await objects.blob(entry, maxBytes);
    if (!read.ok) return read;
    if (read.value.byteLength > maxBytes) return err(tooLarge(entry.path, maxBytes));
    if (blobId(read.value, entry.id.length) !== entry.id) return err(wrongBytes(entry, objects.name));
    cache.set(entry.id, read.value);
    return read;
  };
  return {
    name: objects.name,
    commit,
    entries: async () => {
      const entries = await byPath();
      return entries.ok ? ok([...entries.value.values()].map(asTreeEntry)) : entries;
    },
    ids: async () => {
      const entries = await byPath();
      return entries.ok ? ok(new Map([...entries.value].map(([path, entry]) => [path, entry.id]))) : entries;
    },
    read: async (path, maxBytes) => {
      const entries = await byPath();
      if (!entries.ok) return entries;
      const found = await follow(path, entries.value, (entry) => blob(entry, MAX_LINK_BYTES));
      return found.ok ? blob(found.value, maxBytes) : found;
    },
  };
}

/**
 * The entries by their paths. Names are bytes to git and text to us and to GitHub's API: two that differ only in bytes
 * which are no UTF-8 read alike. One of them would be evaluated and the other built, so neither is.
 */
function entriesByPath(entries: readonly GitEntry[]): Result<ReadonlyMap<string, GitEntry>, TreeError> {
  const byPath = new Map<string, GitEntry>();
  for (const entry of entries) {
    if (byPath.has(entry.path)) return err(readsAlike(entry.path));
    byPath.set(entry.path, entry);
  }
  return ok(byPath);
}

/** Walks a path as the file system would, component by component, with every link it meets. */
async function follow(
  path: string,
  entries: ReadonlyMap<string, GitEntry>,
  readLink: (entry: GitEntry) => Promise<Result<Uint8Array, TreeError>>,
): Promise<Result<GitEntry, TreeError>> {
  let rest = normalize('', path);
  for (let hops = 0; hops <= MAX_LINK_HOPS; hops++) {
    if (rest === null) return err(outside(path));
    const link = firstLink(rest, entries);
    if (link === null) {
      const entry = entries.get(rest);
      if (entry === undefined) return err(hasBelow(rest, entries) ? notAFile(path, 'a directory') : notFound(path));
      return entry.mode === SUBMODULE ? err(notAFile(path, 'a submodule')) : ok(entry);
    }
    const target = await readLink(link);
    if (!target.ok) return target;
    const text = new TextDecoder().decode(target.value);
    if (text.startsWith('/')) return err(outside(path));
    const below = rest.slice(link.path.length);
    rest = normalize(posix.dirname(link.path), `${text}${below}`);
  }
  return err({
    code: 'unreadable',
    path,
    message: `${path} goes through more than ${plural(MAX_LINK_HOPS, 'link')}.`,
    fix: 'Point the link at the file itself.',
  });
}

function firstLink(path: string, entries: ReadonlyMap<string, GitEntry>): GitEntry | null {
  for (let slash = path.indexOf('/'); ; slash = path.indexOf('/', slash + 1)) {
    const entry = entries.get(slash < 0 ? path : path.slice(0, slash));
    if (entry?.mode === LINK) return entry;
    if (slash < 0) return null;
  }
}

/** `path` seen from `directory`, without `.` and `..`; null where it leaves the repository. */
function normalize(directory: string, path: string): string | null {
  if (path.startsWith('/')) return null;
  const joined = posix.join(directory, path);
  return joined === '..' || joined.startsWith('../') ? null : joined.replace(/\/$/, '');
}

function hasBelow(path: string, entries: ReadonlyMap<string, GitEntry>): boolean {
  const prefix = path === '' || path === '.' ? '' : `${path}/`;
  for (const known of entries.keys()) if (known.startsWith(prefix)) return true;
  return false;
}

function asTreeEntry(entry: GitEntry): TreeEntry {
  return { path: entry.path, kind: entry.mode === LINK ? 'link' : entry.mode === SUBMODULE ? 'submodule' : 'file' };
}

/** The id that git gives to content. `idLength`: 64 for SHA-256, 40 for SHA-1. @see https://git-scm.com/book/en/v2/Git-Internals-Git-Objects#_object_storage */
export function blobId(bytes: Uint8Array, idLength: number): string {
  return createHash(idLength === 64 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.byteLength}\0`)
    .update(bytes)
    .digest('hex');
}

function notFound(path: string): TreeError {
  return {
    code: 'not-found',
    path,
    message: `${path} is not in the evaluated commit.`,
    fix: "Check the path; it is relative to the repository's root.",
  };
}

/** The error of a file that has more bytes than are read. */
export function tooLarge(path: string, maxBytes: number): TreeError {
  return {
    code: 'too-large',
    path,
    message: `${path} has more than ${plural(maxBytes, 'byte')}, the most that are read.`,
    fix: 'Exclude it with files.exclude if it is not a build file.',
  };
}

function notAFile(path: string, what: string): TreeError {
  return { code: 'not-a-file', path, message: `${path} is ${what}.`, fix: 'Name a file.' };
}

function outside(path: string): TreeError {
  return {
    code: 'outside-repository',
    path,
    message: `${path} leads out of the repository.`,
    fix: 'Keep the file and the targets of its links inside the repository.',
  };
}

function wrongBytes(entry: GitEntry, name: string): TreeError {
  return {
    code: 'unreadable',
    path: entry.path,
    message: `${name} returned content for ${entry.path} that does not match the object ${entry.id}.`,
    fix: 'Run the job again. If this persists, something between the runner and GitHub changes the content.',
  };
}
