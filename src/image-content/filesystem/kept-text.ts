import type { FileTree } from './file-tree.js';

/** The bytes of a file that was kept for what it says, links followed; undefined where there is no such file. */
export function keptBytes(tree: FileTree, path: string): Uint8Array | undefined {
  return tree.resolve(path)?.content?.bytes;
}

/** The same as text: UTF-8, with U+FFFD for what is not. */
export function keptText(tree: FileTree, path: string): string | undefined {
  const bytes = keptBytes(tree, path);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
}

/**
 * Why a file that is there has no bytes, though its path is one whose bytes are kept; undefined where it has some, and
 * where nothing is there. A link may lead to another place, and a hard link is what it was first written as.
 */
export function whyUnread(tree: FileTree, path: string): string | undefined {
  const file = tree.resolve(path);
  if (file?.type !== 'file' || file.content?.bytes !== undefined) return undefined;
  return `it is a hard link to /${file.hardLinkTo ?? file.path}, whose content was not read`;
}
