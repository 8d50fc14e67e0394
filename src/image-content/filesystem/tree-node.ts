import type { FileEntry } from './file-entry.js';

/** What all names of a file share once one of them was written as a hard link: the last header's. */
export type SharedRights = Pick<FileEntry, 'mode' | 'uid' | 'gid' | 'capabilities'>;

/** A place in the tree. A directory that no layer lists, only its children, has no entry. */
export interface TreeNode {
  readonly name: string;
  readonly parent: TreeNode | null;
  entry: FileEntry | null;
  children: Map<string, TreeNode> | null;
  /** Of a file with several names. */
  shared: { rights: SharedRights } | null;
}

/** A directory without an entry or children; the caller puts it into its parent. */
export function newNode(parent: TreeNode | null, name: string): TreeNode {
  return { name, parent, entry: null, children: null, shared: null };
}

/** The path of a node, relative to the root, without a leading slash; the root's is empty. */
export function nodePath(node: TreeNode): string {
  const parts: string[] = [];
  for (let at: TreeNode = node; at.parent !== null; at = at.parent) parts.push(at.name);
  return parts.reverse().join('/');
}
