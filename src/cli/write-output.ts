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
    await makeDirectory(dirname(path));
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

/** Directory by directory: Node's recursive mkdir never ends where a directory says it is not there and can't be made (/proc). */
async function makeDirectory(path: string): Promise<void> {
  if (existsSync(path)) return;
  await makeDirectory(dirname(path));
  await mkdir(path);
}
