import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { CommandIo } from './command.js';

/**
 * Writes a command's data, whole or in pieces that are made as they are written, to the file of `--output`, or to standard output without one.
 * Returns false, with a message on standard error, where the file can't be written.
 */
export async function writeOutput(
  data: string | Iterable<string>,
  file: string | undefined,
  io: CommandIo,
): Promise<boolean> {
  const pieces = typeof data === 'string' ? [data] : inChunks(data);
  if (file === undefined) {
    for (const piece of pieces) io.stdout(piece);
    return true;
  }
  const path = resolve(io.cwd, file);
  try {
    await makeDirectory(dirname(path));
    await writeFile(path, pieces);
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    io.stderr(
      `The output file ${file} could not be written: ${reason}. Choose a place that can be written with --output.\n`,
    );
    return false;
  }
}

/** Lets one system call write many lines. */
const CHUNK_CHARACTERS = 64 * 1024;

function* inChunks(pieces: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

/** Directory by directory: Node's recursive mkdir never ends where a directory says it is not there and can't be made (/proc). */
async function makeDirectory(path: string): Promise<void> {
  if (existsSync(path)) return;
  await makeDirectory(dirname(path));
  await mkdir(path);
}
