import type { ParseArgsConfig } from 'node:util';
import { readArguments } from './arguments.js';
import type { Command, CommandIo, ExitCode } from './command.js';

type OptionSpecs = NonNullable<ParseArgsConfig['options']>;
type Parsed<O extends OptionSpecs> = Extract<ReturnType<typeof readArguments<O>>, { readonly ok: true }>['value'];

interface CommandDefinition<O extends OptionSpecs> {
  readonly name: string;
  /** What `--help` prints. */
  readonly usage: string;
  readonly options: O;
  /** How many arguments without a flag it takes. */
  readonly arguments: number;
}

/** What a command's own part is given. `wrong` says what is wrong with the usage, and returns its exit code. */
interface CommandCall<O extends OptionSpecs> {
  readonly values: Parsed<O>['values'];
  readonly positionals: readonly string[];
  readonly io: CommandIo;
  readonly wrong: (message: string) => 3;
}

/** A command whose arguments are read, whose `--help` is answered and whose wrong usage is reported in one way. */
export function defineCommand<const O extends OptionSpecs>(
  { name, usage, options, arguments: most }: CommandDefinition<O>,
  run: (call: CommandCall<O>) => ExitCode | Promise<ExitCode>,
): Command {
  return async (args, io) => {
    const wrong = (message: string): 3 => {
      io.stderr(wrongUsage(name, message, io));
      return 3;
    };
    // Asked before anything is read, so that help is had however wrong the rest is.
    if (args.includes('--help') || args.includes('-h')) {
      io.stdout(usage);
      return 0;
    }
    const parsed = readArguments(args, options, most);
    if (!parsed.ok) return wrong(parsed.error);
    return await run({ values: parsed.value.values, positionals: parsed.value.positionals, io, wrong });
  };
}

/** What is wrong comes last on the screen and first to the eye; the usage, a screen of its own, is a command away. */
export function wrongUsage(command: string, message: string, io: Pick<CommandIo, 'program'>): string {
  return `${command}: ${message}\nWhat ${command} takes: ${io.program} ${command} --help\n`;
}
