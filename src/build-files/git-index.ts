import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TreeEntry } from './repository-tree.js';
import { SAFE_GIT_OPTIONS, safeGitEnvironment } from './safe-git.js';

/** A listing beyond this is no repository that a gate can judge in its time. */
const MAX_LISTING_BYTES = 128 * 1024 * 1024;
const TIMEOUT_MS = 60_000;

/**
 * The files that git tracks below `directory`, which may itself lie below the top of the checkout. `undefined` where
 * git can't tell: there is no checkout, or no git.
 */
export async function listTracked(directory: string): Promise<readonly TreeEntry[] | undefined> {
  const listing = await listFiles(directory, '--stage');
  return listing === undefined ? undefined : parseListing(listing);
}

/** The files below `directory` that git neither tracks nor ignores; none where git can't tell. */
export async function listUntracked(directory: string): Promise<readonly string[]> {
  const listing = await listFiles(directory, '--others', '--exclude-standard');
  return listing === undefined ? [] : listing.toString('utf8').split('\0').filter(Boolean);
}

async function listFiles(directory: string, ...which: readonly string[]): Promise<Buffer | undefined> {
  if (!isInCheckout(directory)) return undefined;
  const args = ['--no-pager', ...SAFE_GIT_OPTIONS, 'ls-files', '-z', ...which];
  return new Promise((resolve) => {
    const options = {
      cwd: directory,
      env: safeGitEnvironment(directory),
      encoding: 'buffer' as const,
      maxBuffer: MAX_LISTING_BYTES,
      timeout: TIMEOUT_MS,
    };
    execFile('git', args, options, (error, stdout) => {
      resolve(error === null ? stdout : undefined);
    });
  });
}

/** Whether `.git` is there or above, as git itself looks for it; asked here because starting git costs more. */
function isInCheckout(directory: string): boolean {
  let folder: string;
  try {
    folder = realpathSync(directory);
  } catch {
    return false;
  }
  for (;;) {
    if (existsSync(join(folder, '.git'))) return true;
    const above = dirname(folder);
    if (above === folder) return false;
    folder = above;
  }
}

/** `MODE OBJECT STAGE\tPATH\0` each; a path in conflict comes once per stage. Names that are other bytes are other entries. */
function parseListing(listing: Buffer): readonly TreeEntry[] {
  const entries = new Map<string, TreeEntry>();
  for (const line of listing.toString('latin1').split('\0')) {
    const tab = line.indexOf('\t');
    if (tab < 0) continue;
    const bytes = line.slice(tab + 1);
    const kind = line.startsWith('120000') ? 'link' : line.startsWith('160000') ? 'submodule' : 'file';
    entries.set(bytes, { path: Buffer.from(bytes, 'latin1').toString('utf8'), kind });
  }
  return [...entries.values()];
}
