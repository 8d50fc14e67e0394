import { joinInside } from './named-build.js';
import { LEADING_WORD } from './program-name.js';
import type { ShellCommand } from './shell-commands.js';
import { CLOSE, isOpen, OPEN } from './word-marks.js';

/** A command, and the directory that it runs in: `''` is the top of the repository, null is not known. */
export interface PlacedCommand<Command extends ShellCommand> {
  readonly command: Command;
  readonly directory: string | null;
}

/** Where a shell has input come from or output go to: a word of its own, or one with the file behind it. */
export const REDIRECTION = /^\d*(?:<{1,3}|>{1,2})/;

/** Words of a shell before a command that leave it one of the shell's own. */
const KEYWORD = /^(?:if|then|else|elif|do|while|until|!|\{|time|command|builtin|[A-Za-z_]\w*=.*)$/s;
/** Commands of functions that are followed again where these are called. */
const MAX_FOLLOWED = 2000;
/** As long as paths may be on Windows; a longer one would make each `cd` of a script costly. */
const MAX_PATH = 260;
/** Functions that call functions. */
const MAX_CALLS = 8;

/**
 * Follows `cd`, `pushd` and subshells, and yields each command with its directory. The body of a function is read where it
 * is defined, and again where it is called by its name: there it has the caller's directory, and changes it. A command
 * that may run or not is taken to run.
 */
export function* commandsInDirectories<Command extends ShellCommand>(
  commands: readonly Command[],
  start: string | null,
): Iterable<PlacedCommand<Command>> {
  const walk = new Walk(commands);
  const levels = [{ name: '', directory: start }];
  for (const command of commands) {
    const { functions = [] } = command;
    while (levels.length > 1 && levels.at(-1)?.name !== functions[levels.length - 2]) levels.pop();
    for (const name of functions.slice(levels.length - 1))
      levels.push({ name, directory: levels.at(-1)?.directory ?? null });
    const level = levels.at(-1);
    if (level === undefined) return;
    level.directory = yield* walk.follow(command, level.directory, functions);
  }
}

class Walk<Command extends ShellCommand> {
  readonly #bodies = new Map<string, Command[]>();
  readonly #outer: (string | null)[] = [];
  #left = MAX_FOLLOWED;

  constructor(commands: readonly Command[]) {
    for (const command of commands) {
      const name = command.functions?.at(-1);
      const body = name === undefined ? undefined : this.#bodies.get(name);
      if (body !== undefined) body.push(command);
      else if (name !== undefined) this.#bodies.set(name, [command]);
    }
  }

  /** Yields a command and what it calls, and returns the directory behind it. `calls` are the functions it is part of. */
  *follow(
    command: Command,
    directory: string | null,
    calls: readonly string[],
  ): Generator<PlacedCommand<Command>, string | null> {
    const [first = ''] = command.words;
    if (first === OPEN) this.#outer.push(directory);
    else if (first === CLOSE) return this.#outer.length === 0 ? directory : (this.#outer.pop() ?? null);
    else yield { command, directory };
    // What runs in a process of its own leaves the shell where it is.
    const after = command.isApart === true ? directory : directoryAfter(command, directory);
    const program = command.words.find((word) => !LEADING_WORD.test(word)) ?? '';
    const body = command.isDefinition === true || command.neverRuns === true ? undefined : this.#bodies.get(program);
    if (body === undefined || calls.includes(program) || calls.length >= MAX_CALLS) return after;
    let current = after;
    for (const inner of body) {
      if (--this.#left < 0) return null;
      current = yield* this.follow(inner, current, [...calls, program]);
    }
    return command.isApart === true ? after : current;
  }
}

function directoryAfter({ words, neverRuns, isDoubtful }: ShellCommand, directory: string | null): string | null {
  const own = words.slice(words.findIndex((word) => !KEYWORD.test(word)));
  const [first] = own;
  if (first !== 'cd' && first !== 'pushd' && first !== 'popd') return directory;
  if (neverRuns === true) return isDoubtful === true ? null : directory;
  return first === 'popd' ? null : changed(directory, own);
}

/** The directory after `cd DIRECTORY`; null where it is not known or no directory of the repository. */
function changed(directory: string | null, [, dir, ...more]: readonly string[]): string | null {
  if (dir === undefined || isOpen(dir) || dir.startsWith('-')) return null;
  if (
    more.length > 0 &&
    !more.every((word, index) => REDIRECTION.test(word) || REDIRECTION.test(more[index - 1] ?? ''))
  )
    return null;
  const path = joinInside(directory, dir, 'x')?.replace(/\/?x$/, '');
  return path === undefined || path.length > MAX_PATH ? null : path;
}
