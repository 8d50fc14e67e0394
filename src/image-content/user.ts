import type { FileTree } from './filesystem/file-tree.js';
import { keptText, whyUnread } from './filesystem/kept-text.js';

/**
 * The largest uid: containerd before 1.7.27 cut larger ones to 32 bits, so that 4294967296 was root.
 * @see https://github.com/containerd/containerd/security/advisories/GHSA-265r-hfxg-fhmg
 */
export const MAX_UID = 2 ** 31 - 1;

/** Whom a `USER` text stands for. */
export interface RunsAs {
  /** Undefined where the name is in no passwd that we can see. */
  readonly uid?: number;
  readonly name?: string;
  /** Why its number is none that every runtime takes for the same. */
  readonly invalid?: string;
  /** Why the passwd that may have the name was not read. */
  readonly unread?: string;
}

/**
 * Reads `user[:group]` as runc does: nothing is uid 0, digits are a uid even if passwd has such a name, and a name is looked up
 * in the image's passwd. Without a tree only `root` is known by name.
 *
 * @see https://github.com/moby/sys/blob/main/user/user.go GetExecUser
 */
export function runsAs(user: string, tree: FileTree | undefined): RunsAs {
  const name = user.split(':')[0]?.trim() ?? '';
  if (name === '') return { uid: 0 };
  if (isNumber(name)) return numbered(name);
  const passwd = tree === undefined ? undefined : keptText(tree, 'etc/passwd');
  const uid = passwd === undefined ? undefined : uidIn(passwd, name);
  if (uid !== undefined) return { ...numbered(uid), name };
  if (name === 'root') return { uid: 0, name };
  const unread = tree === undefined ? undefined : whyUnread(tree, 'etc/passwd');
  return unread === undefined ? { name } : { name, unread: `/etc/passwd was not read: ${unread}` };
}

/** The uid of the first line of a name. As in runc blanks around a line don't count, and what is no number is 0. */
function uidIn(passwd: string, name: string): string | undefined {
  for (const line of passwd.split('\n')) {
    const [first, , uid = ''] = line.trim().split(':');
    if (first === name) return isNumber(uid) ? uid : '0';
  }
  return undefined;
}

function isNumber(text: string): boolean {
  return /^[+-]?[0-9]+$/.test(text);
}

function numbered(text: string): Pick<RunsAs, 'uid' | 'invalid'> {
  const uid = Number(text);
  return uid >= 0 && uid <= MAX_UID
    ? { uid: Math.abs(uid) }
    : { invalid: `uid ${text.slice(0, 40)} is not between 0 and ${MAX_UID}` };
}
