import type { NamedBuild, OpenParts } from './build-command.js';
import { nameKind } from './file-names.js';
import type { BuildFile, ImageUse } from './image-use.js';
import type { Reading, ReadingOptions, UnseenBuild } from './reading.js';
import type { TreeEntry } from './repository-tree.js';

/** A build that a file of the repository asks for. */
export interface PlacedBuild {
  /** The workflow or Compose file. */
  readonly path: string;
  readonly build: NamedBuild;
}

/** Whether a path has the name of a file of `docker buildx bake`, which nothing here reads. */
function isBakeFile(path: string): boolean {
  return /(?:^|\/)docker-bake(?:\.[^/]+)?\.(?:hcl|json)$/.test(path);
}

/** What is named like a build file and is not read as one: other endings may be those of programs and prose. */
function isNamedAlmost(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return nameKind(path) === 'other' && /^(?:docker|container)file(?:[-_][^.]*)?$/i.test(name);
}

/** What has to be told by the names of files alone. */
export function unseenByName(entries: readonly TreeEntry[], read: ReadonlySet<string>): readonly UnseenBuild[] {
  return entries.flatMap(({ path, kind }) => {
    if (kind === 'submodule') return [{ path, what: 'is a submodule: its build files are in another repository' }];
    if (read.has(path)) return [];
    if (isBakeFile(path)) return [{ path, what: 'is for docker buildx bake' }];
    return isNamedAlmost(path) ? [{ path, what: 'is named like a build file, and is not read' }] : [];
  });
}

/** What a build is given that was not looked at: its file, or a value that decides what it pulls or ships. */
export function unseenOf(
  builds: readonly PlacedBuild[],
  { files, uses, stages }: Pick<Reading, 'files' | 'uses' | 'stages'>,
  entries: readonly TreeEntry[],
  options: ReadingOptions,
): readonly UnseenBuild[] {
  const status = new Map(files.map((file): [string, BuildFile['status']] => [file.path, file.status]));
  const there = new Set(entries.map(({ path }) => path));
  return builds.flatMap(({ path, build: { file, open } }) => {
    const found = status.get(file);
    if (found === undefined)
      return [{ path, what: `builds ${file}, which is not ${there.has(file) ? 'read' : 'here'}` }];
    if (found === 'skipped' || open === undefined) return [];
    const ofFile = uses.filter((use) => use.file === file);
    const deciding = decidingArguments(open, ofFile, { ...options.perFile[file]?.buildArgs, ...options.buildArgs });
    const what = [
      ...(deciding.length === 0 ? [] : [`a value of its own for ${deciding.join(', ')}`]),
      ...(open.target && options.target === undefined && options.perFile[file]?.targets === undefined
        ? stages.filter((stage) => stage.file === file).length > 1
          ? ['a target of its own']
          : []
        : []),
      ...(open.contexts ? ['named contexts of its own'] : []),
    ];
    return what.length === 0 ? [] : [{ path, what: `builds ${file} with ${what.join(' and ')}` }];
  });
}

/** The open arguments that decide about an image and that nobody gave the gate. */
function decidingArguments(
  { args }: OpenParts,
  uses: readonly ImageUse[],
  given: Readonly<Record<string, string>>,
): readonly string[] {
  const any = args.includes('');
  const names = new Set(uses.flatMap(({ overridable }) => overridable));
  // The platform's own arguments are given by the builder.
  const isAsked = (name: string) => args.includes(name) || (any && !/^(?:BUILD|TARGET)[A-Z]+$/.test(name));
  return [...names].filter((name) => isAsked(name) && !Object.hasOwn(given, name)).sort();
}
