import type { FileTree } from '../image-content/filesystem/file-tree.js';
import { isKeptFile } from '../image-content/layers/kept-files.js';
import { whyUnread } from './kept-text.js';
import { readNpmPackage, readPythonPackage } from './language-packages.js';
import { type DatabaseReading, MAX_OWNED_FILES } from './read-database.js';

/** What one package's metadata file said. */
export interface FoundMetadata {
  readonly path: string;
  readonly reading: DatabaseReading;
}

const PYTHON = /\.dist-info\/METADATA$|(?:\.egg-info|EGG-INFO)\/PKG-INFO$|\.egg-info$/;
const METADATA = new RegExp(`/package\\.json$|${PYTHON.source}`);

/** Finds and reads the metadata of npm and Python packages, wherever they are installed. */
export function findLanguagePackages(tree: FileTree): readonly FoundMetadata[] {
  const found: FoundMetadata[] = [];
  let recorded = 0;
  for (const entry of tree.entries()) {
    const { path } = entry;
    const bytes = entry.content?.bytes;
    if (bytes === undefined) {
      // Where pnpm's store lies in the image, what it installs may be written as hard links to that.
      const reason = METADATA.test(path) && isKeptFile(path) ? whyUnread(tree, path) : undefined;
      if (reason !== undefined) found.push({ path, reading: { packages: [], problems: [reason] } });
      continue;
    }
    const text = () => Buffer.from(bytes).toString('utf8');
    if (path.endsWith('/package.json')) {
      found.push({ path, reading: readNpmPackage(text(), path) });
    } else if (PYTHON.test(path)) {
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
