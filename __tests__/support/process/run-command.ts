import type { Command, CommandIo, ExitCode } from '../../../src/cli/command.js';

/** A command's surroundings on a machine without a terminal, in a directory, with a home that can't be created, so that nothing is kept. */
export function ioIn(directory: string, changes: Partial<CommandIo> = {}): CommandIo {
  return {
    stdout: () => undefined,
    stderr: () => undefined,
    env: { HOME: '/dev/null/none' },
    cwd: directory,
    program: 'base-image-gate',
    color: false,
    columns: 120,
    progress: false,
    ...changes,
  };
}

/** Runs a command in a directory. Returns its exit code and what it printed. */
export async function runCommand(
  command: Command,
  directory: string,
  ...args: readonly string[]
): Promise<{ readonly code: ExitCode; readonly stdout: string; readonly stderr: string }> {
  let [stdout, stderr] = ['', ''];
  const io = ioIn(directory, {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
  });
  return { code: await command(args, io), stdout, stderr };
}
