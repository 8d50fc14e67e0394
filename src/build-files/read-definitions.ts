import type { DefinitionFile } from './build-definition.js';
import type { BuildFile } from './image-use.js';
import { type RepositoryTree, reasonOf } from './repository-tree.js';
import { unreadableDefinition } from './unreadable-definition.js';

/** The longest definition that is read. */
export const MAX_DEFINITION_BYTES = 4 * 1024 * 1024;

/** The bytes of definitions that are read together, and those that can't be had. */
export async function readAll(
  tree: RepositoryTree,
  paths: readonly string[],
): Promise<{ readonly files: readonly DefinitionFile[]; readonly unreadable: readonly BuildFile[] }> {
  const files: DefinitionFile[] = [];
  const unreadable: BuildFile[] = [];
  for (const path of paths) {
    const content = await tree.read(path, MAX_DEFINITION_BYTES);
    if (content.ok) files.push({ path, bytes: content.value });
    else unreadable.push(unreadableDefinition(path, { reason: reasonOf(content.error) }));
  }
  return { files, unreadable };
}
