import { relative } from 'node:path';

/** Whether a path lies in a directory or is it; both are absolute, with symbolic links followed. */
export function isWithin(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way === '' || !(way === '..' || way.startsWith('../') || way.startsWith('..\\') || /^[A-Za-z]:/.test(way));
}
