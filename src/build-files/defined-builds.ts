import { type Build, isRemote } from './build.js';
import type {
  BuildDefinitionReader,
  DefinitionFile,
  DefinitionOptions,
  DefinitionProblem,
} from './build-definition.js';
import type { BuildFile } from './image-use.js';
import type { ReadingOptions, UnseenBuild } from './reading.js';
import { type RepositoryTree, reasonOf, type TreeEntry } from './repository-tree.js';
import type { NamedBuild } from './script/build-command.js';

/** The longest definition that is read. */
const MAX_DEFINITION_BYTES = 4 * 1024 * 1024;
/** Definitions of one repository that are read. */
const MAX_DEFINITIONS = 500;

/** What the build definitions of a repository ask to be built. */
export interface DefinedBuilds {
  readonly builds: readonly Build[];
  /** Definitions that could not be read: what they build is not known. */
  readonly unreadable: readonly BuildFile[];
  readonly unseen: readonly UnseenBuild[];
}

const NOTHING: DefinedBuilds = { builds: [], unreadable: [], unseen: [] };

/** Reads the bake definitions of a repository; nothing of their reader is loaded where there is none. */
export async function definedBuilds(
  tree: RepositoryTree,
  entries: readonly TreeEntry[],
  options: Pick<ReadingOptions, 'definitions' | 'environment'>,
): Promise<DefinedBuilds> {
  const paths = entries.filter(({ kind }) => kind === 'file').map(({ path }) => path);
  const { definitions } = options;
  if (definitions === undefined && !paths.some((path) => /\.hcl$|bake[^/]*\.json$/i.test(path))) return NOTHING;
  const { bakeSets, hasTargets } = await import('./bake/discover-bake.js');
  const { bakeReader } = await import('./bake/reader.js');
  const reader = bakeReader();
  const context = readingContext(tree, paths, options);
  const sets = definitions === undefined ? bakeSets(paths) : [{ paths: definitions, isNamed: true }];
  const found: DefinedBuilds[] = [];
  for (const set of sets.slice(0, MAX_DEFINITIONS)) {
    const files: DefinitionFile[] = [];
    const unreadable: BuildFile[] = [];
    for (const path of set.paths) {
      const content = await tree.read(path, MAX_DEFINITION_BYTES);
      if (content.ok) files.push({ path, bytes: content.value });
      else if (set.isNamed) unreadable.push({ path, status: 'unreadable', reason: reasonOf(content.error) });
    }
    if (unreadable.length > 0) found.push({ ...NOTHING, unreadable });
    else if (set.isNamed || files.some(({ path, bytes }) => hasTargets(path, bytes)))
      found.push(
        await readSet(reader, files, definitions === undefined ? context : { ...context, workingDirectory: '.' }),
      );
  }
  const unread = sets.slice(MAX_DEFINITIONS).flatMap(({ paths: [path] }) => path ?? []);
  return {
    builds: found.flatMap(({ builds }) => builds),
    unreadable: found.flatMap((one) => one.unreadable),
    unseen: [
      ...found.flatMap(({ unseen }) => unseen),
      ...unread.map((path) => ({ path, what: `is not read: there are more than ${MAX_DEFINITIONS} definitions` })),
    ],
  };
}

function readingContext(
  tree: RepositoryTree,
  paths: readonly string[],
  { environment = {} }: Pick<ReadingOptions, 'environment'>,
): DefinitionOptions {
  const known = new Set(paths);
  return {
    environment,
    exists: (path) => known.has(path),
    load: async (path) => {
      const content = await tree.read(path, MAX_DEFINITION_BYTES);
      return content.ok ? content.value : undefined;
    },
  };
}

/** A definition without any build is unreadable where something in it is wrong; else each problem is told. */
async function readSet(
  reader: BuildDefinitionReader,
  files: readonly DefinitionFile[],
  options: DefinitionOptions,
): Promise<DefinedBuilds> {
  const { builds, problems } = await reader.read(files, options);
  if (builds.length > 0) return { builds, unreadable: [], unseen: problems.map(unseenOf) };
  const unreadable = problems.map(({ file, line, message }): BuildFile => {
    return { path: file, status: 'unreadable', reason: clause(message), line };
  });
  return { builds, unreadable: [...new Map(unreadable.map((file) => [file.path, file])).values()], unseen: [] };
}

function unseenOf({ file, line, message }: DefinitionProblem): UnseenBuild {
  return { path: file, what: `has a build that is not understood (line ${line}: ${clause(message)})` };
}

function clause(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

/** A build as the reader of a Dockerfile takes it, or why no Dockerfile of the repository is read for it. */
export function namedBuildOf(build: Build): NamedBuild | string {
  const { name = 'it', dockerfile, inline, context, args, target, platforms, contexts, open } = build;
  const fields = new Set(open.map(({ field }) => field));
  if (inline !== undefined) return `holds a build file of its own (dockerfile-inline of ${name})`;
  if (dockerfile === undefined || fields.has('dockerfile')) return `builds a file that only a run knows (${name})`;
  if (isRemote(context)) return `builds from ${context}, which is not read`;
  if (dockerfile.startsWith('../') || dockerfile.startsWith('/')) return 'builds a file from outside the repository';
  const known = platforms.filter((platform) => platform !== 'local');
  const openArgs = open.flatMap(({ field }) =>
    field === 'args' || field === 'inherits' ? [''] : field.startsWith('args.') ? [field.slice('args.'.length)] : [],
  );
  // What whoever builds has in the environment is not known, either.
  const fromEnvironment = Object.keys(args).filter((argument) => args[argument] === null);
  const parts = {
    args: [...openArgs, ...fromEnvironment],
    target: fields.has('target') || fields.has('inherits'),
    contexts: [...fields].some(
      (field) => field === 'contexts' || field.startsWith('contexts.') || field === 'inherits',
    ),
  };
  return {
    file: dockerfile,
    ...(target === undefined ? {} : { target }),
    ...(known.length === 0 ? {} : { platforms: known }),
    buildArgs: Object.fromEntries(
      Object.entries(args).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
    ),
    buildContexts: contexts,
    ...(parts.args.length > 0 || parts.target || parts.contexts ? { open: parts } : {}),
  };
}
