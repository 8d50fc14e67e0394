import { type Build, isRemote } from '../build.js';
import type {
  BuildDefinitionReader,
  DefinitionFile,
  DefinitionOptions,
  DefinitionProblem,
  DefinitionReading,
} from '../build-definition.js';
import { collectDefinitions, parseBakeFile } from './definitions.js';
import { type BakeModel, evaluateBlocks } from './evaluate-blocks.js';
import { BakeProblem } from './hcl/problem.js';
import type { Body } from './hcl/syntax.js';
import { MAX_BAKE_BYTES } from './limits.js';
import { checkLinks, resolveTarget, toBuild } from './resolve-target.js';
import { emptyTarget, type Target, type TextField } from './target.js';

/**
 * Reads what `docker buildx bake` is given: HCL and JSON, and Compose files where `compose` reads them. Each target of
 * the definition is a build, whichever of them a command asks for.
 *
 * @see https://docs.docker.com/build/bake/reference/
 */
export function bakeReader(compose?: BuildDefinitionReader): BuildDefinitionReader {
  return {
    kind: 'bake',
    matches: isBakeFile,
    read: async (files, options) => {
      const services = files.filter(({ path }) => isYaml(path));
      const before = services.length === 0 ? NOTHING : await readServices(services, options, compose);
      const own = readBake(
        files.filter(({ path }) => !isYaml(path)),
        options,
        before.builds,
      );
      return { builds: own.builds, problems: [...before.problems, ...own.problems] };
    },
  };
}

const NOTHING: DefinitionReading = { builds: [], problems: [] };

const isYaml = (path: string) => /\.ya?ml$/i.test(path);

/** A path whose file may be one for bake. */
function isBakeFile(path: string): boolean {
  if (/\.(?:pkr|nomad|tfvars|tftest)\.hcl$|(?:^|\/)(?:terragrunt|\.terraform\.lock)\.hcl$/.test(path)) return false;
  return /\.hcl$/.test(path) || /(?:bake|docker|container|image|build|target)[^/]*\.json$/i.test(path);
}

async function readServices(
  files: readonly DefinitionFile[],
  options: DefinitionOptions,
  compose: BuildDefinitionReader | undefined,
): Promise<DefinitionReading> {
  if (compose !== undefined) return compose.read(files, options);
  return {
    builds: [],
    problems: files.map(({ path }) =>
      problem(path, 'bake reads this Compose file, too, and its services are not known.'),
    ),
  };
}

function problem(file: string, message: string): DefinitionProblem {
  return { file, line: 1, column: 1, message };
}

function readBake(
  files: readonly DefinitionFile[],
  options: DefinitionOptions,
  services: readonly Build[],
): DefinitionReading {
  const parsed = parseFiles(files);
  if ('problem' in parsed) return { builds: [], problems: [{ ...parsed.problem, isOfFile: true }] };
  const directory = options.workingDirectory ?? directoryOf(files[0]?.path ?? '');
  const found = caught(() =>
    evaluateBlocks(
      collectDefinitions(parsed.bodies),
      options.environment,
      services.map((build) => targetOf(build, directory)),
    ),
  );
  if ('problem' in found) return { builds: [], problems: [{ ...found.problem, isOfFile: true }] };
  const reading = buildsOf(found.value, directory);
  if (options.workingDirectory !== undefined || directory === '.' || namesAny(reading, options)) return reading;
  // Whoever runs bake at the top and names the file has paths that are relative to the top.
  const fromTop = buildsOf(found.value, '.');
  return namesAny(fromTop, options) ? fromTop : reading;
}

function parseFiles(files: readonly DefinitionFile[]): { bodies: readonly Body[] } | { problem: DefinitionProblem } {
  const bodies: Body[] = [];
  let left = MAX_BAKE_BYTES;
  for (const { path, bytes } of files) {
    left -= bytes.length;
    if (left < 0)
      return { problem: problem(path, `Bake files have more than ${MAX_BAKE_BYTES} bytes (limit bake-bytes).`) };
    const source = decode(bytes);
    if (source === undefined) return { problem: problem(path, 'The file is not UTF-8.') };
    const body = caught(() => parseBakeFile(path, source));
    if ('problem' in body) return body;
    bodies.push(body.value);
  }
  return { bodies };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** What is refused is data; anything else that is thrown is a defect. */
function caught<T>(read: () => T): { readonly value: T } | { readonly problem: DefinitionProblem } {
  try {
    return { value: read() };
  } catch (error) {
    if (!(error instanceof BakeProblem)) throw error;
    return { problem: { ...error.at, message: error.message } };
  }
}

/** Every target that can be built, and why the others can't. */
function buildsOf(model: BakeModel, directory: string): DefinitionReading {
  const builds: Build[] = [];
  const problems: DefinitionProblem[] = [];
  const resolved = new Map<string, Target>();
  const resolve = (name: string, from: Target | undefined) => {
    const target = resolved.get(name) ?? resolveTarget(model, name, from);
    resolved.set(name, target);
    return target;
  };
  for (const name of model.targets.keys()) {
    const build = caught(() => {
      const target = resolve(name, undefined);
      checkLinks(resolve, target);
      return toBuild(target, directory);
    });
    if ('problem' in build) problems.push(build.problem);
    else builds.push(build.value);
  }
  for (const { name, at, targets } of model.groups.values())
    for (const target of targets)
      if (typeof target === 'string' && !model.targets.has(target) && !model.groups.has(target))
        problems.push({
          ...at,
          message: `The group "${name}" names "${target}", which is neither a target nor a group.`,
        });
  return { builds, problems };
}

/** Whether any of the Dockerfiles is there. */
function namesAny({ builds }: DefinitionReading, { exists }: DefinitionOptions): boolean {
  return builds.some(({ dockerfile, context }) => dockerfile !== undefined && !isRemote(context) && exists(dockerfile));
}

function directoryOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.';
}

/** A service of a Compose file, as bake takes it over. */
function targetOf(build: Build, directory: string): Target {
  const { definition, line, name = '', dockerfile, inline, context, args, target, platforms, contexts } = build;
  const at = { file: definition, line, column: 1 };
  const texts = new Map<TextField, string>([
    ['context', isRemote(context) ? context : relativePath(directory, context)],
  ]);
  if (dockerfile !== undefined) texts.set('dockerfile', relativePath(context, dockerfile));
  if (inline !== undefined) texts.set('dockerfile-inline', inline);
  if (target !== undefined) texts.set('target', target);
  return {
    ...emptyTarget(name.replaceAll('.', '_'), at),
    texts,
    args: new Map(Object.entries(args).flatMap(([key, value]) => (value === null ? [] : [[key, value] as const]))),
    contexts: new Map(Object.entries(contexts).map(([key, value]) => [key, value.replace(/^service:/, 'target:')])),
    platforms: platforms.length === 0 ? undefined : platforms,
  };
}

/** The path from a directory of the repository to another path there. */
function relativePath(from: string, to: string): string {
  const up = from === '.' ? [] : from.split('/');
  const down = to === '.' ? [] : to.split('/');
  while (up.length > 0 && up[0] === down[0]) {
    up.shift();
    down.shift();
  }
  const path = [...up.map(() => '..'), ...down].join('/');
  return path === '' ? '.' : path;
}
