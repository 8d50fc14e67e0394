import type { DefinitionOptions } from '../build-definition.js';
import { readEnvironmentFile } from './environment-file.js';
import { directoryOf, resolvePath } from './paths.js';

/** Files that Compose reads together, by their paths. */
export interface ProjectFiles {
  readonly files: readonly string[];
  readonly directory: string;
  readonly environmentFiles: readonly string[];
  /** Whether Compose finds it by itself; other files are named on the command line. */
  readonly isDefault: boolean;
  /** The default files of the directory, over which a file that is named may be meant. */
  readonly base?: readonly string[];
}

/**
 * In the order in which Compose takes the first that is there.
 *
 * @see https://docs.docker.com/compose/intro/compose-application-model/#the-compose-file
 */
const MAIN_NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const OVERRIDE_NAMES = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
];

/** Whether a path has the name of a Compose file. */
export function isComposeFile(path: string): boolean {
  return /(?:^|\/)(?:[^/]+[._-])?compose(?:[._-][^/]+)?\.ya?ml$/.test(path);
}

/**
 * The projects of a repository as Compose finds them: in each directory the first default file with the first override
 * file, or the files that COMPOSE_FILE in its `.env` names. Every other Compose file is a project of its own.
 */
export async function composeProjects(
  paths: readonly string[],
  { load }: Pick<DefinitionOptions, 'load'>,
): Promise<readonly ProjectFiles[]> {
  const found: ProjectFiles[] = [];
  const all = new Set(paths);
  const compose = paths.filter(isComposeFile);
  const directories = new Set(compose.map(directoryOf));
  const first = (directory: string, names: readonly string[]) =>
    names.map((name) => resolvePath(directory, name)).find((path) => all.has(path));
  for (const path of paths) {
    if (path !== '.env' && !path.endsWith('/.env')) continue;
    const directory = directoryOf(path);
    const files = await namedByEnvironment(path, directory, load);
    const [main] = files;
    if (main === undefined || !files.every((file) => all.has(file))) continue;
    const own = directoryOf(main);
    found.push({ files, directory: own, environmentFiles: environmentFiles(directory, own), isDefault: true });
  }
  const taken = new Set(found.flatMap(({ files }) => files));
  for (const directory of [...directories].sort()) {
    const main = first(directory, MAIN_NAMES);
    if (main === undefined || taken.has(main)) continue;
    const override = first(directory, OVERRIDE_NAMES);
    const files = override === undefined ? [main] : [main, override];
    for (const file of files) taken.add(file);
    found.push({ files, directory, environmentFiles: environmentFiles(directory), isDefault: true });
  }
  for (const path of compose) {
    if (taken.has(path)) continue;
    const directory = directoryOf(path);
    const base = found.find((project) => project.isDefault && project.directory === directory)?.files;
    const project = { files: [path], directory, environmentFiles: environmentFiles(directory), isDefault: false };
    found.push(base === undefined ? project : { ...project, base });
  }
  return found;
}

function environmentFiles(...directories: readonly string[]): readonly string[] {
  return [...new Set(directories.map((directory) => resolvePath(directory, '.env')))];
}

async function namedByEnvironment(
  path: string,
  directory: string,
  load: DefinitionOptions['load'],
): Promise<readonly string[]> {
  const bytes = await load(path);
  const variables = bytes === undefined ? undefined : readEnvironmentFile(bytes, new Map());
  if (!(variables instanceof Map)) return [];
  const named = variables.get('COMPOSE_FILE');
  if (named === undefined || named.open.length > 0 || named.text === '') return [];
  const separator = variables.get('COMPOSE_PATH_SEPARATOR')?.text ?? ':';
  return named.text.split(separator === '' ? ':' : separator).map((file) => resolvePath(directory, file));
}
