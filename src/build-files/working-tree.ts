import { constants } from 'node:fs';
import { open, readdir, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { err, ok, type Result } from '../lib/result.js';
import { plural } from '../lib/text.js';
import { type Checkout, listCheckout } from './git-index.js';
import { type RepositoryTree, readsAlike, type TreeEntry, type TreeError } from './repository-tree.js';

/** Entries of a directory that is no checkout; more is no repository that a gate can evaluate in its time. */
const MAX_ENTRIES = 1_000_000;
/** Directories that are never part of what a repository builds. */
const PASSED_OVER = new Set(['.git', 'node_modules']);

export interface WorkingTreeOptions {
  /** Take every file below the directory, whether git tracks it or not. */
  readonly allFiles: boolean;
}

/** A directory's content, and what of it is left out since git does not track it. */
export interface WorkingTree extends RepositoryTree {
  /** Paths of files that are left out because git neither tracks nor ignores them; none with `allFiles` or outside a checkout. */
  untracked(): Promise<readonly string[]>;
}

/**
 * The content of a directory: what git tracks there, or, outside a checkout and with `allFiles`, everything but
 * `.git` and `node_modules`. Nothing outside the directory is ever read, not even through links.
 */
export function openWorkingTree(directory: string, options: WorkingTreeOptions): WorkingTree {
  const root = resolve(directory);
  let realRoot: Promise<string> | undefined;
  // At once: git runs while its caller reads the policy.
  const checkout: Promise<Checkout | undefined> = options.allFiles ? Promise.resolve(undefined) : listCheckout(root);
  return {
    name: root,
    entries: async () => {
      const tracked = (await checkout)?.tracked;
      const listed = tracked === undefined ? await walk(root) : ok(tracked);
      return listed.ok ? distinctly(listed.value) : listed;
    },
    untracked: async () => (await checkout)?.untracked ?? [],
    read: (path, maxBytes) => {
      realRoot ??= realpath(root);
      return readInside(root, realRoot, path, maxBytes);
    },
  };
}

function distinctly(entries: readonly TreeEntry[]): Result<readonly TreeEntry[], TreeError> {
  const seen = new Set<string>();
  for (const { path } of entries) {
    if (seen.has(path)) return err(readsAlike(path));
    seen.add(path);
  }
  return ok(entries);
}

async function walk(root: string): Promise<Result<readonly TreeEntry[], TreeError>> {
  const found: TreeEntry[] = [];
  const pending = [''];
  for (let dir = pending.pop(); dir !== undefined; dir = pending.pop()) {
    const listing = await list(join(root, dir), dir);
    if (!listing.ok) return listing;
    for (const { name, kind } of listing.value) {
      const path = dir === '' ? name : `${dir}/${name}`;
      if (kind !== 'directory') found.push({ path, kind });
      else if (!PASSED_OVER.has(name)) pending.push(path);
    }
    if (found.length + pending.length > MAX_ENTRIES)
      return err({
        code: 'too-large',
        path: '.',
        message: `${root} has more than ${plural(MAX_ENTRIES, 'entry', 'entries')}.`,
        fix: 'Name the directory of the repository itself.',
      });
  }
  return ok(found.sort((a, b) => (a.path < b.path ? -1 : 1)));
}

async function list(
  dir: string,
  path: string,
): Promise<Result<readonly { name: string; kind: 'file' | 'link' | 'directory' }[], TreeError>> {
  try {
    const entries = await readdir(dir, { withFileTypes: true });
    return ok(
      entries.map((entry) => {
        const kind = entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'link' : 'file';
        return { name: entry.name, kind };
      }),
    );
  } catch (error) {
    return err(toTreeError(error, path === '' ? '.' : path));
  }
}

async function readInside(
  root: string,
  realRoot: Promise<string>,
  path: string,
  maxBytes: number,
): Promise<Result<Uint8Array, TreeError>> {
  try {
    const [real, inside] = await Promise.all([realpath(join(root, path)), realRoot]);
    if (isOutside(inside, real))
      return err({
        code: 'outside-repository',
        path,
        message: `${path} leads out of the repository.`,
        fix: 'Replace the link with the file itself.',
      });
    return await readRegular(real, path, maxBytes);
  } catch (error) {
    return err(toTreeError(error, path));
  }
}

function isOutside(root: string, real: string): boolean {
  const inside = relative(root, real);
  return inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside);
}

async function readRegular(real: string, path: string, maxBytes: number): Promise<Result<Uint8Array, TreeError>> {
  // The path is resolved, so its last part is no link; O_NONBLOCK so that a named pipe does not hold us up.
  const file = await open(real, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const { size } = await file.stat().then((stat) => (stat.isFile() ? stat : { size: -1 }));
    if (size < 0) return err(notAFile(path));
    if (size > maxBytes) return err(tooLarge(path, size, maxBytes));
    const buffer = Buffer.alloc(size + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length === buffer.length) break;
    }
    // It has grown since it was measured.
    if (length > size) return err(tooLarge(path, length, size));
    return ok(buffer.subarray(0, length));
  } finally {
    await file.close();
  }
}

function notAFile(path: string): TreeError {
  return {
    code: 'not-a-file',
    path,
    message: `${path} is not a regular file.`,
    fix: 'Give it another name, or exclude it with files.exclude in the policy.',
  };
}

function tooLarge(path: string, size: number, maxBytes: number): TreeError {
  return {
    code: 'too-large',
    path,
    message: `${path} has ${plural(size, 'byte')}; at most ${plural(maxBytes, 'byte')} are read.`,
    fix: 'Exclude it with files.exclude in the policy if it is not a build file.',
  };
}

function toTreeError(error: unknown, path: string): TreeError {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return {
      code: 'not-found',
      path,
      message: `${path} does not exist.`,
      fix: 'Check it out in full (no sparse checkout), or remove it from git.',
    };
  if (code === 'EISDIR') return notAFile(path);
  const reason = code === 'ELOOP' ? 'its links form a loop' : code;
  return {
    code: 'unreadable',
    path,
    message: `${path} can't be read: ${reason}.`,
    fix: 'Make it readable for the user that runs the gate.',
  };
}
