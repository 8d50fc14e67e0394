import { distinct } from '../../lib/collections.js';
import { type Build, isRemote } from '../build.js';
import type {
  BuildDefinitionReader,
  DefinitionFile,
  DefinitionOptions,
  DefinitionProblem,
  DefinitionReading,
} from '../build-definition.js';
import type { readComposeServices } from '../compose/compose.js';
import type { ComposeService } from '../compose/services.js';
import { serviceTargets } from './compose-targets.js';
import { DefaultVariables } from './default-variables.js';
import { collectDefinitions, parseBakeFile } from './definitions.js';
import { isBakeFile } from './discover-bake.js';
import { type BakeModel, evaluateBlocks } from './evaluate-blocks.js';
import { BakeProblem } from './hcl/problem.js';
import type { Body } from './hcl/syntax.js';
import { MAX_BAKE_BYTES } from './limits.js';
import { otherSides } from './other-sides.js';
import { checkLinks, resolveTarget, toBuild } from './resolve-target.js';
import type { Target } from './target.js';

/**
 * Reads what `docker buildx bake` is given: HCL and JSON, and Compose files where `compose` reads them. Each target of
 * the definition is a build, no matter which of them a command names.
 *
 * @see https://docs.docker.com/build/bake/reference/
 */
export function bakeReader(compose?: ServicesReader): BuildDefinitionReader {
  return {
    kind: 'bake',
    matches: isBakeFile,
    read: async (files, options) => {
      const services = files.filter(({ path }) => isYaml(path));
      const before = services.length === 0 ? NO_SERVICES : await readServices(services, options, compose);
      if (before.refused) return { builds: [], problems: before.problems };
      const own = readBake(files, options, before.services);
      return { ...own, problems: [...before.problems, ...own.problems] };
    },
  };
}

/** Reads the services of Compose files, which bake joins to its own. */
export type ServicesReader = typeof readComposeServices;
type Services = Awaited<ReturnType<ServicesReader>>;

const NO_SERVICES: Services = { services: [], problems: [], refused: false };

const isYaml = (path: string) => /\.ya?ml$/i.test(path);

async function readServices(
  files: readonly DefinitionFile[],
  options: DefinitionOptions,
  compose: ServicesReader | undefined,
): Promise<Services> {
  if (compose !== undefined) return compose(files, options);
  return {
    ...NO_SERVICES,
    problems: files.map(({ path }) =>
      problem(path, 'bake also reads this Compose file, whose services are not known.'),
    ),
  };
}

function problem(file: string, message: string): DefinitionProblem {
  return { file, line: 1, column: 1, message };
}

function readBake(
  files: readonly DefinitionFile[],
  options: DefinitionOptions,
  services: readonly ComposeService[],
): DefinitionReading {
  const parsed = parseFiles(files.filter(({ path }) => !isYaml(path)));
  if ('problem' in parsed) return { builds: [], problems: [{ ...parsed.problem, isOfFile: true }] };
  const directory = options.workingDirectory ?? directoryOf(files[0]?.path ?? '');
  const { environment } = options;
  const found = caught(() => {
    const definitions = collectDefinitions(parsed.bodies);
    const before = serviceTargets(services, directory);
    return { definitions, before, model: evaluateBlocks(definitions, environment, before) };
  });
  if ('problem' in found) return { builds: [], problems: [{ ...found.problem, isOfFile: true }] };
  const { definitions, before, model } = found.value;
  const usual = buildsOf(model, directory);
  // With bake run at the top of the repository and the file named, paths are relative to the top.
  const fromTop =
    options.workingDirectory !== undefined || directory === '.' || namesAny(usual, options)
      ? undefined
      : buildsOf(model, '.');
  const isFromTop = fromTop !== undefined && namesAny(fromTop, options);
  const reading = isFromTop ? fromTop : usual;
  const { sides, isCut } = otherSides(definitions, environment, new DefaultVariables(definitions, environment));
  const others = sides.flatMap((side) => {
    const other = caught(() => evaluateBlocks(definitions, environment, before, side));
    return 'problem' in other ? [] : buildsOf(other.value, isFromTop ? '.' : directory).builds;
  });
  const [{ path } = { path: '' }] = files.filter((file) => !isYaml(file.path));
  const cut = isCut
    ? [problem(path, 'It has more conditions than are evaluated both ways (limit bake-conditions).')]
    : [];
  return { ...reading, ...alternativesTo(reading.builds, others), problems: [...reading.problems, ...cut] };
}

/** Builds that differ from those by the defaults of variables, each once. */
function alternativesTo(builds: readonly Build[], others: readonly Build[]): Pick<DefinitionReading, 'alternatives'> {
  const known = new Set(builds.map((build) => JSON.stringify(build)));
  const alternatives = distinct(others.filter((build) => !known.has(JSON.stringify(build))));
  return alternatives.length === 0 ? {} : { alternatives };
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
  const built = new Map<string, Build>();
  const resolve = (name: string, from: Target | undefined) => {
    const target = resolved.get(name) ?? resolveTarget(model, name, from);
    resolved.set(name, target);
    return target;
  };
  const build = (target: Target) => {
    const known = built.get(target.name) ?? toBuild(target, directory);
    built.set(target.name, known);
    return known;
  };
  const parents = new Set([...model.targets.values()].flatMap(({ inherits }) => inherits));
  const grouped = new Set([...model.groups.values()].flatMap(({ targets }) => targets));
  for (const name of model.targets.keys()) {
    const found = caught(() => {
      const target = resolve(name, undefined);
      // What it is linked to is built with it, so that it has to be sound, too.
      checkLinks((linked, from) => {
        const other = resolve(linked, from);
        build(other);
        return other;
      }, target);
      return build(target);
    });
    if ('problem' in found) problems.push(found.problem);
    else if (parents.has(name) && !grouped.has(name)) builds.push({ ...found.value, isInherited: true });
    else builds.push(found.value);
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
