import type { FileTree } from '../filesystem/file-tree.js';

/** The bytes of a file that was kept for what it says, links followed; undefined where there is no such file. */
export function keptBytes(tree: FileTree, path: string): Uint8Array | undefined {
  return tree.resolve(path)?.content?.bytes;
}

/** The same as text: UTF-8, with U+FFFD for what is not. */
export function keptText(tree: FileTree, path: string): string | undefined {
  const bytes = keptBytes(tree, path);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
}
