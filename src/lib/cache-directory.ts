import { lstatSync, realpathSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/**
 * Where the command line keeps what it learned between runs: `base-image-gate` under `$XDG_CACHE_HOME`, or `~/.cache`.
 *
 * @see https://specifications.freedesktop.org/basedir-spec/latest/#variables relative paths there are to be ignored
 */
export function localCacheDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const given = environment['XDG_CACHE_HOME'] ?? '';
  return join(isAbsolute(given) ? given : join(homeOf(environment), '.cache'), 'base-image-gate');
}

/** A relative HOME, which a container without a user entry can have, would put files into the evaluated repository. */
function homeOf(environment: Readonly<Record<string, string | undefined>>): string {
  const homes = [environment['HOME'] ?? '', homedir()];
  return homes.find(isAbsolute) ?? userInfo().homedir;
}

/** The directory for facts about layers, as a setting of a run; none on CI. */
export function layerFactsSetting(environment: Readonly<Record<string, string | undefined>>): {
  readonly layerFactsDirectory?: string;
} {
  return isOnCi(environment) ? {} : { layerFactsDirectory: join(localCacheDirectory(environment), 'layers') };
}

/** Whether a CI system runs the process: others may write what it keeps, and what is derived is then not believed. */
export function isOnCi(environment: Readonly<Record<string, string | undefined>>): boolean {
  const says = (name: string) => !['', '0', 'false'].includes(environment[name] ?? '');
  return says('CI') || says('GITHUB_ACTIONS') || says('BUILD_ID') || says('TF_BUILD');
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
