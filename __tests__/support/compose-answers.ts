import { posix } from 'node:path';
import type { Build } from '../../src/build-files/build.js';
import type { DefinitionReading } from '../../src/build-files/build-definition.js';
import { isRemoteContext } from '../../src/build-files/compose/paths.js';

/** What compose-config answers of a project. */
export interface ComposeAnswer {
  readonly error?: string;
  readonly directory?: string;
  readonly services?: Readonly<Record<string, ServiceAnswer>>;
  readonly disabled?: readonly string[];
}

export interface ServiceAnswer {
  readonly image?: string;
  readonly platform?: string;
  readonly build?: {
    readonly context: string;
    readonly dockerfile?: string;
    readonly inline?: string;
    readonly target?: string;
    readonly args?: Readonly<Record<string, string | null>>;
    readonly contexts?: Readonly<Record<string, string>>;
    readonly platforms?: readonly string[];
  };
}

/**
 * Where a reading differs from Compose's answer, in words. `directory` is that of the project below `root`. What an answer leaves
 * out (disabled services) is not compared; that a variable without a value is refused by `:?` is no difference.
 */
export function composeDifferences(
  reading: DefinitionReading,
  answer: ComposeAnswer,
  directory: string,
  root = '/',
): readonly string[] {
  const project = posix.join(root, directory);
  if (answer.error !== undefined) {
    if (answer.error.includes('required variable')) return [];
    // compose-go 2.16 takes services of one name in two files for one, and finds a circle where there is none.
    if (/^Circular reference:[\s\S]* in sub\//.test(answer.error)) return [];
    // A service whose profile may be off is left out alone.
    const isNamed = reading.builds.some(({ name }) => answer.error?.includes(`"${name}"`) === true);
    return reading.problems.length > 0 && !isNamed ? [] : [`read here; there ${answer.error}`];
  }
  const services = answer.services ?? {};
  const disabled = new Set(answer.disabled);
  const builds = reading.builds.filter(({ name = '' }) => !disabled.has(name));
  const differences = builds.flatMap((build) => {
    const service = services[build.name ?? ''];
    return service?.build === undefined
      ? [`${build.name} is no build there`]
      : buildDifferences(build, service, root, project);
  });
  const ours = new Set(builds.map(({ name }) => name));
  for (const [name, { build }] of Object.entries(services)) {
    if (build !== undefined && !ours.has(name))
      differences.push(`${name} is not read: ${JSON.stringify(reading.problems)}`);
  }
  return [...differences, ...imageDifferences(reading, services)];
}

function buildDifferences(build: Build, service: ServiceAnswer, root: string, project: string): readonly string[] {
  const theirs = service.build;
  if (theirs === undefined) return [];
  const platforms = theirs.platforms ?? (service.platform === undefined ? [] : [service.platform]);
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['context', contextOf(build.context, root, project), theirs.context === '' ? '.' : posix.normalize(theirs.context)],
    [
      'dockerfile',
      build.dockerfile,
      theirs.inline === undefined ? dockerfileIn(build.context, theirs.dockerfile ?? 'Dockerfile') : undefined,
    ],
    ['inline', build.inline, theirs.inline],
    ['target', build.target, theirs.target],
    ['args', sorted(given(build.args)), sorted(given(theirs.args ?? {}))],
    ['contexts', sorted(mapped(build.contexts, root, project)), sorted(theirs.contexts ?? {})],
    ['platforms', build.platforms, platforms],
  ];
  return pairs.flatMap(([field, here, there]) => {
    const [one, other] = [JSON.stringify(here), JSON.stringify(there)];
    return one === other ? [] : [`${build.name} ${field}: ${one} here, ${other} there`];
  });
}

/** As compose-config prints a path: relative to the project, absolute ones too. */
function contextOf(context: string, root: string, project: string): string {
  if (context.startsWith('~') || isRemoteContext(context)) return posix.normalize(context);
  const relative = posix.relative(project, posix.resolve(root, context));
  return relative === '' ? '.' : relative;
}

/** As our builds have it: relative to the repository, but in a remote context. */
function dockerfileIn(context: string, dockerfile: string): string {
  return dockerfile.startsWith('/') || isRemoteContext(context) ? dockerfile : posix.join(context, dockerfile);
}

function given(args: Readonly<Record<string, string | null>>): Record<string, string | null> {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null));
}

function mapped(contexts: Readonly<Record<string, string>>, root: string, project: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(contexts).map(([name, context]) => [
      name,
      isRemoteContext(context) ? context : contextOf(context, root, project),
    ]),
  );
}

function sorted(values: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Images without a build are those that are run, but for what a build of the project is named. */
function imageDifferences(
  reading: DefinitionReading,
  services: NonNullable<ComposeAnswer['services']>,
): readonly string[] {
  const built = new Set(
    Object.values(services).flatMap(({ image, build }) => (build === undefined ? [] : (image ?? []))),
  );
  return Object.entries(services).flatMap(([name, { image = '', build }]) => {
    if (build !== undefined || image === '' || built.has(image)) return [];
    const ours = (reading.images ?? []).filter((one) => one.name === name).map((one) => one.image);
    return ours.includes(image) ? [] : [`${name} runs ${image} there, ${ours.join()} here`];
  });
}
