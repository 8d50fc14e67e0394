import type { FileCatalog } from '../../../src/packages/catalogers/cataloger.js';
import { EMPTY } from '../../../src/packages/catalogers/cataloger.js';
import { catalogReader } from '../../../src/packages/catalogers/index.js';

/** What the catalogers find in a file of these bytes, which come in chunks of `chunk` bytes after the first 8,000. */
export function catalogFile(path: string, content: Uint8Array | string, chunk = 64 * 1024): FileCatalog {
  const bytes = Buffer.from(content);
  const reader = catalogReader(path, bytes.length, bytes.subarray(0, 8));
  if (reader === null) return EMPTY;
  // Whoever keeps a chunk after the call sees that it changes.
  const lent = Buffer.alloc(Math.max(chunk, FIRST));
  for (let at = 0; at < bytes.length; ) {
    const length = Math.min(at === 0 ? Math.max(chunk, FIRST) : chunk, bytes.length - at);
    bytes.copy(lent, 0, at, at + length);
    reader.write(lent.subarray(0, length));
    lent.fill(0xa5);
    at += length;
  }
  return reader.end();
}

/** As much as the scanner gathers before it says what a file is. */
const FIRST = 8000;

/** `type:name@version`, sorted. */
export function named({ packages }: FileCatalog): readonly string[] {
  return packages.map(({ type, name, version }) => `${type}:${name}@${version}`).sort();
}
