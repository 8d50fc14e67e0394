import type { FileTree } from './filesystem/file-tree.js';
import { keptText, whyUnread } from './filesystem/kept-text.js';

/** Whom a `USER` text stands for. */
export interface RunsAs {
  /** Undefined where the name is in no passwd that we can see. */
  readonly uid?: number;
  readonly name?: string;
  /** Why the passwd that may tell of the name was not read. */
  readonly unread?: string;
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
  const passwd = tree === undefined ? undefined : keptText(tree, 'etc/passwd');
  const uid = passwd === undefined ? undefined : uidIn(passwd, name);
  if (uid !== undefined) return { uid, name };
  if (name === 'root') return { uid: 0, name };
  const unread = tree === undefined ? undefined : whyUnread(tree, 'etc/passwd');
  return unread === undefined ? { name } : { name, unread: `of /etc/passwd, ${unread}` };
}

/** The uid of the first line of a name. As in runc blanks around a line don't count, and what is no number is 0. */
function uidIn(passwd: string, name: string): number | undefined {
  for (const line of passwd.split('\n')) {
    const [first, , uid = ''] = line.trim().split(':');
    if (first === name) return /^[+-]?[0-9]+$/.test(uid) ? Math.abs(Number(uid)) : 0;
  }
  return undefined;
}
