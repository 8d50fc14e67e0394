import type { RepositoryTree } from '../build-files/repository-tree.js';
import { ok } from '../lib/result.js';

/** A repository whose files have other contents in a few places, as they would be if they were written. */
export function overlaidTree(tree: RepositoryTree, contents: ReadonlyMap<string, Uint8Array>): RepositoryTree {
  return {
    name: tree.name,
    entries: () => tree.entries(),
    read: async (path, maxBytes) => {
      const content = contents.get(path);
      return content === undefined ? await tree.read(path, maxBytes) : ok(content);
    },
  };
}
