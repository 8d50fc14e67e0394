import type { Instruction } from './instruction.js';
import { type EscapeCharacter, sourceSpan } from './logical-lines.js';
import { type MountPaths, parseMount } from './mounts.js';
import { parseIndex } from './numbers.js';
import { expandWord } from './shell-words.js';

/** What COPY --from or a mount takes from: a stage's number, a name (of a stage or an image), or what is refused. */
export type NamedSource = {
  /** Where it is named, in source offsets. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Of a mount: what it shows, and where. */
  readonly mount?: MountPaths;
} & (
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'name' }
  | { readonly kind: 'refused'; readonly reason: string }
);

const FROM = '--from=';

/**
 * What an instruction copies or mounts from. `escapeWith` is the file's escape character, which BuildKit looks for
 * variables with.
 *
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerfile/dockerfile2llb/convert.go `toCommand`
 */
export function copySources(instruction: Instruction, escapeWith: EscapeCharacter): readonly NamedSource[] {
  if (instruction.keyword === 'copy') return copyFrom(instruction, escapeWith);
  return instruction.keyword === 'run' ? mounts(instruction) : [];
}

function copyFrom(instruction: Instruction, escapeWith: EscapeCharacter): readonly NamedSource[] {
  const flag = instruction.flags.find(({ text }) => text.startsWith(FROM));
  const text = flag?.text.slice(FROM.length) ?? '';
  if (flag === undefined || text === '') return [];
  const source = { ...sourceSpan(instruction.line, flag.at[FROM.length] ?? 0, (flag.at.at(-1) ?? 0) + 1), text };
  const refused = (reason: string) => [{ ...source, kind: 'refused', reason } as const];
  const expanded = expandWord(text, { escape: escapeWith }, () => undefined);
  if (!expanded.ok) return refused(`--from can't be read: ${expanded.error}`);
  if (expanded.value !== text)
    return refused('--from supports neither variables nor quotes; name a stage that has the variable in its FROM');
  const index = parseIndex(text);
  return [index === undefined ? { ...source, kind: 'name' } : { ...source, kind: 'index', index }];
}

function mounts(instruction: Instruction): readonly NamedSource[] {
  const { flags, line } = instruction;
  return flags
    .filter(({ text }) => text.startsWith('--mount='))
    .map((flag) => {
      const mount = parseMount(flag);
      const whole = sourceSpan(line, flag.at[0] ?? 0, (flag.at.at(-1) ?? 0) + 1);
      if (!mount.ok) return { ...whole, text: flag.text, kind: 'refused', reason: mount.error };
      const { from, start, end, source, target } = mount.value;
      const paths = { source, target };
      // Without a `from`, BuildKit looks up "scratch" all the same, which may be the name of a stage.
      if (from === '') return { ...whole, text: 'scratch', kind: 'name', mount: paths };
      return { ...sourceSpan(line, start, end), text: from, kind: 'name', mount: paths };
    });
}
