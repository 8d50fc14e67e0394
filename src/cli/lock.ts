import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LOCK_PATH, readLock } from '../enforce/lock/lock.js';
import { codeOf, messageOf } from '../lib/caught.js';
import { terminal } from '../lib/escape/visible.js';
import { err, ok, type Result } from '../lib/result.js';
import { plural } from '../lib/text.js';
import type { Command } from './command.js';
import { defineCommand } from './define-command.js';
import { LOCK } from './definitions.js';
import { runLocalGate } from './local-gate.js';
import { refuse } from './refusal.js';

/** `lock`: keeps the digests of references that build files do not pin. */
export const lock: Command = defineCommand(LOCK, async ({ values, positionals, io, wrong }) => {
  const [write, check] = [values.write === true, values.check === true];
  if (write === check) return wrong('Expected one of --write and --check.');
  const run = await runLocalGate(values, positionals, io);
  if (!run.ok) return refuse('lock', run.error, io);
  const { directory, tree, report, policy, now } = run.value;
  const before = await readLock(tree);
  if (!before.ok && check) {
    io.stderr(`lock: ${LOCK_PATH} can't be read: ${terminal(before.error)}. Write it again with --write.\n`);
    return 2;
  }
  const { lockChanges, lockText, makeLock } = await import('../enforce/lock/make-lock.js');
  const old = before.ok ? before.value : null;
  const made = makeLock({ report, policy, now }, old);
  const changes = lockChanges(old, made.lock);
  for (const line of changes) io.stdout(`${line}\n`);
  for (const { name, reason } of made.left) io.stderr(terminal(`${name} is not locked: ${reason}`).concat('\n'));
  if (check) {
    io.stderr(changes.length === 0 ? `${LOCK_PATH} is up to date.\n` : `${LOCK_PATH} is not up to date.\n`);
    return changes.length > 0 || made.left.length > 0 ? 1 : 0;
  }
  const written = await writeLock(directory, lockText(made.lock));
  if (!written.ok) {
    io.stderr(`lock: ${LOCK_PATH} was not written: ${terminal(written.error)}.\n`);
    return 2;
  }
  io.stderr(`${LOCK_PATH} has ${plural(made.lock.images.length, 'image')}.\n`);
  return made.left.length > 0 ? 1 : 0;
});

/** Never through a link: a link in an untrusted repository could choose which file is overwritten. Fails with a clause. */
async function writeLock(directory: string, text: string): Promise<Result<true, string>> {
  const path = join(directory, LOCK_PATH);
  for (const place of [dirname(path), path]) {
    if (await isLink(place)) return err(`${place} is a symbolic link`);
  }
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    return ok(true);
  } catch (error) {
    return err(messageOf(error));
  }
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
