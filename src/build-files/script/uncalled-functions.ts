import { baseName, LEADING_WORD } from './program-name.js';
import type { ShellCommand } from './shell-commands.js';
import { isDefault, isOpen } from './word-marks.js';

/** They show what stands behind them, and call nothing. */
const SHOWING = new Set(['echo', 'printf', ':', 'true', 'false', 'unset', 'readonly', '[', '[[', 'test']);
/** They may call what no word names. */
const CALLING = new Set(['eval', 'source', '.', 'compgen', 'invoke-expression', 'iex']);
/** `declare -f` shows all functions, `export -f` one. */
const DECLARING = new Set(['declare', 'typeset', 'export', 'local']);
/** Shells call them by themselves. */
const CALLED_BY_SHELL = /^(?:command_not_found_handler?|trap[a-z]+|precmd|preexec|chpwd|periodic|zsh\w+)$/;
/** A program that the shell makes of it has another name. */
const EXPANDED = /[*?[]|\{.*(?:,|\.\.).*\}/s;
/** What may stand between names in a text that is a script. */
const BETWEEN = /[\s;&|()`"'$<>=]+/;

/**
 * Says which commands of a script stand in a function that nothing calls. Every word that is a function's name or holds
 * it counts as a call (`trap f EXIT`, `xargs f`), but for what is only shown or is in the function itself; where the
 * program of a command is not known, or another script is sourced, all functions may be called.
 *
 * @param goesOn whether what comes before or after the script may share its shell, or another script source it: then a
 *   script that calls none of its functions is taken for a library
 */
export function inUncalledFunction(
  commands: readonly ShellCommand[],
  goesOn: boolean,
): (command: ShellCommand) => boolean {
  const names = new Set(commands.flatMap(({ functions = [] }) => functions.map(toLower)));
  if (names.size === 0 || [...names].some((name) => CALLED_BY_SHELL.test(name))) return () => false;
  const called = new Set<string>();
  const isLive = ({ functions = [] }: ShellCommand) => functions.every((name) => called.has(toLower(name)));
  const waiting = new Map<string, ShellCommand[]>();
  const ready: ShellCommand[] = [];
  /** Puts a command where it waits for a function that is not called yet. */
  const place = (command: ShellCommand) => {
    const missing = command.functions?.find((name) => !called.has(toLower(name)));
    if (missing === undefined) ready.push(command);
    else {
      const others = waiting.get(toLower(missing));
      if (others === undefined) waiting.set(toLower(missing), [command]);
      else others.push(command);
    }
  };
  for (const command of commands) if (command.isDefinition !== true && command.neverRuns !== true) place(command);
  for (let command = ready.pop(); command !== undefined; command = ready.pop()) {
    const calls = callsOf(command.words, names);
    if (calls === 'any') return () => false;
    for (const name of calls) {
      if (called.has(name)) continue;
      called.add(name);
      for (const one of waiting.get(name) ?? []) place(one);
      waiting.delete(name);
    }
  }
  if (goesOn && called.size === 0) return () => false;
  return (command) => !isLive(command);
}

function callsOf(words: readonly string[], names: ReadonlySet<string>): readonly string[] | 'any' {
  const at = words.findIndex((word) => !LEADING_WORD.test(word));
  const program = words[at] ?? '';
  const own = toLower(baseName(program));
  const isExpanded = EXPANDED.test(program) && own !== '[' && own !== '[[';
  if (isOpen(program) || isDefault(program) || isExpanded || CALLING.has(own)) return 'any';
  // A function may have the name of what only shows, and of what leaves a command the command.
  const leading = words.slice(0, Math.max(at, 0)).map(toLower);
  const rest = SHOWING.has(own) ? [program] : words.slice(program === 'function' ? at + 2 : at);
  const calls = [...leading, ...rest.flatMap((word) => [word, ...word.split(BETWEEN)].map(toLower))];
  const named = calls.filter((name) => names.has(name));
  const declaresAll = DECLARING.has(own) && named.length === 0 && rest.some((word) => /^-\w*[fF]/.test(word));
  return declaresAll || handsOnAll(own, rest) ? 'any' : named;
}

/** `set` alone shows all functions, and `set -a` hands on what is defined to the scripts that are run. */
function handsOnAll(program: string, [, ...words]: readonly string[]): boolean {
  return program === 'set' && (words.length === 0 || words.some((word) => /^-\w*a|^allexport$/.test(word)));
}

/** PowerShell calls functions in any case. */
function toLower(text: string): string {
  return text.toLowerCase();
}
