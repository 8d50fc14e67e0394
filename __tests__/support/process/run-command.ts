import { join } from 'node:path';
import type { Command, CommandIo, ExitCode } from '../../../src/cli/command.js';

/** A command's surroundings at a desk without a terminal, in a folder, with a home where nothing is. */
export function deskIn(folder: string, changes: Partial<CommandIo> = {}): CommandIo {
  return {
    stdout: () => undefined,
    stderr: () => undefined,
    env: { HOME: join(folder, 'none') },
    cwd: folder,
    program: 'base-image-gate',
    colour: false,
    columns: 120,
    progress: false,
    ...changes,
  };
}

/** Runs a command in a folder. Returns its exit code and what it printed. */
export async function runCommand(
  command: Command,
  folder: string,
  ...args: readonly string[]
): Promise<{ readonly code: ExitCode; readonly stdout: string; readonly stderr: string }> {
  let [stdout, stderr] = ['', ''];
  const desk = deskIn(folder, {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
  });
  return { code: await command(args, desk), stdout, stderr };
}
