import { posix } from 'node:path';
import { optionalField } from '../../lib/collections.js';
import type { Build, OpenValue } from '../build.js';
import type {
  BuildDefinitionReader,
  DefinitionFile,
  DefinitionOptions,
  DefinitionProblem,
  DefinitionReading,
  RunImage,
} from '../build-definition.js';
import { readComposeProject } from '../compose/compose.js';
import { directoryOf, resolvePath } from '../compose/paths.js';
import { type ConfigValue, type DevcontainerConfig, readConfig } from './config.js';
import { readOptions } from './docker-options.js';

/** Whether a path is one where a dev container is configured. */
export function isDevcontainer(path: string): boolean {
  return /(?:^|\/)(?:\.devcontainer\.json|\.devcontainer\/(?:[^/]+\/)?devcontainer\.json)$/.test(path);
}

/**
 * Reads what dev containers build and run: `build` and its old form `dockerFile`, `image`, and the project of
 * `dockerComposeFile`. Features are artifacts, and no images.
 *
 * @see https://containers.dev/implementors/json_reference/
 */
export const devcontainerReader: BuildDefinitionReader = {
  kind: 'devcontainer',
  matches: isDevcontainer,
  async read(files, options) {
    const readings: DefinitionReading[] = [];
    for (const file of files) readings.push(await readDevcontainer(file, options));
    return {
      builds: readings.flatMap(({ builds }) => builds),
      images: readings.flatMap(({ images = [] }) => images),
      problems: readings.flatMap(({ problems }) => problems),
    };
  },
};

async function readDevcontainer(file: DefinitionFile, options: DefinitionOptions): Promise<DefinitionReading> {
  const read = await readConfig(file, options.environment);
  if (!read.ok) return { builds: [], problems: [{ ...read.error, isOfFile: true }] };
  const config = read.value;
  if (config.composeFiles.length > 0) return readCompose(config, file.path, options);
  if (config.dockerfile !== undefined) {
    const { build, problems } = buildOf(config, config.dockerfile, file.path);
    return { builds: [build], problems };
  }
  if (config.image !== undefined) return { builds: [], images: [imageOf(config.image)], problems: [] };
  if (config.hasCompose) {
    const message = 'It refers to a Compose project without naming its files, so it is not read.';
    return { builds: [], problems: [{ file: file.path, line: 1, column: 1, message }] };
  }
  return { builds: [], problems: [] };
}

function buildOf(
  config: DevcontainerConfig,
  dockerfile: ConfigValue,
  definition: string,
): { readonly build: Build; readonly problems: readonly DefinitionProblem[] } {
  const path = pathOf(dockerfile, definition);
  const context = config.context === undefined ? directoryOf(path) : pathOf(config.context, definition);
  const given = readOptions(config.options);
  const target = given.target ?? config.target;
  const args = new Map([...config.args, ...given.args]);
  const defaults = [
    ...defaultsOf('dockerfile', dockerfile),
    ...defaultsOf('context', config.context),
    ...[...args].flatMap(([name, value]) => defaultsOf(`args.${name}`, value)),
    ...defaultsOf('target', target),
    ...given.platforms.flatMap((platform) => defaultsOf('platforms', platform)),
    ...[...given.contexts].flatMap(([name, value]) => defaultsOf(`contexts.${name}`, value)),
  ];
  const build: Build = {
    definition,
    line: dockerfile.at.line,
    ...optionalField('name', config.name?.text),
    dockerfile: path,
    context,
    args: Object.fromEntries([...args].map(([name, value]) => [name, value?.text ?? null])),
    ...(target === undefined || target.text === '' ? {} : { target: target.text }),
    platforms: given.platforms.map(({ text }) => text),
    contexts: Object.fromEntries([...given.contexts].map(([name, { text }]) => [name, text])),
    open: [
      ...openOf('dockerfile', dockerfile),
      ...openOf('context', config.context),
      ...[...args].flatMap(([name, value]) =>
        value === undefined
          ? [{ field: `args.${name}`, decidedBy: `environment variable ${name}`, line: dockerfile.at.line }]
          : openOf(`args.${name}`, value),
      ),
      ...openOf('target', target),
      ...given.platforms.flatMap((platform) => openOf('platforms', platform)),
      ...[...given.contexts].flatMap(([name, value]) => openOf(`contexts.${name}`, value)),
    ],
    ...(defaults.length === 0 ? {} : { defaults }),
  };
  const problems = given.unknown.map(({ text, at }) => ({
    file: definition,
    line: at.line,
    column: at.column,
    message: `The build option ${text} affects what is built and is not supported.`,
  }));
  return { build, problems };
}

/** Relative to the file; what begins with the workspace's directory is relative to that. */
function pathOf({ text, workspace }: ConfigValue, definition: string): string {
  const directory = directoryOf(definition);
  if (workspace === undefined) return resolvePath(directory, text);
  return resolvePath(workspaceOf(definition), workspace === '' ? '.' : `.${posix.join('/', workspace)}`);
}

/** The directory that holds `.devcontainer`, or `.devcontainer.json`. */
function workspaceOf(definition: string): string {
  return posix.join('.', definition.replace(/\.devcontainer(?:\.json|\/.*)$/, ''), '.');
}

function openOf(
  field: string,
  value: ConfigValue | undefined,
  causes: readonly string[] = value?.open ?? [],
): readonly OpenValue[] {
  return causes.map((decidedBy) => ({ field, decidedBy, line: value?.at.line ?? 1 }));
}

/** What is known by the defaults of variables. */
function defaultsOf(field: string, value: ConfigValue | undefined): readonly OpenValue[] {
  return openOf(field, value, value?.defaulted);
}

function imageOf(value: ConfigValue): RunImage {
  const defaults = defaultsOf('image', value);
  return {
    ...{ ...value.at, image: value.text, open: openOf('image', value) },
    ...(defaults.length === 0 ? {} : { defaults }),
  };
}

async function readCompose(
  config: DevcontainerConfig,
  definition: string,
  options: DefinitionOptions,
): Promise<DefinitionReading> {
  const problems: DefinitionProblem[] = [];
  const files: DefinitionFile[] = [];
  for (const named of config.composeFiles) {
    const path = pathOf(named, definition);
    const bytes = named.open.length > 0 ? undefined : await options.load(path);
    if (bytes !== undefined) files.push({ path, bytes });
    else {
      const { line, column } = named.at;
      const message = `The Compose file ${path} is not a file of the repository, so the project is not read.`;
      problems.push({ file: definition, line, column, message });
    }
  }
  const [main] = files;
  if (main === undefined || problems.length > 0) return { builds: [], problems };
  const directory = directoryOf(main.path);
  return readComposeProject({ files, directory, environmentFiles: [resolvePath(directory, '.env')] }, options);
}
