import type { FileTree } from '../filesystem/file-tree.js';
import { readNpmPackage, readPythonPackage } from './language-packages.js';
import { type DatabaseReading, MAX_OWNED_FILES } from './read-database.js';

/** What one package's metadata file said. */
export interface FoundMetadata {
  readonly path: string;
  readonly reading: DatabaseReading;
}

/** Finds and reads the metadata of npm and Python packages, wherever they are installed. */
export function findLanguagePackages(tree: FileTree): readonly FoundMetadata[] {
  const found: FoundMetadata[] = [];
  let recorded = 0;
  for (const entry of tree.entries()) {
    const bytes = entry.content?.bytes;
    if (bytes === undefined) continue;
    const { path } = entry;
    const text = () => Buffer.from(bytes).toString('utf8');
    if (path.endsWith('/package.json')) {
      found.push({ path, reading: readNpmPackage(text(), path) });
    } else if (/\.dist-info\/METADATA$|\.egg-info\/PKG-INFO$|\.egg-info$/.test(path)) {
      const record = tree.resolve(path.replace(/METADATA$/, 'RECORD'))?.content?.bytes;
      // A line is two bytes at least; past the limit packages still count, without their files.
      recorded += record?.length ?? 0;
      const isRecord = path.endsWith('METADATA') && record !== undefined && recorded < MAX_OWNED_FILES * 16;
      found.push({
        path,
        reading: readPythonPackage(text(), path, isRecord ? Buffer.from(record).toString('utf8') : undefined),
      });
    }
  }
  return found;
}
