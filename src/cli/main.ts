import { nearest } from '../lib/nearest.js';
import type { CommandIo, ExitCode } from './command.js';
import { LOADERS } from './commands.js';
import { COMMANDS } from './definitions.js';
import { generalHelp, usageOf } from './help.js';
import { programName } from './program-name.js';
import { terminalStyle } from './terminal.js';

/** Runs the command line with the process's own arguments and streams; never throws. */
async function main(): Promise<ExitCode> {
  const [name, ...rest] = process.argv.slice(2);
  const io = processIo();
  if (name === '--version' || name === '-v') {
    io.stdout(`${(await import('../lib/version.js')).version}\n`);
    return 0;
  }
  // `help check` is as common as `check --help`.
  if (name === 'help' && rest.length > 0) return await run([...rest, '--help'], io);
  if (name === '--help' || name === '-h' || name === 'help') {
    io.stdout(generalHelp());
    return 0;
  }
  if (name === undefined) {
    io.stderr(generalHelp());
    return 3;
  }
  return await run([name, ...rest], io);
}

async function run(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const [first = '', second = ''] = args;
  const called = (wanted: string) => COMMANDS.find(({ name }) => name === wanted);
  // `survey merge` is not `survey` with an argument.
  const definition = called(`${first} ${second}`) ?? called(first);
  const load = definition === undefined ? undefined : LOADERS[definition.name];
  if (definition === undefined || load === undefined) return unknown(first, second, io);
  const command = await load();
  return await command(args.slice(definition.name.split(' ').length), io);
}

function unknown(first: string, second: string, io: CommandIo): 3 {
  const parts = COMMANDS.filter(({ name }) => name.startsWith(`${first} `));
  if (parts.length > 0) {
    const given = second === '' || second.startsWith('-') ? '' : ` and not "${printable(second)}"`;
    io.stderr(`Expected ${parts.map((part) => `"${usageOf(part)}"`).join(' or ')}${given}.\n`);
    return 3;
  }
  const meant = nearest(
    first,
    COMMANDS.map(({ name }) => name.split(' ')[0] ?? name),
  );
  io.stderr(
    `Unknown command "${printable(first)}".${meant === undefined ? '' : ` Did you mean ${meant}?`}\nAll commands: ${io.program} --help\n`,
  );
  return 3;
}

function processIo(): CommandIo {
  const { env } = process;
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    env,
    cwd: process.cwd(),
    program: programName(process.argv[1], process.cwd()),
    ...terminalStyle(env, process.stdout),
    progress: process.stderr.isTTY === true,
  };
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}

/** Node's own exit code for an uncaught error is 1, which would read as "fail"; nothing was decided, so it is 2. */
function stop(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `base-image-gate stopped because of an internal error: ${message}\nNothing was decided. Report it with the command you ran.\n`,
  );
  if (process.env['BASE_IMAGE_GATE_DEBUG'] !== undefined && error instanceof Error)
    process.stderr.write(`${error.stack}\n`);
  process.exit(2);
}

/** Runs the command line to its end, and leaves the process with its exit code. */
export async function runCommandLine(): Promise<void> {
  process.on('uncaughtException', stop);
  process.on('unhandledRejection', stop);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(2));
  // A reader that closes the pipe early (`| head`) has what it wanted.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    error.code === 'EPIPE' ? process.exit(2) : stop(error),
  );
  process.exitCode = await main().catch(stop);
  // What the run's deadline overtook may still be at work: only what was printed is waited for.
  setInterval(() => {
    if (process.stdout.writableLength === 0) process.exit();
  }, 1_000).unref();
}
