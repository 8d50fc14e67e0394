import { type Arguments, readArguments } from './arguments.js';
import type { Command, CommandIo, ExitCode } from './command.js';
import type { CommandDefinition } from './definitions.js';
import type { Flags } from './flags.js';
import { commandHelp } from './help.js';

/** What a command's own part is given. `wrong` says what is wrong with the usage, and returns its exit code. */
interface CommandCall<F extends Flags> extends Arguments<F> {
  readonly io: CommandIo;
  readonly wrong: (message: string) => 3;
}

/** A command whose arguments are read, whose `--help` is answered and whose wrong usage is reported in one way. */
export function defineCommand<F extends Flags>(
  definition: CommandDefinition<F>,
  run: (call: CommandCall<F>) => ExitCode | Promise<ExitCode>,
): Command {
  return async (args, io) => {
    const wrong = (message: string): 3 => {
      io.stderr(wrongUsage(definition.name, message, io));
      return 3;
    };
    // Answered before anything is read, so that help is shown however wrong the rest is.
    if (args.includes('--help') || args.includes('-h')) {
      io.stdout(commandHelp(definition));
      return 0;
    }
    const parsed = readArguments(args, definition);
    return parsed.ok ? await run({ ...parsed.value, io, wrong }) : wrong(parsed.error);
  };
}

/** What is wrong comes last on the screen and first to the eye; the usage, a screen of its own, is a command away. */
export function wrongUsage(command: string, message: string, io: Pick<CommandIo, 'program'>): string {
  return `${command}: ${message}\nFlags and arguments of ${command}: ${io.program} ${command} --help\n`;
}
