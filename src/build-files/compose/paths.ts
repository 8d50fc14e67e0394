import { posix } from 'node:path';

/** Contexts that BuildKit fetches, and those of other kinds than a path. */
const REMOTE = /^(?:https?:\/\/|git:\/\/|ssh:\/\/|github\.com\/|git@|service:)|:\/\//;

/**
 * A path of a Compose file relative to the repository's top, `.` for the top itself; a URL, an absolute path and a path
 * of the home directory stay as they are, and what leads out of the repository begins with `..`.
 */
export function resolvePath(directory: string, path: string): string {
  if (path === '' || path.startsWith('/') || path.startsWith('~')) return path;
  const joined = posix.join(directory, path);
  return joined.length > 1 ? joined.replace(/\/$/, '') : joined;
}

/**
 * The same for a build context.
 *
 * @see https://github.com/compose-spec/compose-go/blob/v2.16.2/paths/context.go
 */
export function resolveContext(directory: string, context: string): string {
  return isRemoteContext(context) ? context : resolvePath(directory, context);
}

/** Whether a context is none of the file system: a URL, `docker-image://`, `service:NAME`. */
export function isRemoteContext(context: string): boolean {
  return REMOTE.test(context);
}

/** The directory of a file, `.` for the top. */
export function directoryOf(path: string): string {
  return posix.dirname(path);
}
