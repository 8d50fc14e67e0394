import { optionalField } from '../lib/collections.js';
import { nameKind } from './file-names.js';
import type { BuildFile, ImageUse } from './image-use.js';
import { givenArguments, PLATFORM_ARGUMENT } from './open-arguments.js';
import type { Reading, ReadingOptions, UnseenBuild } from './reading.js';
import type { TreeEntry } from './repository-tree.js';
import type { OpenParts, PlacedBuild } from './script/named-build.js';

/** What is named like a build file and is not read as one: other endings may be those of programs and prose. */
function isNamedAlmost(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return nameKind(path) === 'other' && /^.*(?:[-_](?:docker|container)|(?:Docker|Container))file$/s.test(name);
}

/** What has to be reported by the names of files alone. */
export function unseenByName(entries: readonly TreeEntry[], read: ReadonlySet<string>): readonly UnseenBuild[] {
  return entries.flatMap(({ path, kind }) => {
    if (kind === 'submodule') return [{ path, what: 'is a submodule: its build files are in another repository' }];
    if (read.has(path)) return [];
    return isNamedAlmost(path) ? [{ path, what: 'is named like a build file, and is not read' }] : [];
  });
}

/** Arguments that one clause names. */
const MAX_NAMED = 5;

/** What a build is given that was not looked at: its file, or a value that decides what it pulls or ships. */
export function unseenOf(
  builds: readonly PlacedBuild[],
  { files, uses, stages }: Pick<Reading, 'files' | 'uses' | 'stages'>,
  entries: readonly TreeEntry[],
  options: ReadingOptions,
): readonly UnseenBuild[] {
  const status = new Map(files.map((file): [string, BuildFile['status']] => [file.path, file.status]));
  const there = new Set(entries.map(({ path }) => path));
  const deciding = decidingByFile(uses, options);
  const staged = new Set(stages.flatMap(({ file, index }) => (index > 0 ? [file] : [])));
  return builds.flatMap(({ path, build: { file, inline, open, asked } }) => {
    const place = { path, ...optionalField('line', asked?.line) };
    const found = inline === undefined ? status.get(file) : 'read';
    if (found === undefined)
      return [{ ...place, what: `builds ${file}, which is not ${there.has(file) ? 'read' : 'here'}` }];
    if (found === 'skipped' || open === undefined) return [];
    const names = openDeciding(open, deciding.get(file));
    const others = names.length > MAX_NAMED ? ' and others' : '';
    const isTargeted = options.target !== undefined || options.perFile[file]?.targets !== undefined;
    const what = [
      ...(names.length === 0 ? [] : [`a value of its own for ${names.slice(0, MAX_NAMED).join(', ')}${others}`]),
      ...(open.target && !isTargeted && staged.has(file) ? ['a target of its own'] : []),
      ...(open.platforms === true && options.perFile[file]?.platforms === undefined ? ['platforms of its own'] : []),
      ...(open.file === true ? ['the name of another file'] : []),
      ...(open.contexts ? ['named contexts of its own'] : []),
    ];
    return what.length === 0 ? [] : [{ ...place, what: `builds ${file} with ${what.join(' and ')}` }];
  });
}

/** The arguments of a file that decide about an image and that nobody gave the gate. */
interface Deciding {
  readonly all: ReadonlySet<string>;
  /** What stands for any of them, in order: of many, one more than is named. */
  readonly some: readonly string[];
}

function decidingByFile(uses: readonly ImageUse[], options: ReadingOptions): ReadonlyMap<string, Deciding> {
  const found = new Map<string, Set<string>>();
  for (const { file, overridable } of uses) {
    const known = found.get(file);
    if (known === undefined) found.set(file, new Set(overridable));
    else for (const name of overridable) known.add(name);
  }
  return new Map(
    [...found].map(([file, names]) => {
      const given = givenArguments(file, options);
      const all = [...names].filter((name) => !Object.hasOwn(given, name)).sort();
      const some = all.filter((name) => !PLATFORM_ARGUMENT.test(name)).slice(0, MAX_NAMED + 1);
      return [file, { all: new Set(all), some }];
    }),
  );
}

/** Those of them that a build leaves open, in order. */
function openDeciding({ args }: OpenParts, deciding: Deciding | undefined): readonly string[] {
  if (deciding === undefined) return [];
  const named = args.filter((name) => deciding.all.has(name));
  return [...new Set([...named, ...(args.includes('') ? deciding.some : [])])].sort();
}
