import type { FileEntry } from './file-entry.js';
import { LinkResolver, MAX_LINKS } from './link-resolver.js';
import { nodePath, type TreeNode } from './tree-node.js';

/** Steps of one walk, links included: twice as many as a path of 4,096 bytes can have components. */
const MAX_STEPS = 4096;

/**
 * Walks `path` from `from` as the kernel does inside the container: links in the middle are followed, `..` stops at
 * the root. The last component's own link is followed only if `followLast`. What is missing is made by `make`, or
 * ends the walk with `null`; so does a loop. `taken` counts the steps of all walks it is given to.
 */
export function walk(
  root: TreeNode,
  from: TreeNode,
  path: string,
  followLast: boolean,
  make?: (parent: TreeNode, name: string) => TreeNode,
  taken: { steps: number } = { steps: 0 },
): TreeNode | null {
  let at = path.startsWith('/') ? root : from;
  // The components still to be walked, next one last.
  const pending = path.split('/').reverse();
  let links = 0;
  let steps = 0;
  while (pending.length > 0) {
    const name = pending.pop();
    steps += 1;
    taken.steps += 1;
    if (steps > MAX_STEPS) return null;
    if (name === undefined || name === '' || name === '.') continue;
    if (name === '..') {
      at = at.parent ?? root;
      continue;
    }
    const next = at.children?.get(name) ?? make?.(at, name);
    if (next === undefined) return null;
    const target = next.entry?.type === 'link' ? next.entry.linkTarget : undefined;
    // Called for links only: it scans all that is left.
    const isLast = target !== undefined && pending.every((part) => part === '' || part === '.');
    if (target === undefined || (isLast && !followLast)) {
      at = next;
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) return null;
    if (target.startsWith('/')) at = root;
    pending.push(...target.split('/').reverse());
  }
  return at;
}

/** An image's files as a container sees them: all layers laid over each other, read-only. */
export class FileTree {
  readonly #root: TreeNode;
  readonly #links: LinkResolver;

  constructor(root: TreeNode) {
    this.#root = root;
    this.#links = new LinkResolver(root);
  }

  /** The entry at a path (with or without a leading slash), a link itself rather than what it points to. */
  get(path: string): FileEntry | undefined {
    return this.#links.walk(path, false)?.entry ?? undefined;
  }

  /** The entry behind every link; undefined where it is missing, or the links loop. Its `path` is the real one. */
  resolve(path: string): FileEntry | undefined {
    return this.#links.walk(path, true)?.entry ?? undefined;
  }

  /** The real path of a path: links followed wherever they are; undefined where it is missing, or the links loop. */
  realPath(path: string): string | undefined {
    const node = this.#links.walk(path, true);
    return node === null ? undefined : nodePath(node);
  }

  /** The entries of a directory, links in its path followed. */
  *list(path: string): Iterable<FileEntry> {
    for (const child of this.#links.walk(path, true)?.children?.values() ?? []) {
      if (child.entry !== null) yield child.entry;
    }
  }

  /** Every entry, parents before their children. */
  *entries(): Iterable<FileEntry> {
    const pending: TreeNode[] = [this.#root];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (node.entry !== null) yield node.entry;
      // One by one: a directory may have a million children, and a call can't take so many arguments.
      for (const child of node.children?.values() ?? []) pending.push(child);
    }
  }
}
