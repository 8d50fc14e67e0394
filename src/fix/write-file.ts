import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { access, constants, lstat, open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { err, ok, type Result } from '../lib/result.js';

/** A build file of the repository, and what it is to become. */
export interface ChangedFile {
  readonly path: string;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/**
 * Writes a changed file: whole, next to the old one, and then in its place, so that a concurrent reader, or a
 * crash, finds either the old file or the new one. Mode and owner stay. Fails with a sentence, and changes nothing, where the file is not
 * what was read any more, is no plain file of the repository (a symbolic link leads anywhere), or can't be written.
 */
export async function writeFileInPlace(
  directory: string,
  { path, before, after }: ChangedFile,
): Promise<Result<null, string>> {
  const place = join(directory, path);
  const name = JSON.stringify(path);
  try {
    const now = await readFile(place);
    // Another name of a file that has been written.
    if (now.equals(after)) return ok(null);
    if (await isLinked(directory, path)) {
      return err(`${name} is a symbolic link or lies behind one, so it was left alone; run fix where it leads to.`);
    }
    const stats = await lstat(place);
    if (!stats.isFile()) return err(`${name} is not a plain file, so it was left alone; change it by hand.`);
    await access(place, constants.W_OK);
    const changed = `${name} has changed since it was read, so it was left alone; run fix again.`;
    if (!now.equals(before)) return err(changed);
    const replaced = await replace(place, stats, after, async () => (await readFile(place)).equals(before));
    return replaced ? ok(null) : err(changed);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return err(`${name} could not be written: ${reason}. Make it and its directory writable and run fix again.`);
  }
}

async function isLinked(directory: string, path: string): Promise<boolean> {
  return (await realpath(join(directory, path))) !== join(await realpath(directory), path);
}

/** Whether the file was replaced: `isUnchanged` is called last, right before the rename. */
async function replace(
  place: string,
  { mode, uid, gid }: Stats,
  content: Uint8Array,
  isUnchanged: () => Promise<boolean>,
): Promise<boolean> {
  const beside = join(dirname(place), `.${basename(place)}.${randomUUID()}.tmp`);
  let isThere = false;
  try {
    // `wx` neither follows a link nor takes a file that another process put there.
    const file = await open(beside, 'wx', 0o600);
    isThere = true;
    try {
      await file.writeFile(content);
      const made = await file.stat();
      if (made.uid !== uid || made.gid !== gid) await file.chown(uid, gid);
      // After the owner: changing that takes set-uid bits away.
      await file.chmod(mode & 0o7777);
      await file.sync();
    } finally {
      await file.close();
    }
    if (!(await isUnchanged())) return false;
    await rename(beside, place);
    isThere = false;
    return true;
  } finally {
    if (isThere) await rm(beside, { force: true });
  }
}
