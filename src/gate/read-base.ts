import { readRepository } from '../build-files/read.js';
import type { ReadingOptions } from '../build-files/reading.js';
import type { RepositoryTree } from '../build-files/repository-tree.js';
import type { Change } from './change.js';

/** What a change starts from, read by the same reader with the same options; no uses where it can't be read. */
export async function readBase(
  base: RepositoryTree,
  reading: ReadingOptions,
): Promise<Pick<Change, 'baseUses' | 'baseStages'>> {
  const read = await readRepository(base, reading);
  return read.ok ? { baseUses: read.value.uses, baseStages: read.value.stages } : { baseUses: null };
}
