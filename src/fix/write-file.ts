import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '../result.js';
import type { PinnedFile } from './pin-files.js';

/**
 * Writes a pinned file where it stands: its mode, owner and links stay. Fails with a sentence, and writes nothing, if
 * the file is not what was pinned any more: it was edited meanwhile, or it is another name of a file just written.
 */
export async function writeFileInPlace(
  directory: string,
  { path, before, after }: PinnedFile,
): Promise<Result<null, string>> {
  const place = join(directory, path);
  try {
    const now = await readFile(place);
    if (now.equals(after)) return ok(null);
    if (!now.equals(before)) {
      return err(`${JSON.stringify(path)} has changed since it was read, so it was left alone; run fix again.`);
    }
    await writeFile(place, after);
    return ok(null);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return err(`${JSON.stringify(path)} could not be written: ${reason}. Make it writable and run fix again.`);
  }
}
