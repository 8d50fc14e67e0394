import { parseArgs } from 'node:util';
import { nearest } from '../lib/nearest.js';
import { err, ok, type Result } from '../lib/result.js';
import { DEFAULT_PLATFORM, formatPlatform, type Platform, parsePlatform } from '../references/platform.js';
import type { CommandDefinition } from './definitions.js';
import type { Flag, Flags, FlagValues } from './flags.js';

export interface Arguments<F extends Flags> {
  readonly values: FlagValues<F>;
  readonly positionals: readonly string[];
}

/** Reads a command's arguments. Fails with a sentence for the user: what is wrong, and what was expected. */
export function readArguments<F extends Flags>(
  args: readonly string[],
  { arguments: taken, flags }: Pick<CommandDefinition<F>, 'arguments' | 'flags'>,
): Result<Arguments<F>, string> {
  const parsed = parsedBy(flags, args);
  if (!parsed.ok) return parsed;
  const { values, positionals } = parsed.value;
  // `[FILE…]` takes any number.
  const extra = taken.at(-1)?.includes('…') === true ? undefined : positionals[taken.length];
  if (extra !== undefined) return err(`Unexpected argument "${extra}".`);
  const missing = taken[positionals.length];
  if (missing?.startsWith('[') === false) return err(`${missing} is missing.`);
  const chosen = { ...values };
  for (const [name, flag] of Object.entries<Flag>(flags)) {
    if (flag.choices === undefined) continue;
    const written = values[name];
    const value = readChoice(`--${name}`, typeof written === 'string' ? written : undefined, flag.choices);
    if (!value.ok) return value;
    chosen[name] = value.value;
  }
  return isOf(flags, chosen) ? ok({ values: chosen, positionals }) : err('A flag has no value.');
}

type Loose = Record<string, unknown>;

function parsedBy(
  flags: Flags,
  args: readonly string[],
): Result<{ readonly values: Loose; readonly positionals: readonly string[] }, string> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: flags,
      allowPositionals: true,
      strict: true,
    });
    return ok({ values: { ...values }, positionals });
  } catch (error) {
    return err(wrongArgument(error, Object.keys(flags)));
  }
}

/** Whether every flag has a value of its type, and a flag with choices one of them. */
function isOf<F extends Flags>(flags: F, values: Loose): values is Loose & FlagValues<F> {
  return Object.entries<Flag>(flags).every(([name, { type, multiple, choices }]) => {
    const value = values[name];
    if (choices !== undefined) return typeof value === 'string' && choices.includes(value);
    if (value === undefined) return true;
    return multiple === true ? Array.isArray(value) : typeof value === type;
  });
}

/** parseArgs throws a TypeError for each thing a user can get wrong; its first sentence says which. */
function wrongArgument(error: unknown, flags: readonly string[]): string {
  const message = (error instanceof Error ? error.message : String(error)).split('. ')[0] ?? '';
  const unknown = /^Unknown option '--?([\w-]+)'/.exec(message)?.[1];
  const meant = unknown === undefined ? undefined : nearest(unknown, flags);
  return `${message.replace(/\.$/, '')}.${meant === undefined ? '' : ` Did you mean --${meant}?`}`;
}

/** Reads a flag that takes one of a few words; the first is the default. */
export function readChoice<C extends string>(
  flag: string,
  value: string | undefined,
  choices: readonly C[],
): Result<C | undefined, string> {
  if (value === undefined) return ok(choices[0]);
  const found = choices.find((candidate) => candidate === value);
  return found === undefined ? err(`${flag} is "${value}"; expected ${choices.join(', ')}.`) : ok(found);
}

/** The platforms of `--platform`, each flag with one or several; `otherwise` if it names none. Fails with a sentence. */
export function readPlatforms(
  texts: readonly string[] | undefined,
  otherwise: readonly Platform[],
): Result<readonly Platform[], string> {
  const platforms: Platform[] = [];
  for (const text of (texts ?? []).flatMap((one) => one.split(',')).filter((one) => one !== '')) {
    const parsed = parsePlatform(text);
    if (!parsed.ok) return err(`--platform: ${parsed.error}.`);
    platforms.push(parsed.value);
  }
  return ok(platforms.length > 0 ? platforms : otherwise);
}

/** The platform of a command that shows one. */
export function readPlatform(texts: readonly string[] | undefined): Result<Platform, string> {
  const platforms = readPlatforms(texts, [DEFAULT_PLATFORM]);
  if (!platforms.ok) return platforms;
  const [platform = DEFAULT_PLATFORM, second] = platforms.value;
  return second === undefined
    ? ok(platform)
    : err(
        `--platform: one platform is shown at a time, not ${formatPlatform(platform)} and ${formatPlatform(second)}.`,
      );
}
