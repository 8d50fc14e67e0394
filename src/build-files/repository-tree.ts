import type { Failure } from '../lib/failure.js';
import type { Result } from '../lib/result.js';

/** One entry of a repository at the evaluated commit. Directories are not listed. */
export interface TreeEntry {
  /** Relative to the root, with `/`, as bytes decoded from UTF-8. */
  readonly path: string;
  readonly kind: 'file' | 'link' | 'submodule';
}

/** Why something can't be listed or read: a sentence, and one about what can be done. */
export interface TreeError
  extends Failure<'not-found' | 'not-a-file' | 'outside-repository' | 'too-large' | 'unreadable'> {
  readonly path: string;
}

/**
 * A repository's content at the commit that is evaluated: the working tree, a commit of the local clone, or GitHub's
 * API. It never runs anything of the repository, and never leaves it: a link that points outside is an error.
 */
export interface RepositoryTree {
  /** Where the content comes from, for messages: a directory, or `owner/repository@commit`. */
  readonly name: string;
  entries(): Promise<Result<readonly TreeEntry[], TreeError>>;
  read(path: string, maxBytes: number): Promise<Result<Uint8Array, TreeError>>;
}

/** Why a repository is not evaluated of which two names read alike: one of them would be evaluated, and the other built. */
export function readsAlike(path: string): TreeError {
  return {
    code: 'unreadable',
    path,
    message: `Two file names are read as ${path} because they differ only in bytes that are not UTF-8.`,
    fix: 'Rename one of them.',
  };
}

/** An error as a clause, for a sentence that names the file as one that can't be evaluated. */
export function reasonOf({ message, fix }: TreeError): string {
  return `${unstopped(message)}; ${fix.charAt(0).toLowerCase()}${unstopped(fix.slice(1))}`;
}

function unstopped(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
