import { optionalField } from '../../lib/collections.js';
import { err, ok, type Result } from '../../lib/result.js';
import { isLibraryName } from '../layers/file-scanner.js';
import { isHardLink, type LayerFacts } from '../layers/layer-facts.js';
import { LAYER_LIMITS } from '../layers/limits.js';
import type { FileEntry } from './file-entry.js';
import { FileTree, walk } from './file-tree.js';
import { newNode, nodePath, type SharedRights, type TreeNode } from './tree-node.js';

/** The image as a container sees it, and what could not be merged with the layers below. */
export interface Overlay {
  readonly tree: FileTree;
  readonly unread: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Lays layers over each other, bottom first, as the OCI image specification says and containerd does it: whiteouts
 * and opaque directories hide what is below and nothing of their own layer; a member's parents are found through the
 * links below (a layer may say `lib/x` where the base has `lib -> usr/lib`); anything but a directory over a directory
 * replaces what was there.
 *
 * Runtimes that unpack each layer by itself (overlay2) and those that see the layers below (containerd) differ where a
 * path goes through a link of another layer. Nothing is hidden on the word of such a path: a whiteout through a link
 * hides nothing, and a file that is replaced through one is named in `unread`.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/layer.md#applying-changesets
 * @see https://github.com/containerd/containerd/blob/main/pkg/archive/tar.go
 */
export function layOver(
  layers: readonly LayerFacts[],
): Result<Overlay, { readonly message: string; readonly limit: string }> {
  const root = newNode(null, '');
  const directories = new DirectoryWalk(root);
  const unread: { path: string; reason: string }[] = [];
  const linked: TreeNode[] = [];
  let implied = 0;
  const makeDirectory = (parent: TreeNode, name: string): TreeNode => {
    implied += 1;
    return childOf(parent, name);
  };
  for (const layer of layers) {
    directories.forget();
    const hiddenTargets = targetsToBeHidden(root, layer, directories.taken);
    for (const path of layer.opaque) {
      const directory = plainNode(root, path);
      if (directory !== null) directory.children = null;
    }
    for (const path of layer.whiteouts) {
      const hidden = plainNode(root, path);
      hidden?.parent?.children?.delete(hidden.name);
    }
    for (const entry of layer.entries) {
      const problem = place(root, entry, directories, makeDirectory, hiddenTargets, linked);
      if (problem !== null) unread.push({ path: entry.path, reason: problem });
      if (implied > LAYER_LIMITS['implied-directories']) {
        const message = `more than ${LAYER_LIMITS['implied-directories']} directories have no entry of their own`;
        return err({ message, limit: 'implied-directories' });
      }
      if (directories.taken.steps > LAYER_LIMITS['path-steps']) {
        const message = `their paths go through directories and links in more than ${LAYER_LIMITS['path-steps']} steps`;
        return err({ message, limit: 'path-steps' });
      }
    }
  }
  unread.push(...shareRights(linked));
  return ok({ tree: new FileTree(root), unread });
}

/** Gives every name of a file what the last header of its hard links says. */
function shareRights(linked: readonly TreeNode[]): Overlay['unread'] {
  const unread: { path: string; reason: string }[] = [];
  for (const node of linked) {
    const { entry, shared } = node;
    if (entry === null || shared === null) continue;
    if (isUnsearched(entry, shared.rights))
      unread.push({ path: entry.path, reason: 'a hard link turns a library into a program' });
    const { mode, ...rights } = shared.rights;
    node.entry = { ...entry, ...rights, ...(entry.type === 'link' ? {} : { mode }) };
  }
  return unread;
}

/** Whether a file becomes a program that was not searched for what programs it holds. */
function isUnsearched({ mode, path, hardLinkTo, content }: FileEntry, rights: SharedRights): boolean {
  const isProgram = (mode & 0o111) === 0 && (rights.mode & 0o111) !== 0;
  return isProgram && content?.form === 'elf' && isLibraryName(hardLinkTo ?? path);
}

/**
 * The files below that a layer takes second names of, where it hides files as well: containerd obeys an archive in its
 * order, so that a name which is taken before the whiteout is there in the container.
 */
function targetsToBeHidden(
  root: TreeNode,
  { entries, whiteouts, opaque }: LayerFacts,
  taken: { steps: number },
): ReadonlyMap<string, FileEntry> {
  const targets = new Map<string, FileEntry>();
  if (whiteouts.length === 0 && opaque.length === 0) return targets;
  for (const entry of entries) {
    if (!isHardLink(entry) || targets.has(entry.hardLinkTo)) continue;
    const linked = walk(root, root, entry.hardLinkTo, false, undefined, taken)?.entry;
    if (linked !== null && linked !== undefined) targets.set(entry.hardLinkTo, linked);
    if (taken.steps > LAYER_LIMITS['path-steps']) break;
  }
  return targets;
}

/** Puts one member where it belongs; answers with the reason where it has no place. */
function place(
  root: TreeNode,
  entry: LayerFacts['entries'][number],
  directories: DirectoryWalk,
  makeDirectory: (parent: TreeNode, name: string) => TreeNode,
  hiddenTargets: ReadonlyMap<string, FileEntry>,
  linked: TreeNode[],
): string | null {
  if (isHardLink(entry)) {
    const first = walk(root, root, entry.hardLinkTo, false, undefined, directories.taken);
    const target = first?.entry ?? hiddenTargets.get(entry.hardLinkTo);
    if (target === undefined) return `it is a hard link to /${entry.hardLinkTo}, which does not exist`;
    if (target.type === 'directory') return `it is a hard link to the directory /${entry.hardLinkTo}`;
    const shared = first?.shared ?? { rights: target };
    // Without a capability of its own the header takes none away for certain: the file keeps what it had.
    const { mode, uid, gid, capabilities = shared.rights.capabilities } = entry;
    shared.rights = { mode, uid, gid, ...optionalField('capabilities', capabilities) };
    const holdsFirst = first !== null && first.entry === target;
    if (holdsFirst && first.shared === null) {
      first.shared = shared;
      linked.push(first);
    }
    const second = { ...target, path: entry.path, hardLinkTo: target.path };
    return putEntry(root, second, directories, makeDirectory, (node) => {
      node.shared = shared;
      linked.push(node);
    });
  }
  return putEntry(root, entry, directories, makeDirectory, () => undefined);
}

function putEntry(
  root: TreeNode,
  entry: FileEntry,
  directories: DirectoryWalk,
  makeDirectory: (parent: TreeNode, name: string) => TreeNode,
  placed: (node: TreeNode) => void,
): string | null {
  const slash = entry.path.lastIndexOf('/');
  const parent = slash < 0 ? root : directories.find(entry.path.slice(0, slash), makeDirectory);
  if (parent === null) return 'the links in its path form a loop';
  if (parent.entry !== null && parent.entry.type !== 'directory') {
    // A file where a directory must be: runtimes refuse the image; what is above the file is still evaluated.
    parent.entry = null;
    directories.forget();
  }
  const name = entry.path.slice(slash + 1);
  if (name === '') {
    root.entry = entry;
    return null;
  }
  const node = childOf(parent, name);
  const path = parent === root ? name : `${nodePath(parent)}/${name}`;
  const replaced = node.entry;
  // From now on a path may resolve to another place.
  if (entry.type === 'link' || (replaced !== null && replaced.type !== entry.type)) directories.forget();
  node.entry = path === entry.path ? entry : { ...entry, path };
  node.shared = null;
  placed(node);
  if (entry.type !== 'directory') node.children = null;
  return path !== entry.path && replaced?.type === 'file'
    ? `it replaces /${path} through a link, which some runtimes do not follow`
    : null;
}

/** Finds the directories of members. Most follow one of the same directory, so the last one found is kept. */
class DirectoryWalk {
  /** Steps of all walks. */
  readonly taken = { steps: 0 };
  readonly #root: TreeNode;
  #last: { readonly path: string; readonly node: TreeNode | null } | null = null;

  constructor(root: TreeNode) {
    this.#root = root;
  }

  find(path: string, makeDirectory: (parent: TreeNode, name: string) => TreeNode): TreeNode | null {
    if (this.#last?.path === path) return this.#last.node;
    const node = walk(this.#root, this.#root, path, true, makeDirectory, this.taken);
    this.#last = { path, node };
    return node;
  }

  forget(): void {
    this.#last = null;
  }
}

/** The node at a path that goes through no link. */
function plainNode(root: TreeNode, path: string): TreeNode | null {
  let at = root;
  for (const name of path === '' ? [] : path.split('/')) {
    // A link has no children of its own.
    const next = at.children?.get(name);
    if (next === undefined) return null;
    at = next;
  }
  return at;
}

function childOf(parent: TreeNode, name: string): TreeNode {
  parent.children ??= new Map();
  let child = parent.children.get(name);
  if (child === undefined) {
    child = newNode(parent, name);
    parent.children.set(name, child);
  }
  return child;
}
