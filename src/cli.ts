#!/usr/bin/env node
import type { Command, CommandIo, ExitCode } from './cli/command.js';
import { programName } from './cli/program-name.js';
import { nearest } from './lib/nearest.js';

interface CommandEntry {
  readonly usage: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Loaded when asked for: `images` starts in milliseconds because it never sees the verifier. */
const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  check: {
    usage: 'check [DIR]',
    summary: 'evaluate every image the repository builds on',
    load: async () => (await import('./cli/check.js')).check,
  },
  evidence: {
    usage: 'evidence [DIR] --framework nist-800-53|fedramp|govramp',
    summary: 'lay out what was observed by the controls that it is evidence toward',
    load: async () => (await import('./cli/evidence.js')).evidence,
  },
  fix: {
    usage: 'fix [DIR] --pin [--write|--diff]',
    summary: 'pin references to the digests that were verified',
    load: async () => (await import('./cli/fix.js')).fix,
  },
  images: {
    usage: 'images [DIR]',
    summary: 'list every image use, without any network',
    load: async () => (await import('./cli/images.js')).images,
  },
  sbom: {
    usage: 'sbom FILE|IMAGE',
    summary: 'show the packages and minimum elements of an SBOM, or what changed since another',
    load: async () => (await import('./cli/sbom.js')).sbom,
  },
  verify: {
    usage: 'verify IMAGE',
    summary: 'say who signed an image, and whether it is who the policy asks for',
    load: async () => (await import('./cli/verify.js')).verify,
  },
  inspect: {
    usage: 'inspect IMAGE',
    summary: 'show all that can be learnt of one image: signatures, age, packages, programs, rights, secrets',
    load: async () => (await import('./cli/inspect.js')).inspect,
  },
  'verify-bundle': {
    usage: 'verify-bundle --bundle F … FILE_OR_DIGEST',
    summary: 'verify a Sigstore bundle (the protocol of the Sigstore conformance suite)',
    load: async () => (await import('./cli/verify-bundle.js')).verifyBundle,
  },
  rules: {
    usage: 'rules [ID]',
    summary: 'list the rules, or explain one',
    load: async () => (await import('./cli/rules.js')).rulesCommand,
  },
  policy: {
    usage: 'policy validate FILE | policy init [DIR]',
    summary: 'check a policy file, or propose one from what the repository uses today',
    load: async () => (await import('./cli/policy.js')).policyCommand,
  },
};

/** Runs the command line with the process's own arguments and streams; never throws. */
async function main(): Promise<ExitCode> {
  const [name, ...rest] = process.argv.slice(2);
  const io = processIo();
  if (name === '--version' || name === '-v') {
    io.stdout(`${(await import('./lib/version.js')).version}\n`);
    return 0;
  }
  // `help check` is asked as often as `check --help`.
  if (name === 'help' && rest[0] !== undefined) return await run(rest[0], ['--help'], io);
  if (name === '--help' || name === '-h' || name === 'help') {
    io.stdout(help());
    return 0;
  }
  if (name === undefined) {
    io.stderr(help());
    return 3;
  }
  return await run(name, rest, io);
}

async function run(name: string, rest: readonly string[], io: CommandIo): Promise<ExitCode> {
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry === undefined) {
    const meant = nearest(name, Object.keys(COMMANDS));
    io.stderr(
      `Unknown command "${printable(name)}".${meant === undefined ? '' : ` Did you mean ${meant}?`}\nAll commands: ${io.program} --help\n`,
    );
    return 3;
  }
  const command = await entry.load();
  return await command(rest, io);
}

function help(): string {
  const entries = Object.values(COMMANDS);
  const width = Math.max(...entries.map(({ usage }) => usage.length));
  const lines = entries.map(({ usage, summary }) => `  ${usage.padEnd(width)}  ${summary}`);
  return [
    'base-image-gate decides whether a repository may build on the container images it builds on.',
    '',
    'Usage: base-image-gate COMMAND [ARGUMENTS]',
    '',
    ...lines,
    '',
    'COMMAND --help says more; --version names the version.',
    'Exit codes of every command: 0 pass, 1 fail, 2 indeterminate or internal error, 3 wrong usage or policy.',
    '',
  ].join('\n');
}

function processIo(): CommandIo {
  const { env } = process;
  const wantsColor = env['NO_COLOR'] === undefined || env['NO_COLOR'] === '';
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    env,
    cwd: process.cwd(),
    program: programName(process.argv[1], process.cwd()),
    color: wantsColor && env['TERM'] !== 'dumb' && process.stdout.isTTY === true,
    columns: process.stdout.columns ?? 100,
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

process.on('uncaughtException', stop);
process.on('unhandledRejection', stop);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(2));
// A reader that closes the pipe early (`| head`) has what it wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? process.exit(2) : stop(error)));
process.exitCode = await main().catch(stop);
