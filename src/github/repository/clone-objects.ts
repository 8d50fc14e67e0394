import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import type { TreeError } from '../../build-files/repository-tree.js';
import { SAFE_GIT_OPTIONS, safeGitEnvironment } from '../../build-files/safe-git.js';
import { err, ok, type Result } from '../../lib/result.js';
import { type GitEntry, type GitObjects, tooLarge } from './commit-tree.js';

/** A commit's listing: GitHub's own largest repositories stay well below it. */
const MAX_LISTING_BYTES = 256 * 1024 * 1024;
const GIT_MILLISECONDS = 60_000;
const MIN_BUFFER_BYTES = 64 * 1024;

/** A clone on disk, at one commit. */
export function cloneObjects(directory: string, commit: string): GitObjects {
  return {
    name: `${directory}@${commit.slice(0, 12)}`,
    list: async () => {
      const listing = await git(directory, ['ls-tree', '-r', '-z', '--full-tree', commit], MAX_LISTING_BYTES);
      return listing.ok ? ok(readListing(listing.value)) : err(unreadable(directory, listing.error));
    },
    blob: async (entry, maxBytes) => {
      const content = await git(directory, ['cat-file', 'blob', entry.id], maxBytes);
      if (content.ok) return content;
      return err(
        content.error === 'too-large' ? tooLarge(entry.path, maxBytes) : unreadable(entry.path, content.error),
      );
    },
  };
}

/** Whether a directory is a clone that has this commit. */
export async function hasCommit(directory: string, commit: string): Promise<boolean> {
  return (await git(directory, ['cat-file', '-e', `${commit}^{commit}`], 1_024)).ok;
}

/** The ids of a commit's parents, in order; null where the clone does not have the commit. */
export async function cloneParents(directory: string, commit: string): Promise<readonly string[] | null> {
  const content = await git(directory, ['cat-file', 'commit', commit], 1024 * 1024);
  if (!content.ok) return null;
  const [header = ''] = new TextDecoder().decode(content.value).split('\n\n', 1);
  return header.split('\n').flatMap((line) => (line.startsWith('parent ') ? [line.slice('parent '.length)] : []));
}

/** @see https://git-scm.com/docs/git-ls-tree#_output_format */
function readListing(bytes: Uint8Array): readonly GitEntry[] {
  const entries: GitEntry[] = [];
  for (const record of new TextDecoder().decode(bytes).split('\0')) {
    const tab = record.indexOf('\t');
    const [mode, , id] = record.slice(0, tab).split(' ');
    if (tab > 0 && mode !== undefined && id !== undefined) entries.push({ path: record.slice(tab + 1), mode, id });
  }
  return entries;
}

type GitFailure = 'too-large' | 'failed';

function git(directory: string, args: readonly string[], maxBytes: number): Promise<Result<Uint8Array, GitFailure>> {
  return new Promise((resolve) => {
    execFile(
      'git',
      [...SAFE_GIT_OPTIONS, '-C', directory, ...args],
      {
        cwd: tmpdir(),
        env: safeGitEnvironment(directory),
        encoding: 'buffer',
        // What git says on standard error counts against the same limit.
        maxBuffer: Math.max(maxBytes, MIN_BUFFER_BYTES),
        timeout: GIT_MILLISECONDS,
        windowsHide: true,
      },
      (error, stdout) => {
        if (error === null && stdout.byteLength > maxBytes) resolve(err('too-large'));
        else if (error === null) resolve(ok(new Uint8Array(stdout)));
        else resolve(err(error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER' ? 'too-large' : 'failed'));
      },
    );
  });
}

function unreadable(path: string, failure: GitFailure): TreeError {
  return {
    code: 'unreadable',
    path,
    message: `git could not read ${path} from the clone${failure === 'too-large' ? ': the listing is too large' : ''}.`,
    fix: 'Check that actions/checkout ran before this step, and that git is installed on the runner.',
  };
}
