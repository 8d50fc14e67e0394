import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { err, ok, type Result } from '../lib/result.js';
import type { CommandIo } from './command.js';

/** The folder of a command's DIR argument (default: the current one). Fails with a sentence where it is none. */
export function judgedDirectory(argument: string | undefined, io: CommandIo): Result<string, string> {
  const directory = resolve(io.cwd, argument ?? '.');
  const found = statSync(directory, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return ok(directory);
  return err(
    `${argument ?? '.'} is ${found === undefined ? 'not there' : 'not a directory'}; expected the directory of a repository.`,
  );
}
