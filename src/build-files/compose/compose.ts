import type { BuildDefinitionReader, DefinitionOptions, DefinitionReading } from '../build-definition.js';
import { isComposeFile } from './discover-projects.js';
import { directoryOf, resolvePath } from './paths.js';
import { type ComposeProject, loadProject } from './project.js';
import { composeServices } from './services.js';

/** Reads Compose files, joined as `docker compose -f FILE -f FILE` joins them; every profile is on. */
export const composeReader: BuildDefinitionReader = {
  kind: 'compose',
  matches: isComposeFile,
  async read(files, options) {
    const directory = options.workingDirectory ?? directoryOf(files[0]?.path ?? '');
    return readComposeProject({ files, directory, environmentFiles: [resolvePath(directory, '.env')] }, options);
  },
};

/** What a project builds and runs, which files it is made of, and what of them was not understood. */
export async function readComposeProject(
  project: ComposeProject,
  options: DefinitionOptions,
): Promise<DefinitionReading & { readonly read: ReadonlySet<string> }> {
  const loaded = await loadProject(project, options);
  const services = composeServices(loaded);
  return {
    builds: services.flatMap(({ build }) => build ?? []),
    images: services.flatMap(({ images }) => images),
    problems: loaded.problems.all,
    read: loaded.read,
  };
}
