import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Where the command line keeps what it learned between runs: `base-image-gate` under `$XDG_CACHE_HOME`, or `~/.cache`.
 *
 * @see https://specifications.freedesktop.org/basedir-spec/latest/#variables relative paths there are to be ignored
 */
export function localCacheDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const given = environment['XDG_CACHE_HOME'] ?? '';
  return join(isAbsolute(given) ? given : join(environment['HOME'] || homedir(), '.cache'), 'base-image-gate');
}

/** Whether a CI system runs the process: others may write what it keeps, and what is derived is then not believed. */
export function isOnCi(environment: Readonly<Record<string, string | undefined>>): boolean {
  const says = (name: string) => !['', '0', 'false'].includes(environment[name] ?? '');
  return says('CI') || says('GITHUB_ACTIONS') || says('BUILD_ID') || says('TF_BUILD');
}
