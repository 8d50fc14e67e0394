import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { isOnCi, localCacheDirectory } from '../lib/cache-directory.js';
import { version } from '../lib/version.js';

const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/**
 * Lets Node keep the compiled code of this version between runs, which takes a fifth from the time of a short command.
 * What is kept is code: so on the command line only, never on CI, and only in a directory of the user's own, below
 * directories that no other user can change. Wherever that is in doubt, or can't be, nothing is kept.
 *
 * @see https://nodejs.org/api/module.html#module-compile-cache Node checks what it reads against the source and its own version
 */
export function keepCompiledCode(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  // Node has it from 22.1 on; the types speak of the newest.
  if (typeof nodeModule.enableCompileCache !== 'function' || isOnCi(environment)) return undefined;
  const directory = join(localCacheDirectory(environment), 'code', version);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (!isPrivate(directory)) return undefined;
    nodeModule.enableCompileCache(directory);
    return directory;
  } catch {
    return undefined;
  }
}

/** Whether no other user can read or change a directory, or put another in its place; root can anyway. */
export function isPrivate(directory: string): boolean {
  const user = process.getuid?.();
  if (user === undefined) return false;
  const own = lstatSync(directory);
  if (!own.isDirectory() || own.uid !== user || (own.mode & 0o077) !== 0) return false;
  const real = realpathSync(directory);
  for (let below = real, above = dirname(real); above !== below; below = above, above = dirname(above)) {
    const { uid, mode } = lstatSync(above);
    if (uid !== user && uid !== 0) return false;
    // In a directory such as /tmp, others can't rename what is the user's own.
    if ((mode & OTHERS_WRITE) !== 0 && ((mode & STICKY) === 0 || lstatSync(below).uid !== user)) return false;
  }
  return true;
}
