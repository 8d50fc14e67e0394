/**
 * 0 pass, 1 fail, 2 indeterminate (also an internal error, a signal, a time-out), 3 wrong usage or policy.
 * The same for every command, since scripts rely on it.
 */
export type ExitCode = 0 | 1 | 2 | 3;

/** What a command may touch besides its arguments. Data goes to `stdout`, everything else to `stderr`. */
export interface CommandIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** How this program was called, such as `node dist/cli.js`: what a message shows a person to type begins with it. */
  readonly program: string;
  /** Whether standard output is a terminal that may be colored. */
  readonly color: boolean;
  /** How wide the terminal is, in columns. */
  readonly columns: number;
  /** Whether standard error is a terminal, so that progress may be shown. */
  readonly progress: boolean;
}

/** A command of the command line: its arguments without its own name. It prints, and never throws for what a user can get wrong. */
export type Command = (args: readonly string[], io: CommandIo) => Promise<ExitCode>;
