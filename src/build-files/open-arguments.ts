import { distinct, groupBy } from '../lib/collections.js';
import { listed } from '../lib/text.js';
import type { Platform } from '../references/platform.js';
import { familiarReference, parseReference, type Reference } from '../references/reference.js';
import { contextImage } from './build.js';
import type { DockerfileReading } from './dockerfile/dockerfile.js';
import type { ImageUse, OpenArgument } from './image-use.js';
import type { ReadingOptions } from './reading.js';
import type { PlacedBuild } from './script/named-build.js';

/** What stands for parameters that are no arguments, by their flags. */
export const TARGET = '--target';
export const PLATFORM = '--platform';
/** The text of a build file that stands in a definition. */
export const FILE = '--file';
const CONTEXT = '--build-context';
/** A context by its name; without a name it stands for any. */
export const contextFlag = (name: string) => `${CONTEXT} ${name}`.trimEnd();

/** Arguments that are given by the builder itself. */
const PLATFORM_ARGUMENT = /^(?:BUILD|TARGET)[A-Z]+$/;
/** Of one place, that many are named. */
const MAX_NAMED = 5;

/** The parameters that a build is given with a value which only a run knows; an empty name stands for any argument. */
export function openArguments({ path, build: { open, request } }: PlacedBuild): readonly OpenArgument[] {
  const decidedBy = (argument: string) =>
    open?.decidedBy !== undefined && Object.hasOwn(open.decidedBy, argument) ? open.decidedBy[argument] : undefined;
  const parameters = [
    ...(open?.args ?? []),
    ...(open?.target === true ? [TARGET] : []),
    ...(open?.platforms === true ? [PLATFORM] : []),
    ...(open?.text === true ? [FILE] : []),
    ...(open?.contexts ?? []).map(contextFlag),
  ];
  return parameters.map((argument) => ({
    argument,
    decidedBy: decidedBy(argument) ?? 'a variable',
    definition: path,
    line: request?.line ?? 1,
  }));
}

/** The uses of one build with what is open of it: where a reference depends on an argument that the gate was not given. */
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

/** Platforms that are not the usual one, to see what depends on it. */
const OTHER_PLATFORMS: readonly Platform[] = ['riscv64', 's390x'].map((architecture) => ({
  os: 'linux',
  architecture,
}));

/**
 * The uses of one build with what else than arguments is open of it: the target, where another one would ship or pull
 * them; the platform, where they have none of their own; a context, where it takes their place, or they are what stands
 * for it in `contexts`; the text of the file, where `otherTexts`, as they are read, differ in them. `readAs` reads the
 * build with other parameters.
 */
export function withOpenSurroundings(
  uses: readonly ImageUse[],
  open: readonly OpenArgument[],
  contexts: Readonly<Record<string, string>>,
  readAs: (other: { readonly anyTarget?: boolean; readonly platforms?: readonly Platform[] }) => readonly ImageUse[],
  otherTexts?: readonly DockerfileReading[],
): readonly ImageUse[] {
  const targets = open.filter(({ argument }) => argument === TARGET);
  const platforms = open.filter(({ argument }) => argument === PLATFORM);
  const ofContexts = open.filter(({ argument }) => argument.startsWith(CONTEXT));
  const texts = open.filter(({ argument }) => argument === FILE);
  if (targets.length + platforms.length + ofContexts.length + texts.length === 0) return uses;
  const ofAnyTarget = new Map((targets.length === 0 ? [] : readAs({ anyTarget: true })).map((use) => [use.id, use]));
  const elsewhere = new Set(
    (platforms.length === 0 ? [] : OTHER_PLATFORMS.flatMap((one) => readAs({ platforms: [one] }))).map(({ id }) => id),
  );
  return uses.map((use) => {
    const other = ofAnyTarget.get(use.id);
    const reachable = use.reachable || other?.reachable === true;
    if (!reachable) return use;
    const own = [
      ...(use.open ?? []),
      ...(isSameIn(otherTexts, use) ? [] : texts),
      ...(other !== undefined && (other.role !== use.role || !use.reachable) ? targets : []),
      ...(use.role !== 'frontend' && (use.platform === null || !elsewhere.has(use.id)) ? platforms : []),
      ...ofContexts.filter(({ argument }) => isReplacedBy(use, argument.slice(CONTEXT.length + 1), contexts)),
    ];
    return own.length === 0 ? use : { ...use, reachable, open: own.slice(0, MAX_NAMED) };
  });
}

/** Whether a use means the same with each of the texts. */
function isSameIn(readings: readonly DockerfileReading[] | undefined, { id, role, reachable }: ImageUse): boolean {
  if (readings === undefined) return false;
  return readings.every(
    ({ file, uses }) =>
      file.status === 'read' &&
      uses.some((other) => other.id === id && other.role === role && other.reachable === reachable),
  );
}

/** Whether a context of a name, or of any, may take the place of a use's image or stage, or has taken it. */
function isReplacedBy(
  { reference, stage }: ImageUse,
  context: string,
  contexts: Readonly<Record<string, string>>,
): boolean {
  const [name = ''] = context.split('::', 1);
  if (name === '' || stage?.name === name.toLowerCase()) return true;
  const given = Object.hasOwn(contexts, context) ? contextImage(contexts[context] ?? '') : undefined;
  const plain = (one: Reference) => familiarReference(one).replace(/:latest$/, '');
  return [name, given].some((text) => {
    const wanted = text === undefined ? undefined : parseReference(text);
    return reference !== null && wanted?.ok === true && plain(reference) === plain(wanted.value);
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

/** Names a place of a file, independent of what it expands to. */
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
