import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearest } from '../lib/nearest.js';
import { err, ok, type Result } from '../lib/result.js';

/** The flags of commands that open one image, for parseArgs. */
export const IMAGE_OPTIONS = {
  policy: { type: 'string' },
  registry: { type: 'string', multiple: true },
  offline: { type: 'boolean' },
  'trusted-root': { type: 'string' },
} as const;

/** The flags by which a user says how the build is really started. */
export const BUILD_OPTIONS = {
  'build-arg': { type: 'string', multiple: true },
  'build-context': { type: 'string', multiple: true },
  platform: { type: 'string', multiple: true },
  target: { type: 'string' },
  'all-files': { type: 'boolean' },
  definition: { type: 'string', multiple: true },
  'set-env': { type: 'string', multiple: true },
} as const;

type OptionSpecs = NonNullable<ParseArgsConfig['options']>;
type Parsed<O extends OptionSpecs> = ReturnType<typeof parseArgs<{ options: O; allowPositionals: true; strict: true }>>;

/**
 * Reads a command's arguments. Fails with a sentence for the user: the flag that is wrong, and what was expected.
 *
 * @param maxPositionals how many arguments without a flag the command takes
 */
export function readArguments<O extends OptionSpecs>(
  args: readonly string[],
  options: O,
  maxPositionals: number,
): Result<Parsed<O>, string> {
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    const extra = parsed.positionals[maxPositionals];
    if (extra !== undefined) return err(`Unexpected argument "${extra}".`);
    return ok(parsed);
  } catch (error) {
    return err(wrongArgument(error, Object.keys(options)));
  }
}

/** parseArgs throws a TypeError for each thing a user can get wrong; its first sentence says which. */
function wrongArgument(error: unknown, flags: readonly string[]): string {
  const message = (error instanceof Error ? error.message : String(error)).split('. ')[0] ?? '';
  const unknown = /^Unknown option '--?([\w-]+)'/.exec(message)?.[1];
  const meant = unknown === undefined ? undefined : nearest(unknown, flags);
  return `${message.replace(/\.$/, '')}.${meant === undefined ? '' : ` Did you mean --${meant}?`}`;
}

/** Reads a flag that takes one of a few words. */
export function readChoice<C extends string>(
  flag: string,
  value: string | undefined,
  choices: readonly C[],
  fallback: C,
): Result<C, string> {
  if (value === undefined) return ok(fallback);
  const choice = choices.find((candidate) => candidate === value);
  return choice === undefined ? err(`${flag} is "${value}"; expected ${choices.join(', ')}.`) : ok(choice);
}
