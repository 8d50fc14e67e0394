import type { FileTree } from './filesystem/file-tree.js';
import { keptText } from './packages/kept-text.js';

/** Whom a `USER` text stands for. */
export interface RunsAs {
  /** Undefined where the name is in no passwd that we can see. */
  readonly uid?: number;
  readonly name?: string;
}

/**
 * Reads `user[:group]` as runc does: nothing is uid 0, digits are a uid whatever passwd says, and a name is looked up
 * in the image's passwd. Without a tree only `root` is known by name.
 *
 * @see https://github.com/moby/sys/blob/main/user/user.go GetExecUser
 */
export function runsAs(user: string, tree: FileTree | undefined): RunsAs {
  const name = user.split(':')[0]?.trim() ?? '';
  if (name === '') return { uid: 0 };
  if (/^[+-]?[0-9]+$/.test(name)) return { uid: Math.abs(Number(name)) };
  const line = (tree === undefined ? undefined : keptText(tree, 'etc/passwd'))
    ?.split('\n')
    .find((one) => one.startsWith(`${name}:`));
  const uid = line === undefined ? (name === 'root' ? 0 : undefined) : Number(line.split(':')[2]);
  return uid === undefined || !Number.isSafeInteger(uid) ? { name } : { uid, name };
}
