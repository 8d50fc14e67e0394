import { relative } from 'node:path';

/** Whether a path is in a directory, or is the directory itself; both are absolute, with symbolic links followed. */
export function isWithin(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way === '' || !(way === '..' || way.startsWith('../') || way.startsWith('..\\') || /^[A-Za-z]:/.test(way));
}
