import { wrapped } from '../reports/text/wrap.js';
import { COMMANDS, type CommandDefinition } from './definitions.js';
import type { Flag } from './flags.js';

/** How wide help is set. */
const COLUMNS = 120;

/** A command as it is typed: `sbom FILE|IMAGE`. */
export function usageOf({ name, arguments: taken }: Pick<CommandDefinition, 'name' | 'arguments'>): string {
  return [name, ...taken].join(' ');
}

/** A flag as it is typed: `--platform OS/ARCH…`; `…` says that it may be given more than once. */
export function flagUsage(name: string, { value, multiple }: Flag): string {
  return `--${name}${value === undefined ? '' : ` ${value}`}${multiple === true ? '…' : ''}`;
}

/** What `COMMAND --help` prints. Ends with a line end. */
export function commandHelp(definition: CommandDefinition): string {
  const flags = Object.entries(definition.flags);
  return [
    `Usage: base-image-gate ${usageOf(definition)}${flags.length === 0 ? '' : ' [FLAGS]'}`,
    '',
    wrapped(definition.about.replace(/\s+/g, ' '), COLUMNS).join('\n'),
    '',
    ...(flags.length === 0
      ? []
      : ['Flags:', ...columns(flags.map(([name, flag]) => [flagUsage(name, flag), flag.help])), '']),
    wrapped(`Exit codes: ${definition.exitCodes}.`.replace(/\s+/g, ' '), COLUMNS).join('\n'),
    '',
  ].join('\n');
}

/** What `--help` prints: every command with its summary. Ends with a line end. */
export function generalHelp(): string {
  return [
    'base-image-gate decides whether a repository may build on the container images it builds on.',
    '',
    'Usage: base-image-gate COMMAND [ARGUMENTS] [FLAGS]',
    '',
    ...columns(COMMANDS.map((definition) => [usageOf(definition), definition.summary])),
    '',
    'COMMAND --help lists the flags of a command; --version shows the version.',
    'Exit codes of every command: 0 pass, 1 fail, 2 indeterminate or internal error, 3 wrong usage or policy.',
    '',
  ].join('\n');
}

/** The widest left side that keeps both on one line. */
const LEFT_COLUMNS = 36;

function columns(rows: readonly (readonly [left: string, right: string])[]): readonly string[] {
  const width = Math.min(LEFT_COLUMNS, Math.max(...rows.map(([left]) => left.length)));
  return rows.flatMap(([left, right]) =>
    left.length > width ? [`  ${left}`, `  ${' '.repeat(width)}  ${right}`] : [`  ${left.padEnd(width)}  ${right}`],
  );
}
