import type { ImageUse } from '../build-files/image-use.js';
import { readRepository } from '../build-files/read.js';
import type { ReadingOptions } from '../build-files/reading.js';
import type { RepositoryTree } from '../build-files/repository-tree.js';
import { overlaidTree } from './overlaid-tree.js';
import type { ReadAgain } from './pin-files.js';

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
