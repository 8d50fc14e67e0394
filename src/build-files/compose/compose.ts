import type {
  BuildDefinitionReader,
  DefinitionFile,
  DefinitionOptions,
  DefinitionProblem,
  DefinitionReading,
} from '../build-definition.js';
import { isComposeFile } from './discover-projects.js';
import { directoryOf, resolvePath } from './paths.js';
import { type ComposeProject, loadProject } from './project.js';
import { type ComposeService, composeServices } from './services.js';

/** Reads Compose files, joined as `docker compose -f FILE -f FILE` joins them; every profile is on. */
export const composeReader: BuildDefinitionReader = {
  kind: 'compose',
  matches: isComposeFile,
  async read(files, options) {
    return readComposeProject(projectOf(files, options), options);
  },
};

/** What the services of Compose files are to bake: every profile is on, and only what is built is examined. */
export async function readComposeServices(
  files: readonly DefinitionFile[],
  options: DefinitionOptions,
): Promise<{
  readonly services: readonly ComposeService[];
  readonly problems: readonly DefinitionProblem[];
  /** Whether nothing of the files can be built. */
  readonly refused: boolean;
}> {
  const loaded = await loadProject(projectOf(files, options), options);
  const services = composeServices(loaded, 'bake');
  return { services, problems: loaded.problems.all, refused: loaded.problems.refused };
}

function projectOf(files: readonly DefinitionFile[], options: DefinitionOptions): ComposeProject {
  const directory = options.workingDirectory ?? directoryOf(files[0]?.path ?? '');
  return { files, directory, environmentFiles: [resolvePath(directory, '.env')] };
}

/** What a project builds and runs, which files it is made of, and what of them was not understood. */
export async function readComposeProject(
  project: ComposeProject,
  options: DefinitionOptions,
): Promise<DefinitionReading & { readonly read: ReadonlySet<string> }> {
  const loaded = await loadProject(project, options);
  const services = composeServices(loaded, 'compose');
  return {
    builds: services.flatMap(({ build }) => build ?? []),
    images: services.flatMap(({ images }) => images),
    problems: loaded.problems.all,
    read: loaded.read,
  };
}
