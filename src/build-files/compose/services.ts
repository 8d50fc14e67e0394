import { posix } from 'node:path';
import { optionalField } from '../../lib/collections.js';
import { listed } from '../../lib/text.js';
import type { Build, OpenValue } from '../build.js';
import type { RunImage } from '../build-definition.js';
import type { Variables } from './interpolation.js';
import {
  type ComposeEntry,
  type ComposeMap,
  type ComposeNode,
  type ComposeScalar,
  entry,
  isNull,
  type NodePlace,
  textOf,
} from './node.js';
import { isRemoteContext } from './paths.js';
import type { ProjectProblems } from './problems.js';
import type { LoadedProject } from './project.js';

/** A service or job of a Compose project, as far as it builds or runs images. */
export interface ComposeService {
  readonly name: string;
  /** Where it is declared first. */
  readonly at: NodePlace;
  readonly build?: Build;
  /** The images that running it pulls. */
  readonly images: readonly RunImage[];
  /** Its `environment`, which `docker buildx bake` gives to arguments without a value; null where that has none, either. */
  readonly environment: Readonly<Record<string, string | null>>;
  /** Where its `env_file` stands, which bake reads for such arguments, too. */
  readonly environmentFile?: NodePlace;
  /** Arguments that are written without a value. */
  readonly valueless: ReadonlySet<string>;
  /** Its `build`, for what other programs add there (`x-bake`). */
  readonly source?: ComposeMap;
}

const BUILD_FIELDS: ReadonlySet<string> = new Set([
  'additional_contexts',
  'args',
  'cache_from',
  'cache_to',
  'context',
  'dockerfile',
  'dockerfile_inline',
  'entitlements',
  'extra_hosts',
  'isolation',
  'labels',
  'network',
  'no_cache',
  'no_cache_filter',
  'platforms',
  'privileged',
  'provenance',
  'pull',
  'sbom',
  'secrets',
  'shm_size',
  'ssh',
  'tags',
  'target',
  'ulimits',
]);

/**
 * What the services and jobs of a project build and run for Compose, or for bake. Where that refuses the project there
 * are none, and the problems say why.
 *
 * @see https://docs.docker.com/reference/compose-file/build/
 * @see https://github.com/compose-spec/compose-go/blob/v2.16.2/loader/validate.go `checkConsistency`
 */
export function composeServices(project: LoadedProject, program: 'compose' | 'bake'): readonly ComposeService[] {
  const { problems } = project;
  const builtImages = new Set<string>();
  for (const { value } of [...project.services.values(), ...project.jobs.values()]) {
    const image = textOf(entry(value, 'image'));
    if (image !== undefined && !isNull(entry(value, 'build'))) builtImages.add(image);
  }
  const found = [
    ...[...project.services].flatMap(([name, service]) => readService(name, service, project, builtImages, program)),
    ...[...project.jobs].flatMap(([name, job]) => readService(name, job, project, builtImages, undefined)),
  ];
  if (!problems.refused) return found;
  problems.endWithout(found.some(({ build, images }) => build !== undefined || images.length > 0));
  return [];
}

