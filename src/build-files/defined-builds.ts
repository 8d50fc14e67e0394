import { distinct, optionalField } from '../lib/collections.js';
import { type Build, isRemote } from './build.js';
import type {
  BuildDefinitionReader,
  DefinitionFile,
  DefinitionOptions,
  DefinitionProblem,
  RunImage,
} from './build-definition.js';
import type { BuildFile } from './image-use.js';
import { contextFlag, FILE, PLATFORM, TARGET } from './open-arguments.js';
import { MAX_DEFINITION_BYTES, readAll } from './read-definitions.js';
import type { ReadingOptions, UnseenBuild } from './reading.js';
import type { RepositoryTree, TreeEntry } from './repository-tree.js';
import { type NamedBuild, openParts, type UnseenRequest } from './script/named-build.js';
import { unreadableDefinition } from './unreadable-definition.js';

/** Default files that are read once more, below each file that only makes sense over them; all together. */
const MAX_JOINED_BYTES = 512 * 1024;
/** Definitions of one repository that are read. */
const MAX_DEFINITIONS = 500;

/** What the build definitions of a repository build. */
export interface DefinedBuilds {
  readonly builds: readonly Build[];
  /** What else may be built, by what the definitions write for other values of variables. */
  readonly alternatives?: readonly Build[];
  /** Images that are run, and not built. */
  readonly images: readonly RunImage[];
  /** Definitions that could not be read: what they build is not known. */
  readonly unreadable: readonly BuildFile[];
  readonly unseen: readonly UnseenBuild[];
}

export const NOTHING: DefinedBuilds = { builds: [], images: [], unreadable: [], unseen: [] };

/** Reads the build definitions of a repository; nothing of a reader is loaded where there is none of its kind. */
export async function definedBuilds(
  tree: RepositoryTree,
  entries: readonly TreeEntry[],
  options: Pick<ReadingOptions, 'definitions' | 'environment'>,
): Promise<DefinedBuilds> {
  const paths = entries.filter(({ kind }) => kind !== 'submodule').map(({ path }) => path);
  const context = readingContext(tree, paths, options);
  const { definitions } = options;
  if (definitions !== undefined) return joinedDefinitions(tree, definitions, context);
  const found = [
    await bakeBuilds(tree, paths, context),
    await composeBuilds(tree, paths, context),
    await devcontainerBuilds(tree, paths, context),
  ];
  return together(found);
}

/** What files that a run of bake in `directory` joins ask to be built; none of them is optional. */
export function bakedBuilds(
  tree: RepositoryTree,
  entries: readonly TreeEntry[],
  paths: readonly string[],
  given: { readonly directory: string; readonly environment: Readonly<Record<string, string>> },
): Promise<DefinedBuilds> {
  const known = entries.filter(({ kind }) => kind !== 'submodule').map(({ path }) => path);
  const context = readingContext(tree, known, given);
  return joinedDefinitions(tree, paths, {
    ...context,
    workingDirectory: given.directory === '' ? '.' : given.directory,
  });
}

