import { nameKind } from '../build-files/file-names.js';
import type { WorkingTree } from '../build-files/working-tree.js';
import { terminal } from '../lib/escape/visible.js';
import { listed } from '../lib/text.js';
import type { CommandIo } from './command.js';

/** How many files are named. */
const MAX_NAMED = 5;

/**
 * Says on standard error which build files are not read because git does not track them yet. A user who has just written a
 * Dockerfile would otherwise read that all is well, and learn of it in CI.
 */
export async function reportUntracked(tree: WorkingTree, io: CommandIo): Promise<void> {
  const files = (await tree.untracked()).filter((path) => nameKind(path) === 'dockerfile');
  if (files.length === 0) return;
  const them = files.length === 1 ? 'it' : 'them';
  io.stderr(
    `Not read, since git does not track ${them}: ${listed(files.map(terminal), MAX_NAMED)}. Run \`git add\`, or add --all-files.\n`,
  );
}