function readService(
  name: string,
  { at, value }: ComposeEntry,
  project: LoadedProject,
  builtImages: ReadonlySet<string>,
  /** Undefined for a job. */
  program: 'compose' | 'bake' | undefined,
): readonly ComposeService[] {
  const { problems, variables } = project;
  if (value.kind !== 'map') {
    problems.refuse(at, `The service ${name} is not a map.`);
    return [];
  }
  const inconsistent = (message: string) => {
    // A profile that is off keeps Compose from looking at it.
    if (program === 'bake' || entry(value, 'profiles') === undefined) problems.refuse(at, message);
    else problems.note(at, message);
  };
  const field = new FieldReader(problems);
  const image = field.text(value, 'image');
  const platform = field.text(value, 'platform');
  const source = entry(value, 'build');
  // A variable without a value may be any image.
  const hasImage = image !== undefined && (image.text !== '' || image.open.length > 0);
  if (program !== undefined && source === undefined && !hasImage && isNull(entry(value, 'provider'))) {
    if (project.isPart) return [];
    const message = `The service ${name} has neither an image nor a build.`;
    if (program === 'bake' || entry(value, 'profiles') === undefined) problems.refuseEmpty(at, message);
    else problems.noteEmpty(at, message);
    return [];
  }
  const build = source === undefined ? undefined : readBuild(name, at, source, { image, platform }, variables, field);
  if (build !== undefined) {
    const wrong = inconsistency(build, source, program === 'bake' ? undefined : platform, project.services);
    if (wrong !== undefined) {
      inconsistent(`The service ${name} ${wrong}.`);
      return [];
    }
  }
  return [
    {
      name,
      at,
      ...optionalField('build', build),
      images: runImages(name, value, build === undefined ? image : undefined, platform?.text, builtImages),
      environment: environmentOf(entry(value, 'environment')),
      ...optionalField('environmentFile', entry(value, 'env_file')?.at),
      valueless: valuelessOf(entry(source, 'args')),
      ...(source?.kind === 'map' ? { source } : {}),
    },
  ];
}

function readBuild(
  name: string,
  at: NodePlace,
  source: ComposeNode,
  { image, platform }: { readonly image: ComposeScalar | undefined; readonly platform: ComposeScalar | undefined },
  variables: Variables,
  field: FieldReader,
): Build | undefined {
  if (source.kind !== 'map') {
    field.problems.refuse(source.at, `The build of ${name} is neither a context nor a map.`);
    return undefined;
  }
  for (const [key, { at: place }] of source.entries) {
    if (!BUILD_FIELDS.has(key) && !key.startsWith('x-')) {
      field.problems.refuse(place, `Compose knows no field ${key} of a build.`);
    }
  }
  const context = field.text(source, 'context');
  const dockerfile = field.text(source, 'dockerfile');
  const inline = field.text(source, 'dockerfile_inline');
  const target = field.text(source, 'target');
  const args = field.keyed(source, 'args');
  const contexts = field.keyed(source, 'additional_contexts');
  const platforms = field.list(source, 'platforms');
  const isInline = inline !== undefined && inline.text !== '';
  const ofService = platform === undefined || platform.text === '' ? [] : [platform];
  const defaults = [
    ...defaultsOf('context', context),
    ...(isInline ? defaultsOf('inline', inline) : defaultsOf('dockerfile', dockerfile)),
    ...args.flatMap(({ key, value }) => defaultsOf(`args.${key}`, value)),
    ...defaultsOf('target', target),
    ...(platforms.length > 0 ? platforms : ofService).flatMap((one) => defaultsOf('platforms', one)),
    ...contexts.flatMap(({ key, value }) => defaultsOf(`contexts.${key}`, value)),
  ];
  return {
    definition: at.file,
    line: at.line,
    name,
    ...(isInline
      ? { inline: inline.text }
      : { dockerfile: dockerfilePath(context?.text ?? '', dockerfile?.text ?? '') }),
    context: context === undefined || context.text === '' ? '.' : context.text,
    args: record(args.map(({ key, value }) => [key, value?.text ?? variables.get(key)?.text ?? null])),
    ...(target === undefined || target.text === '' ? {} : { target: target.text }),
    platforms: (platforms.length > 0 ? platforms : ofService).map(({ text }) => text),
    contexts: record(contexts.map(({ key, value }) => [key, value?.text ?? ''])),
    ...(image === undefined || image.text === '' || image.open.length > 0 ? {} : { tags: [image.text] }),
    open: [
      ...openOf('context', context),
      ...(isInline ? openOf('inline', inline) : openOf('dockerfile', dockerfile)),
      ...args.flatMap(({ key, value }) => openArgument(key, value, variables, at)),
      ...openOf('target', target),
      ...(platforms.length > 0 ? platforms : ofService).flatMap((one) => openOf('platforms', one)),
      ...contexts.flatMap(({ key, value }) => openOf(`contexts.${key}`, value)),
    ],
    ...(defaults.length === 0 ? {} : { defaults }),
  };
}

