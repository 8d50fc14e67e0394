import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { CommandIo } from './command.js';

/**
 * Writes a command's data to the file of `--output`, or to standard output without one.
 * Returns false, with a message on standard error, where the file can't be written.
 */
export async function writeOutput(text: string, file: string | undefined, io: CommandIo): Promise<boolean> {
  if (file === undefined) {
    io.stdout(text);
    return true;
  }
  const path = resolve(io.cwd, file);
  try {
    await makeFolder(dirname(path));
    await writeFile(path, text);
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    io.stderr(
      `The output file ${file} could not be written: ${reason}. Choose a place that can be written with --output.\n`,
    );
    return false;
  }
}

/** Folder by folder: Node's recursive mkdir never ends where a folder says it is not there and can't be made (/proc). */
async function makeFolder(path: string): Promise<void> {
  if (existsSync(path)) return;
  await makeFolder(dirname(path));
  await mkdir(path);
}
