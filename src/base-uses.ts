import type { ImageUse } from './build-files/image-use.js';
import { readRepository } from './build-files/read.js';
import type { ReadingOptions } from './build-files/reading.js';
import type { RepositoryTree } from './build-files/repository-tree.js';

/** The uses that a change starts from, read by the same reader with the same options; null where they can't be read. */
export async function usesOfBase(base: RepositoryTree, reading: ReadingOptions): Promise<readonly ImageUse[] | null> {
  const read = await readRepository(base, reading);
  return read.ok ? read.value.uses : null;
}