/** Relative to the repository, like its context; in a remote context, relative to that. */
function dockerfilePath(context: string, dockerfile: string): string {
  const file = dockerfile === '' ? 'Dockerfile' : dockerfile;
  return file.startsWith('/') || isRemoteContext(context) ? file : posix.join(context, file);
}

/** Reads fields of a kind, and notes those of another. */
class FieldReader {
  readonly problems: ProjectProblems;

  constructor(problems: ProjectProblems) {
    this.problems = problems;
  }

  text(map: ComposeMap, key: string): ComposeScalar | undefined {
    const value = entry(map, key);
    if (value === undefined || this.#isText(value)) return value;
    this.problems.refuse(value.at, `${key} is not a string.`);
    return undefined;
  }

  list(map: ComposeMap, key: string): readonly ComposeScalar[] {
    const value = entry(map, key);
    if (value === undefined) return [];
    const items = value.kind === 'list' ? value.items : [value];
    if (value.kind !== 'list') this.problems.refuse(value.at, `${key} is not a list.`);
    return items.flatMap((item) => {
      if (this.#isText(item)) return [item];
      this.problems.refuse(item.at, `An item of ${key} is not a string.`);
      return [];
    });
  }

  /** Names and values of a map, or of a list of `NAME=value`; the last of a name counts. */
  keyed(map: ComposeMap, key: string): readonly { readonly key: string; readonly value: ComposeScalar | undefined }[] {
    const value = entry(map, key);
    if (value === undefined) return [];
    const found = new Map<string, ComposeScalar | undefined>();
    if (value.kind === 'map') {
      for (const [name, { value: item }] of value.entries) {
        if (!isSchemaScalar(item)) {
          this.problems.refuse(item.at, `${name} of ${key} is neither a string nor a number.`);
        } else found.set(name, item.type === 'null' ? undefined : item);
      }
    } else if (value.kind === 'list') {
      for (const item of value.items) {
        if (!this.#isText(item)) {
          this.problems.refuse(item.at, `An item of ${key} is not a string.`);
          continue;
        }
        const [name = ''] = item.text.split('=', 1);
        if (/\s$/u.test(name)) this.problems.refuse(item.at, `A name in ${key} ends with a space.`);
        found.set(name, item.text.includes('=') ? { ...item, text: item.text.slice(name.length + 1) } : undefined);
      }
    } else this.problems.refuse(value.at, `${key} is neither a map nor a list.`);
    return [...found].map(([name, item]) => ({ key: name, value: item }));
  }

  #isText(node: ComposeNode): node is ComposeScalar {
    return node.kind === 'scalar' && node.type === 'string';
  }
}

/** A text, a number, a boolean or null, as JSON has them. */
function isSchemaScalar(node: ComposeNode): node is ComposeScalar {
  if (node.kind !== 'scalar' || node.type === 'timestamp') return false;
  return node.type !== 'number' || Number.isFinite(Number(node.text));
}

/** What Compose finds wrong in a build that is well formed, in a clause. */
function inconsistency(
  build: Build,
  source: ComposeNode | undefined,
  platform: ComposeScalar | undefined,
  services: ReadonlyMap<string, ComposeEntry>,
): string | undefined {
  if (build.inline !== undefined && (textOf(entry(source, 'dockerfile')) ?? '') !== '') {
    return 'has both `dockerfile` and `dockerfile_inline`';
  }
  if (platform !== undefined && platform.text !== '' && !build.platforms.includes(platform.text)) {
    return `runs on ${platform.text}, which is not a platform it is built for`;
  }
  for (const context of Object.values(build.contexts)) {
    const name = context.startsWith('service:') ? context.slice('service:'.length) : undefined;
    const other = name === undefined ? undefined : services.get(name);
    if (name !== undefined && (other === undefined || entry(other.value, 'build') === undefined)) {
      return `uses the service ${name} as a context, but that service builds nothing`;
    }
  }
  return undefined;
}

function openOf(
  field: string,
  scalar: ComposeScalar | undefined,
  variables: readonly string[] = scalar?.open ?? [],
): readonly OpenValue[] {
  return variables.map((name) => ({
    field,
    decidedBy: `environment variable ${name}`,
    line: scalar?.at.line ?? 1,
    variables: [name],
  }));
}

/** What is known by the defaults of variables. */
function defaultsOf(field: string, scalar: ComposeScalar | undefined): readonly OpenValue[] {
  const variables = scalar?.defaulted ?? [];
  if (variables.length === 0) return [];
  const what = variables.length === 1 ? 'environment variable' : 'environment variables';
  return [{ field, decidedBy: `${what} ${listed(variables)}`, line: scalar?.at.line ?? 1, variables }];
}

function openArgument(
  name: string,
  value: ComposeScalar | undefined,
  variables: Variables,
  at: NodePlace,
): readonly OpenValue[] {
  if (value !== undefined) return openOf(`args.${name}`, value);
  const given = variables.get(name);
  const deciding = given === undefined ? [name] : given.open;
  return deciding.map((one) => ({ field: `args.${name}`, decidedBy: `environment variable ${one}`, line: at.line }));
}

/**
 * The images that running a service pulls: its own where it builds none, those of its hooks and of its volumes. What
 * another service of the project builds is not pulled.
 */
function runImages(
  name: string,
  service: ComposeMap,
  image: ComposeScalar | undefined,
  platform: string | undefined,
  builtImages: ReadonlySet<string>,
): readonly RunImage[] {
  const hooks = itemsOf(entry(service, 'pre_start')).map((hook) => entry(hook, 'image'));
  const volumes = itemsOf(entry(service, 'volumes')).flatMap((volume) =>
    textOf(entry(volume, 'type')) === 'image' ? [entry(volume, 'source')] : [],
  );
  return [image, ...hooks, ...volumes].flatMap((found) => {
    if (found?.kind !== 'scalar' || found.type !== 'string') return [];
    if (found.text === '' && found.open.length === 0) return [];
    if (builtImages.has(found.text)) return [];
    const on = found === image && platform !== undefined && platform !== '' ? { platform } : {};
    const defaults = defaultsOf('image', found);
    const open = openOf('image', found);
    return [{ ...found.at, image: found.text, name, ...on, open, ...(defaults.length === 0 ? {} : { defaults }) }];
  });
}

function itemsOf(node: ComposeNode | undefined): readonly ComposeNode[] {
  return node?.kind === 'list' ? node.items : [];
}

function environmentOf(node: ComposeNode | undefined): Readonly<Record<string, string | null>> {
  if (node?.kind === 'map') {
    return record(
      [...node.entries].map(([name, { value }]) => [
        name,
        value.kind === 'scalar' && value.type !== 'null' ? value.text : null,
      ]),
    );
  }
  return record(
    itemsOf(node).flatMap((item): [string, string | null][] => {
      const text = textOf(item) ?? '';
      const [name = ''] = text.split('=', 1);
      return name === '' ? [] : [[name, text.includes('=') ? text.slice(name.length + 1) : null]];
    }),
  );
}

/** Names of a map with null, or of a list without `=`. */
function valuelessOf(args: ComposeNode | undefined): ReadonlySet<string> {
  if (args?.kind === 'map') {
    return new Set([...args.entries].flatMap(([name, { value }]) => (isNull(value) ? [name] : [])));
  }
  return new Set(
    itemsOf(args)
      .flatMap((item) => textOf(item) ?? [])
      .filter((text) => !text.includes('=')),
  );
}

/** Own fields only, under any name: `__proto__` is one, too. */
function record<T>(pairs: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
  return Object.fromEntries(pairs);
}
