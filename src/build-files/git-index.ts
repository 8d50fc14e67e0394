import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TreeEntry } from './repository-tree.js';
import { SAFE_GIT_OPTIONS, safeGitEnvironment } from './safe-git.js';

/** A listing beyond this is no repository that a gate can evaluate in its time. */
const MAX_LISTING_BYTES = 128 * 1024 * 1024;
const TIMEOUT_MS = 60_000;
const LISTED = ['--cached', '--stage', '--others', '--exclude-standard'];

/** What git knows of the files below a directory. */
export interface Checkout {
  readonly tracked: readonly TreeEntry[];
  /** Paths of files that git neither tracks nor ignores. */
  readonly untracked: readonly string[];
}

/**
 * The files below `directory`, which may itself lie below the top of the checkout, in one call of git: starting it costs
 * more than what it does. `undefined` where git can't tell: there is no checkout, or no git.
 */
export async function listCheckout(directory: string): Promise<Checkout | undefined> {
  const listing = await listFiles(directory);
  return listing === undefined ? undefined : parseListing(listing);
}

async function listFiles(directory: string): Promise<Buffer | undefined> {
  if (!isInCheckout(directory)) return undefined;
  const { execFile } = await import('node:child_process');
  const args = ['--no-pager', ...SAFE_GIT_OPTIONS, 'ls-files', '-z', '-t', ...LISTED];
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

/** Whether `.git` is there or above, as git itself looks for it; checked here because starting git costs more. */
function isInCheckout(directory: string): boolean {
  let dir: string;
  try {
    dir = realpathSync(directory);
  } catch {
    return false;
  }
  for (;;) {
    if (existsSync(join(dir, '.git'))) return true;
    const above = dirname(dir);
    if (above === dir) return false;
    dir = above;
  }
}

/**
 * `? PATH\0` for each file that is not tracked, `TAG MODE OBJECT STAGE\tPATH\0` for each that is; a path in conflict comes
 * once per stage. Names that are other bytes are other entries.
 *
 * @see https://git-scm.com/docs/git-ls-files#_output
 */
function parseListing(listing: Buffer): Checkout {
  const tracked = new Map<string, TreeEntry>();
  const untracked: string[] = [];
  for (const line of listing.toString('latin1').split('\0')) {
    if (line.startsWith('? ')) {
      untracked.push(toText(line.slice(2)));
      continue;
    }
    const tab = line.indexOf('\t');
    if (tab < 0) continue;
    const bytes = line.slice(tab + 1);
    const mode = line.slice(2, 8);
    const kind = mode === '120000' ? 'link' : mode === '160000' ? 'submodule' : 'file';
    tracked.set(bytes, { path: toText(bytes), kind });
  }
  return { tracked: [...tracked.values()], untracked };
}

function toText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** The id of the commit that is checked out in the checkout whose top is `directory`; undefined anywhere else. */
export async function headCommit(directory: string): Promise<string | undefined> {
  if (!existsSync(join(directory, '.git'))) return undefined;
  const { execFile } = await import('node:child_process');
  const args = ['--no-pager', ...SAFE_GIT_OPTIONS, 'rev-parse', '--verify', '--end-of-options', 'HEAD^{commit}'];
  return new Promise((resolve) => {
    const options = { cwd: directory, env: safeGitEnvironment(directory), timeout: TIMEOUT_MS };
    execFile('git', args, options, (error, stdout) => {
      const id = stdout.trim();
      resolve(error === null && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id) ? id : undefined);
    });
  });
}
