import { entriesOf, field } from '../workflow/yaml-fields.js';

/** Variables of Azure Pipelines for the directory that the repository is in, before a path in it. */
const TOP = /^\$\((?:Build\.SourcesDirectory|Build\.Repository\.LocalPath|System\.DefaultWorkingDirectory)\)\/?/i;
/** Commands of the task that build. */
const BUILDING = /^(?:build|buildAndPush|build an image)$/i;

/**
 * The command line of a step that runs the task `Docker`, in the words of `docker build`; undefined for other steps, and for
 * patterns of paths, which name files by their default names.
 *
 * @see https://learn.microsoft.com/azure/devops/pipelines/tasks/reference/docker-v2
 */
export function dockerTask(step: unknown): string | undefined {
  const task = field(step, 'task');
  if (typeof task !== 'string' || !/^Docker@[0-9]+$/i.test(task)) return undefined;
  const inputs = new Map(entriesOf(field(step, 'inputs')).map(([name, value]) => [name.toLowerCase(), value]));
  const input = (name: string, byDefault: string) => {
    const value = inputs.get(name);
    return typeof value === 'string' && value !== '' ? value.replace(TOP, './') : byDefault;
  };
  const file = input('dockerfile', '**/Dockerfile');
  if (!BUILDING.test(input('command', input('action', 'buildAndPush'))) || file.includes('*')) return undefined;
  const context = input('buildcontext', '**');
  const directory = file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.';
  return `docker build ${input('arguments', '')} -f "${file}" "${context.includes('*') ? directory : context}"`;
}
