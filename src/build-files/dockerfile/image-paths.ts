/** A path from a directory, without the leading slash; undefined where it is relative and the directory not known. */
export function resolvePath(directory: string | undefined, path: string): string | undefined {
  if (path.startsWith('/')) return cleanPath(path);
  return directory === undefined ? undefined : cleanPath(`${directory}/${path}`);
}

/** As Go's filepath.Clean below the root: no empty parts, no dots, no leading slash. */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}
