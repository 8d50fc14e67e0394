import { joinInside, type NamedBuild, type RequestedBuilds } from '../script/build-command.js';
import { field, members, parseYaml, text } from '../workflow/yaml-fields.js';

/** Whether a path has the name of a Compose file. */
export function isComposeFile(path: string): boolean {
  return /(?:^|\/)(?:docker-)?compose(?:[.-][^/]+)?\.ya?ml$/.test(path);
}

/**
 * What a Compose file builds, for telling what of it is not looked at: each argument, target and context that it gives
 * is open.
 *
 * @see https://docs.docker.com/reference/compose-file/build/
 */
export async function buildsInCompose(bytes: Uint8Array, path: string): Promise<RequestedBuilds> {
  const directory = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
  const services = members(field(await parseYaml(bytes), 'services'));
  const builds = services.flatMap((service) => {
    const build = field(service, 'build');
    return build === undefined || build === null ? [] : [buildOf(build, directory)];
  });
  return {
    named: builds.filter((build) => typeof build !== 'string'),
    unseen: builds.filter((build) => typeof build === 'string'),
  };
}

function buildOf(build: unknown, directory: string): NamedBuild | string {
  if (field(build, 'dockerfile_inline') !== undefined) return 'holds a build file of its own (dockerfile_inline)';
  const context = typeof build === 'string' ? build : (field(build, 'context') ?? '.');
  const file = joinInside(directory, literal(context), literal(field(build, 'dockerfile') ?? 'Dockerfile'));
  if (file === undefined) return 'builds a file that only a run knows, or one from outside the repository';
  return {
    file,
    buildArgs: {},
    buildContexts: {},
    open: {
      args: argumentNames(field(build, 'args')),
      target: field(build, 'target') !== undefined,
      contexts: field(build, 'additional_contexts') !== undefined,
    },
  };
}

function literal(value: unknown): string | undefined {
  const written = text(value);
  return written?.includes('$') === true ? undefined : written;
}

function argumentNames(args: unknown): readonly string[] {
  if (Array.isArray(args)) return args.map((line) => (text(line) ?? '').split('=', 1)[0] ?? '');
  return typeof args === 'object' && args !== null ? Object.keys(args) : [];
}