/** What files that a run of Compose joins ask to be built and run. */
export function composedBuilds(
  tree: RepositoryTree,
  entries: readonly TreeEntry[],
  paths: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<DefinedBuilds> {
  const known = entries.filter(({ kind }) => kind !== 'submodule').map(({ path }) => path);
  return joinedDefinitions(tree, paths, readingContext(tree, known, { environment }));
}

/** A project that a dev container names and the project itself may request the same build. */
export function together(found: readonly DefinedBuilds[]): DefinedBuilds {
  return {
    builds: distinct(found.flatMap(({ builds }) => builds)),
    alternatives: distinct(found.flatMap(({ alternatives = [] }) => alternatives)),
    images: distinct(found.flatMap(({ images }) => images)),
    unreadable: found.flatMap(({ unreadable }) => unreadable),
    unseen: found.flatMap(({ unseen }) => unseen),
  };
}

/** Files that a command joins: of one kind, which the first of them decides. */
async function joinedDefinitions(
  tree: RepositoryTree,
  paths: readonly string[],
  context: DefinitionOptions,
): Promise<DefinedBuilds> {
  const { files, unreadable } = await readAll(tree, paths);
  if (unreadable.length > 0) return { ...NOTHING, unreadable };
  const [first = ''] = paths;
  if (/devcontainer\.json$/.test(first)) {
    const { devcontainerReader } = await import('./devcontainer/devcontainer.js');
    return readSet(devcontainerReader, files, context);
  }
  const { composeReader, readComposeServices } = await import('./compose/compose.js');
  if (context.workingDirectory === undefined && paths.every((path) => /\.ya?ml$/.test(path)))
    return readSet(composeReader, files, context);
  const { bakeReader } = await import('./bake/reader.js');
  return readSet(bakeReader(readComposeServices), files, { workingDirectory: '.', ...context });
}

async function bakeBuilds(
  tree: RepositoryTree,
  paths: readonly string[],
  context: DefinitionOptions,
): Promise<DefinedBuilds> {
  if (!paths.some((path) => /\.(?:hcl|json)$/.test(path))) return NOTHING;
  const { bakeFiles } = await import('./bake/discover-bake.js');
  const { sets, unreadable, unseen } = await bakeFiles(tree, paths);
  if (sets.length === 0) return { ...NOTHING, unreadable, unseen };
  const { bakeReader } = await import('./bake/reader.js');
  const { readComposeServices } = await import('./compose/compose.js');
  const reader = bakeReader(readComposeServices);
  const found: DefinedBuilds[] = [{ ...NOTHING, unreadable, unseen }];
  for (const files of sets.slice(0, MAX_DEFINITIONS)) found.push(await readSet(reader, files, context));
  return together([...found, beyondLimit(sets.slice(MAX_DEFINITIONS).map((files) => files.map(({ path }) => path)))]);
}

/** Projects of Compose, with all their profiles. */
async function composeBuilds(
  tree: RepositoryTree,
  paths: readonly string[],
  context: DefinitionOptions,
): Promise<DefinedBuilds> {
  if (!paths.some((path) => /compose[^/]*\.ya?ml$/.test(path))) return NOTHING;
  const { composeProjects } = await import('./compose/discover-projects.js');
  const { readComposeProject } = await import('./compose/compose.js');
  const projects = await composeProjects(paths, context);
  const found: DefinedBuilds[] = [];
  const used = new Set<string>();
  /** Services that default files build, by the first of the files. */
  const builtByDefault = new Map<string, ReadonlySet<string>>();
  let joinedBytes = MAX_JOINED_BYTES;
  for (const project of projects.slice(0, MAX_DEFINITIONS)) {
    const [path = ''] = project.files;
    // What another project includes or extends was read with it.
    if (!project.isDefault && used.has(path)) continue;
    const { files, unreadable } = await readAll(tree, project.files);
    if (unreadable.length > 0) {
      found.push({ ...NOTHING, unreadable });
      continue;
    }
    const alone = await readComposeProject({ ...project, files, isPart: !project.isDefault }, context);
    // A file that is nothing alone, or has services of the default file of its directory, is for that one:
    // `-f compose.yaml -f compose.prod.yaml`.
    const ofBase = builtByDefault.get(project.base?.[0] ?? '');
    const isForBase =
      alone.builds.length === 0 ? alone.problems.length > 0 : alone.builds.some(({ name = '' }) => ofBase?.has(name));
    const base = isForBase ? project.base : undefined;
    const below = base === undefined ? undefined : await readAll(tree, base);
    joinedBytes -= below?.files.reduce((sum, { bytes }) => sum + bytes.length, 0) ?? 0;
    if (joinedBytes < 0 && below !== undefined) {
      const reason = `it and others are combined with the default files of their directories: ${MAX_JOINED_BYTES} bytes in total (limit compose-joins)`;
      found.push({ ...NOTHING, unreadable: [unreadableDefinition(path, { reason })] });
      continue;
    }
    const whole = { ...project, files: [...(below?.files ?? []), ...files] };
    const joined =
      below === undefined || below.unreadable.length > 0 ? alone : await readComposeProject(whole, context);
    const isJoined = joined.problems.length < alone.problems.length || joined.builds.length > 0;
    const reading = isJoined ? joined : alone;
    for (const file of reading.read) used.add(file);
    if (project.isDefault) builtByDefault.set(path, new Set(reading.builds.map(({ name = '' }) => name)));
    const chosen = isJoined && joined !== alone ? whole : { ...project, files, isPart: !project.isDefault };
    const { withOtherTexts } = await import('./other-texts.js');
    const withTexts = await withOtherTexts(reading.builds, [], context.environment, async (environment) => {
      return (await readComposeProject(chosen, { ...context, environment })).builds;
    });
    const builds = withTexts.map(withoutOpen);
    const { images = [] } = reading;
    const problems = reading.problems.filter(({ hidesNothing }) => hidesNothing !== true);
    const mayBuild = files.some(({ bytes }) => /\bbuild\b/.test(new TextDecoder().decode(bytes)));
    found.push(
      builds.length === 0 && project.isDefault && mayBuild
        ? { ...NOTHING, images, unreadable: unreadableOf(problems) }
        : { builds, images, ...divided(problems) },
    );
  }
  return together([...found, beyondLimit(projects.slice(MAX_DEFINITIONS).map(({ files }) => files))]);
}

async function devcontainerBuilds(
  tree: RepositoryTree,
  paths: readonly string[],
  context: DefinitionOptions,
): Promise<DefinedBuilds> {
  const candidates = paths.filter((path) => /devcontainer\.json$/.test(path));
  if (candidates.length === 0) return NOTHING;
  const { devcontainerReader } = await import('./devcontainer/devcontainer.js');
  const { files, unreadable } = await readAll(tree, candidates.filter(devcontainerReader.matches));
  const { builds, images = [], problems } = await devcontainerReader.read(files.slice(0, MAX_DEFINITIONS), context);
  const beyond = beyondLimit(files.slice(MAX_DEFINITIONS).map(({ path }) => [path]));
  const own = { builds: builds.map(withoutOpen), images, ...divided(problems) };
  return together([{ ...NOTHING, unreadable }, own, beyond]);
}

function beyondLimit(sets: readonly (readonly string[])[]): DefinedBuilds {
  const reason = `there are more than ${MAX_DEFINITIONS} build definitions of this kind (limit definitions)`;
  const unreadable = sets.flatMap(([path]) => (path === undefined ? [] : [unreadableDefinition(path, { reason })]));
  return { ...NOTHING, unreadable };
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

/** A definition without any build is unreadable where something in it is wrong; else each problem is reported. */
async function readSet(
  reader: BuildDefinitionReader,
  files: readonly DefinitionFile[],
  options: DefinitionOptions,
): Promise<DefinedBuilds> {
  const { builds: found, alternatives = [], images = [], problems } = await reader.read(files, options);
  const { withOtherTexts } = await import('./other-texts.js');
  const builds = await withOtherTexts(found, alternatives, options.environment, async (environment) => {
    return (await reader.read(files, { ...options, environment })).builds;
  });
  if (builds.length > 0) return { builds, alternatives, images, ...divided(problems) };
  return { ...NOTHING, images, unreadable: unreadableOf(problems) };
}

/** What is wrong with a whole file leaves open what it builds; everything else is reported beside what was understood. */
function divided(problems: readonly DefinitionProblem[]): Pick<DefinedBuilds, 'unreadable' | 'unseen'> {
  return {
    unreadable: unreadableOf(problems.filter(({ isOfFile }) => isOfFile)),
    unseen: problems.filter(({ isOfFile }) => isOfFile !== true).map(unseenOf),
  };
}

/** Each file once, with the first problem in it. */
function unreadableOf(problems: readonly DefinitionProblem[]): readonly BuildFile[] {
  const found = new Map<string, BuildFile>();
  for (const { file, line, message } of problems) {
    if (!found.has(file)) found.set(file, unreadableDefinition(file, { reason: clause(message), line }));
  }
  return [...found.values()];
}

function unseenOf({ file, line, message }: DefinitionProblem): UnseenBuild {
  const what = `has a build that could not be read (line ${line}: ${clause(message)})`;
  return { path: file, what, fixKind: 'correct' };
}

function clause(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

/** A build as the reader of a Dockerfile takes it, or why no Dockerfile of the repository is read for it. */
export function namedBuildOf(build: Build): NamedBuild | UnseenRequest {
  const { name = 'it', dockerfile, inline, context, open } = build;
  // It stands in the definition, wherever the context is.
  if (inline !== undefined)
    return {
      ...parametersOf(build),
      file: build.definition,
      inline,
      ...optionalField('otherTexts', build.otherTexts),
    };
  const isOpen = open.some(({ field }) => field === 'dockerfile' || field === 'inline');
  if (dockerfile === undefined || isOpen) return { what: `builds a file that is only known at run time (${name})` };
  if (isRemote(context)) return { what: `builds from ${context}, which is not read`, fixKind: 'elsewhere' };
  if (dockerfile.startsWith('../') || dockerfile.startsWith('/'))
    return { what: 'builds a file from outside the repository', fixKind: 'elsewhere' };
  return { ...parametersOf(build), file: dockerfile };
}

/** What a build is given besides its file. */
function parametersOf(build: Build): Omit<NamedBuild, 'file'> {
  const { line, name, args, target, platforms, contexts, defaults = [] } = build;
  const open = [...build.open, ...defaults];
  const fields = new Set(open.map(({ field }) => field));
  const known = platforms.filter((platform) => platform !== 'local');
  const openArgs = open.flatMap(({ field }) =>
    field === 'args' || field === 'inherits' ? [''] : field.startsWith('args.') ? [field.slice('args.'.length)] : [],
  );
  // The builder's environment is not known, either.
  const fromEnvironment = Object.keys(args).filter((argument) => args[argument] === null);
  const decidedBy = open.flatMap(({ field, decidedBy }) => {
    const [, part = field, name = ''] = /^(\w+)\.(.*)$/s.exec(field) ?? [];
    const flag = { args: name, target: TARGET, platforms: PLATFORM, inline: FILE, contexts: contextFlag(name) }[part];
    return flag === undefined || flag === '' ? [] : [[flag, decidedBy] as const];
  });
  const openContexts = [...fields].flatMap((field) =>
    field === 'contexts' || field === 'inherits'
      ? ['']
      : field.startsWith('contexts.')
        ? [field.slice('contexts.'.length)]
        : [],
  );
  const ofEnvironment = fromEnvironment.map((argument) => [argument, `environment variable ${argument}`] as const);
  const parts = {
    args: [...new Set([...openArgs, ...fromEnvironment])],
    decidedBy: Object.fromEntries([...ofEnvironment, ...decidedBy]),
    target: fields.has('target') || fields.has('inherits'),
    contexts: openContexts,
    platforms: fields.has('platforms') || fields.has('inherits'),
    file: defaults.some(({ field }) => field === 'dockerfile' || field === 'context'),
    text: defaults.some(({ field }) => field === 'inline'),
  };
  return {
    ...optionalField('target', target),
    ...(known.length === 0 ? {} : { platforms: known }),
    buildArgs: Object.fromEntries(
      Object.entries(args).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
    ),
    buildContexts: contexts,
    ...openParts(parts),
    request: { line, ...optionalField('name', name) },
  };
}

/** The build with null for every value that is not known: the defaults of the Dockerfile are evaluated then. */
function withoutOpen(build: Build): Build {
  const fields = new Set(build.open.map(({ field }) => field));
  const { target, ...others } = build;
  return {
    ...others,
    args: Object.fromEntries(
      Object.entries(build.args).map(([name, value]) => [name, fields.has(`args.${name}`) ? null : value]),
    ),
    ...(target === undefined || fields.has('target') ? {} : { target }),
    platforms: fields.has('platforms') ? [] : build.platforms,
  };
}
