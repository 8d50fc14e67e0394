import type { ImageUse } from '../build-files/image-use.js';
import { readRepository } from '../build-files/read.js';
import type { ReadingOptions } from '../build-files/reading.js';
import type { RepositoryTree } from '../build-files/repository-tree.js';
import { overlaidTree } from '../fix/overlaid-tree.js';
import type { ReadAgain } from '../fix/pin-files.js';
import type { ChangedFile } from '../fix/write-file.js';

/** Reads build files of a run again, with other bytes. What can't be read names nothing. */
export function readAgain(tree: RepositoryTree, reading: ReadingOptions): ReadAgain {
  return async (contents) => {
    const read = await readRepository(overlaidTree(tree, contents), { ...reading, only: [...contents.keys()] });
    return read.ok ? read.value : { files: [], uses: [], stages: [] };
  };
}

/** Triggers of a remote base stand in its configuration; they take the place of the FROM that names it. */
export function isOfRemoteTrigger({ id }: Pick<ImageUse, 'id'>): boolean {
  return id.includes(':onbuild:');
}

interface NotWritten {
  readonly path: string;
  readonly message: string;
}

/** Writes files that were changed; what could not be written is returned with a sentence. */
export async function writeAll(directory: string, files: readonly ChangedFile[]): Promise<readonly NotWritten[]> {
  const { writeFileInPlace } = await import('../fix/write-file.js');
  const failed: NotWritten[] = [];
  let waiting = files;
  // A link is left alone unless what it leads to has been written, which may come after it.
  for (const last of [false, true]) {
    const refused: ChangedFile[] = [];
    for (const file of waiting) {
      const written = await writeFileInPlace(directory, file);
      if (written.ok) continue;
      refused.push(file);
      if (last) failed.push({ path: file.path, message: written.error });
    }
    waiting = refused;
  }
  return failed;
}
