import { execFile } from 'node:child_process';
import { devNull } from 'node:os';
import { delimiter, isAbsolute, relative } from 'node:path';
import type { TreeEntry } from './repository-tree.js';

/** A listing beyond this is no repository that a gate can judge in its time. */
const MAX_LISTING_BYTES = 128 * 1024 * 1024;
const TIMEOUT_MS = 60_000;

/**
 * Nothing of the repository may run: no hooks, no file system monitor, no lazy fetch; and no configuration counts but
 * this. Its owner does not matter then, so checkouts of another user (usual in containers) are taken too.
 * @see https://git-scm.com/docs/git-config#Documentation/git-config.txt-corefsmonitor
 * @see https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory
 */
const SAFE_OPTIONS = ['core.hooksPath=', 'core.fsmonitor=false', 'core.untrackedCache=false', 'safe.directory=*'];

/**
 * The files that git tracks below `directory`, which may itself lie below the top of the checkout. `undefined` where
 * git can't tell: there is no checkout, or no git.
 */
export function listTracked(directory: string): Promise<readonly TreeEntry[] | undefined> {
  const args = ['--no-pager', ...SAFE_OPTIONS.flatMap((option) => ['-c', option]), 'ls-files', '-z', '--stage'];
  return new Promise((resolve) => {
    const options = {
      cwd: directory,
      env: safeEnvironment(directory),
      encoding: 'buffer' as const,
      maxBuffer: MAX_LISTING_BYTES,
      timeout: TIMEOUT_MS,
    };
    execFile('git', args, options, (error, stdout) => {
      resolve(error === null ? parseListing(stdout) : undefined);
    });
  });
}

/** An environment that only finds programs outside the repository, and no configuration of git. */
function safeEnvironment(directory: string): NodeJS.ProcessEnv {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((entry) => {
    if (!isAbsolute(entry)) return false;
    const inside = relative(directory, entry);
    return inside !== '' && (inside.startsWith('..') || isAbsolute(inside));
  });
  return {
    PATH: path.join(delimiter),
    ...(process.env['SYSTEMROOT'] === undefined ? {} : { SYSTEMROOT: process.env['SYSTEMROOT'] }),
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
  };
}

/** `MODE OBJECT STAGE\tPATH\0` each; a path in conflict comes once per stage. */
function parseListing(listing: Buffer): readonly TreeEntry[] {
  const entries = new Map<string, TreeEntry>();
  for (const line of listing.toString('utf8').split('\0')) {
    const tab = line.indexOf('\t');
    if (tab < 0) continue;
    const path = line.slice(tab + 1);
    const kind = line.startsWith('120000') ? 'link' : line.startsWith('160000') ? 'submodule' : 'file';
    entries.set(path, { path, kind });
  }
  return [...entries.values()];
}
