import type { TreeNode } from './tree-node.js';

/** As many links as Linux follows before it says ELOOP. */
export const MAX_LINKS = 40;

/** Where a link leads, and how many links are followed on the way, itself included; null where it leads nowhere. */
interface Resolved {
  readonly node: TreeNode | null;
  readonly links: number;
}

/** A link whose target is being walked. */
interface Frame {
  readonly link: TreeNode | null;
  at: TreeNode;
  links: number;
  /** The components still to be walked, next one last. */
  readonly pending: string[];
}

const NOWHERE: Resolved = { node: null, links: 0 };

/**
 * Walks paths of a tree that no longer changes. Where each link leads is found out once, so that a million links of
 * which each names the next cost no more than as many files; Linux's limit on the links of one path still applies.
 */
export class LinkResolver {
  readonly #root: TreeNode;
  /** Null while a link's target is being walked: meeting it then means a loop. */
  readonly #known = new Map<TreeNode, Resolved | null>();

  constructor(root: TreeNode) {
    this.#root = root;
  }

  /** The node at a path, links in the middle followed, the last component's only if `followLast`; null if there is none. */
  walk(path: string, followLast: boolean): TreeNode | null {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    const last = followLast ? undefined : parts.pop();
    const directory = this.#run({ link: null, at: this.#root, links: 0, pending: parts.reverse() });
    if (last === undefined || directory === null) return directory;
    return last === '..' ? (directory.parent ?? this.#root) : (directory.children?.get(last) ?? null);
  }

  /** Walks a path to its end, and on the way the targets of links that are not known yet; they wait on a stack of their own. */
  #run(path: Frame): TreeNode | null {
    const frames: Frame[] = [path];
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const met = this.#advance(frame);
      if (met.kind === 'link') {
        this.#known.set(met.link, null);
        frames.push(frameOf(met.link, this.#root));
        continue;
      }
      frames.pop();
      if (frame.link === null) return met.node;
      this.#known.set(frame.link, met.node === null ? NOWHERE : { node: met.node, links: frame.links + 1 });
    }
    return null;
  }

  /** Goes on until the path ends, or until a link that must be resolved first; that component then stays pending. */
  #advance(
    frame: Frame,
  ): { readonly kind: 'end'; readonly node: TreeNode | null } | { readonly kind: 'link'; readonly link: TreeNode } {
    for (let name = frame.pending.at(-1); name !== undefined; name = frame.pending.at(-1)) {
      const next: TreeNode | undefined = name === '..' ? (frame.at.parent ?? this.#root) : frame.at.children?.get(name);
      if (next === undefined) return { kind: 'end', node: null };
      if (next.entry?.type !== 'link') frame.at = next;
      else {
        const known = this.#known.get(next);
        if (known === undefined) return { kind: 'link', link: next };
        if (known === null || known.node === null) return { kind: 'end', node: null };
        frame.links += known.links;
        if (frame.links > MAX_LINKS) return { kind: 'end', node: null };
        frame.at = known.node;
      }
      frame.pending.pop();
    }
    return { kind: 'end', node: frame.at };
  }
}

function frameOf(link: TreeNode, root: TreeNode): Frame {
  const target = link.entry?.linkTarget ?? '';
  const pending = target.split('/').filter((part) => part !== '' && part !== '.');
  return { link, at: target.startsWith('/') ? root : (link.parent ?? root), links: 0, pending: pending.reverse() };
}
