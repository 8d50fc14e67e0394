import { distinct, groupBy } from '../lib/collections.js';
import { listed } from '../lib/text.js';
import type { ImageUse, OpenArgument } from './image-use.js';
import type { ReadingOptions } from './reading.js';
import type { PlacedBuild } from './script/named-build.js';

/** Arguments that are given by the builder itself. */
export const PLATFORM_ARGUMENT = /^(?:BUILD|TARGET)[A-Z]+$/;
/** Of one place, that many are named. */
const MAX_NAMED = 5;

/** The build arguments that a build is given with a value which only a run knows; an empty name stands for any. */
export function openArguments({ path, build: { open, asked } }: PlacedBuild): readonly OpenArgument[] {
  const decidedBy = (argument: string) =>
    open?.decidedBy !== undefined && Object.hasOwn(open.decidedBy, argument) ? open.decidedBy[argument] : undefined;
  return (open?.args ?? []).map((argument) => ({
    argument,
    decidedBy: decidedBy(argument) ?? 'a variable',
    definition: path,
    line: asked?.line ?? 1,
  }));
}

/** The uses of one build with what is open of it: where a reference depends on an argument that nobody gave the gate. */
export function withOpenArguments(
  uses: readonly ImageUse[],
  open: readonly OpenArgument[],
  given: Readonly<Record<string, string>>,
): readonly ImageUse[] {
  if (open.length === 0) return uses;
  return uses.map((use) => {
    if (!use.reachable) return use;
    const names = use.overridable.filter((name) => !Object.hasOwn(given, name));
    const own = open.flatMap((one) => {
      if (one.argument !== '') return names.includes(one.argument) ? [one] : [];
      return names.filter((name) => !PLATFORM_ARGUMENT.test(name)).map((argument) => ({ ...one, argument }));
    });
    return own.length === 0 ? use : { ...use, open: own.slice(0, MAX_NAMED) };
  });
}

/** What is open at a place is so of all that it may name: any of them may be what a run replaces. */
export function sharedOpenArguments(uses: readonly ImageUse[]): readonly ImageUse[] {
  if (uses.every(({ open }) => open === undefined)) return uses;
  const byPlace = groupBy(uses, placeKey);
  return uses.map((use) => {
    const open = distinct((byPlace.get(placeKey(use)) ?? []).flatMap((other) => other.open ?? [])).slice(0, MAX_NAMED);
    if (open.length === 0) return use;
    const { unresolved } = use;
    return { ...use, open, ...(unresolved === undefined ? {} : { unresolved: `${unresolved}; ${openText(open)}` }) };
  });
}

/** Names a place of a file, whatever it expands to. */
export function placeKey({ instruction, line, column }: ImageUse): string {
  return `${instruction}:${line}:${column}`;
}

/** What is open, in a clause: `BASE is decided by ${{ inputs.base }} (.github/workflows/ci.yml:12)`. */
export function openText(open: readonly OpenArgument[]): string {
  return listed(
    open.map(
      ({ argument, decidedBy, definition, line }) => `${argument} is decided by ${decidedBy} (${definition}:${line})`,
    ),
  );
}

/** What the policy or a flag gives the build of a file. */
export function givenArguments(
  file: string,
  { buildArgs, perFile }: Pick<ReadingOptions, 'buildArgs' | 'perFile'>,
): Readonly<Record<string, string>> {
  return { ...(Object.hasOwn(perFile, file) ? perFile[file]?.buildArgs : undefined), ...buildArgs };
}
