import { realpathSync } from 'node:fs';
import { devNull } from 'node:os';
import { delimiter, isAbsolute, relative, resolve } from 'node:path';
import { optionalField } from '../lib/collections.js';

/**
 * Options for any git command in a repository that is evaluated. Nothing of it may run: no hooks, no file system monitor,
 * no transport; and no configuration counts but this. Its owner does not matter then, so checkouts of another user
 * (usual in containers) are taken too.
 * @see https://git-scm.com/docs/git-config#Documentation/git-config.txt-corefsmonitor
 * @see https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory
 */
export const SAFE_GIT_OPTIONS: readonly string[] = [
  'core.hooksPath=',
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'protocol.allow=never',
  'safe.directory=*',
].flatMap((option) => ['-c', option]);

/**
 * An environment with no configuration of git, and a PATH that only finds programs outside the checkout. Workflows like
 * to add `node_modules/.bin` or `bin` to it, and a pull request could put a `git` there.
 */
export function safeGitEnvironment(checkout: string): NodeJS.ProcessEnv {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((entry) => isOutside(entry, checkout));
  return {
    PATH: path.join(delimiter),
    ...optionalField('SYSTEMROOT', process.env['SYSTEMROOT']),
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
  };
}

function isOutside(entry: string, checkout: string): boolean {
  if (!isAbsolute(entry)) return false;
  const way = relative(realPath(checkout), realPath(entry));
  return way.startsWith('..') || isAbsolute(way);
}

/** Where a path leads, links followed; the path itself where there is nothing. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
