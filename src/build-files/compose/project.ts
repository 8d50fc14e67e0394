import type { DefinitionOptions } from '../build-definition.js';
import {
  CONTAINER_KEYS,
  type ContainerKey,
  containers,
  refuseOtherThanText,
  withBuildMaps,
  withDefaultContexts,
  withResolvedPaths,
} from './containers.js';
import { readDocuments } from './document.js';
import { readEnvironmentFile } from './environment-file.js';
import { LITERAL, type Variables } from './interpolation.js';
import { fingerprint, mergeService, withoutReplaced } from './merge.js';
import {
  type ComposeEntry,
  type ComposeMap,
  type ComposeNode,
  entry,
  isNull,
  mapAt,
  type NodePlace,
  textOf,
} from './node.js';
import { directoryOf, resolvePath } from './paths.js';
import { type ProblemPlace, ProjectProblems } from './problems.js';

/** One Compose file; larger ones are refused. */
const MAX_COMPOSE_BYTES = 1024 * 1024;
/** Files that one project may read: its own, included ones and extended ones. */
const MAX_FILES = 200;
/** How long a chain of `extends` may be. */
const MAX_EXTENDS = 100;
/** Nodes of all services together once each has what it extends: many that extend a long one make much of little. */
const MAX_EXTENDED_NODES = 1_000_000;

const TOP_LEVEL_KEYS: ReadonlySet<string> = new Set([
  ...CONTAINER_KEYS,
  'configs',
  'include',
  'models',
  'name',
  'networks',
  'secrets',
  'version',
  'volumes',
]);

/** Without any of these a file says nothing of builds and images. */
const BUILDING_KEYS = [...CONTAINER_KEYS, 'include'];

/** Files that Compose reads together. */
export interface ComposeProject {
  /** The main file, then what is merged over it. */
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  /** What paths are relative to. */
  readonly directory: string;
  /** Files of variables, the first before the others; those that are not there are left out. */
  readonly environmentFiles: readonly string[];
  /** Whether the files may be joined to others, which have what is missing here. */
  readonly isPart?: boolean;
}

/** A project with all its files merged. */
export interface LoadedProject {
  readonly services: ReadonlyMap<string, ComposeEntry>;
  readonly jobs: ReadonlyMap<string, ComposeEntry>;
  readonly variables: Variables;
  readonly problems: ProjectProblems;
  /** All files that were read for it. */
  readonly read: ReadonlySet<string>;
  readonly isPart: boolean;
}

/**
 * Loads a project as Compose does: variables, merge over files and documents, `include`, `extends`, `!reset`.
 *
 * @see https://github.com/compose-spec/compose-go/blob/v2.16.2/loader/loader.go `loadYamlModel`
 */
export async function loadProject(project: ComposeProject, options: DefinitionOptions): Promise<LoadedProject> {
  const loader = new Loader(project, options);
  const variables = await loader.variables(project.environmentFiles, environmentOf(options));
  const model = await loader.model(
    project.files.map(({ path }) => path),
    { directory: project.directory, variables, included: [] },
  );
  return {
    services: containers(model, 'services'),
    jobs: containers(model, 'jobs'),
    variables,
    problems: loader.problems,
    read: loader.read,
    isPart: project.isPart === true,
  };
}

function environmentOf({ environment }: DefinitionOptions): Variables {
  return {
    get: (name) => (Object.hasOwn(environment, name) ? { text: environment[name] ?? '', ...LITERAL } : undefined),
  };
}

/** What holds for all files of one project, or of one that it includes. */
interface Scope {
  readonly directory: string;
  readonly variables: Variables;
  /** Main files around it, against an include that comes back to itself. */
  readonly included: readonly string[];
}

/** A document whose services can be extended. */
interface ExtendsScope {
  readonly file: string;
  readonly key: ContainerKey;
  /** Replaced by what they become. */
  readonly services: Map<string, ComposeEntry>;
  readonly root: ComposeMap;
  readonly variables: Variables;
}

class Loader {
  readonly problems = new ProjectProblems();
  readonly read = new Set<string>();
  readonly #given: ReadonlyMap<string, Uint8Array>;
  readonly #options: DefinitionOptions;
  readonly #extended = new Map<string, Promise<ComposeMap | undefined>>();
  #files = 0;
  #extendedNodes = 0;

  constructor(project: ComposeProject, options: DefinitionOptions) {
    this.#given = new Map(project.files.map(({ path, bytes }) => [path, bytes]));
    this.#options = options;
  }

  /** Variables of files after those that are given. */
  async variables(files: readonly string[], given: Variables): Promise<Variables> {
    let variables = given;
    for (const file of files) {
      const bytes = await this.#options.load(file);
      if (bytes === undefined) continue;
      this.read.add(file);
      const found = readEnvironmentFile(bytes, variables);
      if (found instanceof Map) variables = layered(variables, found);
      else this.problems.refuse({ file, line: found.line, column: 1 }, `Compose can't read the file: ${found.reason}.`);
    }
    return variables;
  }

  /** All files merged, with only services and jobs. */
  async model(files: readonly string[], scope: Scope): Promise<ComposeMap> {
    const place = topOf(files[0] ?? '');
    let model = mapAt(place, new Map());
    for (const file of files) {
      for (const root of await this.#documents(file, scope.variables, place)) {
        refuseOtherThanText(root, this.problems);
        const included = await this.#withIncludes(root, file, scope);
        const extended = await this.#withExtends(included, root, file, scope);
        model = withBuildMaps(mergeModels(withoutReplaced(model, root), extended, this.#onMergeError));
      }
    }
    return withDefaultContexts(model, scope.directory);
  }

  readonly #onMergeError = ({ at, message }: { readonly at: ProblemPlace; readonly message: string }) =>
    this.problems.refuse(at, message);

  /** The documents of a file, their tops checked. */
  async #documents(file: string, variables: Variables, from: ProblemPlace): Promise<readonly ComposeMap[]> {
    const bytes = this.#given.get(file) ?? (await this.#options.load(file));
    if (bytes === undefined) {
      this.problems.note(from, `${file} is not a file of the repository, so what it defines is not known.`);
      return [];
    }
    this.read.add(file);
    const place = topOf(file);
    if (++this.#files > MAX_FILES) {
      this.problems.notRead(from, `The project reads more than ${MAX_FILES} files; ${file} is not read.`);
      return [];
    }
    if (bytes.length > MAX_COMPOSE_BYTES) {
      this.problems.notRead(place, `The file has more than ${MAX_COMPOSE_BYTES} bytes and is not read.`);
      return [];
    }
    const reading = await readDocuments(file, bytes, variables);
    if (!reading.ok) {
      this.problems.notRead({ ...reading.error, file }, `Compose can't read the file: ${reading.error.message}.`);
      return [];
    }
    if (reading.documents.length === 0) this.problems.refuse(place, 'The Compose file is empty.');
    return reading.documents.flatMap((document) => (this.#isComposeDocument(document) ? [document] : []));
  }

  #isComposeDocument(document: ComposeNode): document is ComposeMap {
    if (document.kind !== 'map') {
      this.problems.refuse(document.at, 'The Compose file is not a map.');
      return false;
    }
    const unknown = [...document.entries].filter(([key]) => !TOP_LEVEL_KEYS.has(key) && !key.startsWith('x-'));
    const isOld = !document.entries.has('services') && unknown.some(([, { value }]) => looksLikeService(value));
    const [first] = unknown;
    if (isOld) {
      this.problems.refuse(
        document.at,
        'The file has no `services` and is of version 1, which Compose no longer reads. Move its services below `services:`.',
      );
    } else if (first !== undefined && !BUILDING_KEYS.some((key) => document.entries.has(key))) {
      this.problems.refuseEmpty(document.at, `The file is no Compose file: it has no \`services\`, but ${first[0]}.`);
    } else if (first !== undefined) {
      this.problems.refuse(first[1].at, `Compose knows no top-level field ${first[0]}.`);
    }
    for (const key of CONTAINER_KEYS) {
      const value = entry(document, key);
      if (value !== undefined && value.kind !== 'map') this.problems.refuse(value.at, `\`${key}\` is not a map.`);
    }
    return first === undefined;
  }

  /** Its services and jobs with their paths resolved, and those of the projects that it includes. */
  async #withIncludes(root: ComposeMap, file: string, scope: Scope): Promise<ComposeMap> {
    let model = withResolvedPaths(root, scope.directory, this.problems);
    const include = entry(root, 'include');
    if (isNull(include) || include === undefined) return model;
    if (include.kind !== 'list') {
      this.problems.refuse(include.at, '`include` is not a list.');
      return model;
    }
    for (const item of include.items) {
      const imported = await this.#include(item, { ...scope, included: [...scope.included, file] });
      if (imported !== undefined) model = this.#import(imported, model, root);
    }
    return model;
  }

  async #include(item: ComposeNode, scope: Scope): Promise<ComposeMap | undefined> {
    const paths = item.kind === 'map' ? texts(entry(item, 'path')) : texts(item);
    const [main] = paths;
    if (main === undefined) {
      this.problems.refuse(item.at, 'An `include` names no file.');
      return undefined;
    }
    const unknown = paths.find(({ open }) => open.length > 0);
    if (unknown !== undefined) {
      this.problems.note(item.at, `The included file depends on ${unknown.open.join(', ')}, which has no value here.`);
      return undefined;
    }
    const remote = paths.find(({ text }) => /:\/\/|^git@/.test(text) || text.startsWith('/'));
    if (remote !== undefined) {
      this.problems.note(item.at, `${remote.text} is included from outside the repository, and is not read.`);
      return undefined;
    }
    const files = paths.map(({ text }) => resolvePath(scope.directory, text));
    const [first = ''] = files;
    if (scope.included.includes(first)) {
      this.problems.refuse(item.at, `${first} includes itself.`);
      return undefined;
    }
    const missing = files.find((file) => !this.#options.exists(file));
    if (missing !== undefined) {
      this.problems.note(item.at, `${missing} is included and is not a file of the repository.`);
      return undefined;
    }
    const given = textOf(entry(item, 'project_directory'));
    const directory = given === undefined || given === '' ? directoryOf(first) : resolvePath(scope.directory, given);
    const variables = await this.#includedVariables(item, directory, scope);
    return this.model(files, { directory, variables, included: scope.included });
  }

  async #includedVariables(item: ComposeNode, directory: string, scope: Scope): Promise<Variables> {
    const named = texts(entry(item, 'env_file')).filter(({ text }) => text !== '/dev/null');
    const isNamed = texts(entry(item, 'env_file')).length > 0;
    const files = isNamed
      ? named.map(({ text }) => resolvePath(scope.directory, text))
      : [resolvePath(directory, '.env')];
    for (const file of isNamed ? files : []) {
      if (!this.#options.exists(file)) this.problems.note(item.at, `${file} is not a file of the repository.`);
    }
    return this.variables(files, scope.variables);
  }

  /** What is included stands below what includes it. */
  #import(imported: ComposeMap, model: ComposeMap, root: ComposeMap): ComposeMap {
    const merged = new Map(model.entries);
    for (const key of CONTAINER_KEYS) {
      const from = containers(imported, key);
      if (from.size === 0) continue;
      const to = new Map(containers(model, key));
      for (const [name, service] of from) {
        const conflict = to.get(name);
        if (conflict === undefined) to.set(name, service);
        else if (fingerprint(service.value) !== fingerprint(conflict.value)) {
          const base = withoutReplacedService(service.value, root, key, name);
          to.set(name, { at: conflict.at, value: mergeService(base, conflict.value, this.#onMergeError) });
        }
      }
      merged.set(key, { at: model.at, value: mapAt(model.at, to) });
    }
    return { ...model, entries: merged };
  }

  async #withExtends(model: ComposeMap, root: ComposeMap, file: string, scope: Scope): Promise<ComposeMap> {
    const entries = new Map(model.entries);
    for (const key of CONTAINER_KEYS) {
      const services = new Map(containers(model, key));
      if (services.size === 0) continue;
      const extendsScope: ExtendsScope = { file, key, services, root, variables: scope.variables };
      for (const name of [...services.keys()]) await this.#extend(name, extendsScope, []);
      entries.set(key, { at: model.at, value: mapAt(model.at, services) });
    }
    return { ...model, entries };
  }

  /**
   * The service with what it extends below it; undefined if there is none.
   *
   * @see https://github.com/compose-spec/compose-go/blob/v2.16.2/loader/extends.go
   */
  async #extend(name: string, scope: ExtendsScope, chain: readonly string[]): Promise<ComposeNode | undefined> {
    const service = scope.services.get(name);
    if (service === undefined || service.value.kind !== 'map') return undefined;
    const extended = entry(service.value, 'extends');
    if (extended === undefined) return service.value;
    const reference = extended.kind === 'map' ? entry(extended, 'service') : extended;
    const wanted = textOf(reference);
    const place = `${scope.file} ${name}`;
    if (wanted === undefined) this.problems.refuse(extended.at, `${name} extends a service that has no name.`);
    else if (chain.includes(place)) this.problems.refuse(extended.at, `${name} extends itself.`);
    else if (chain.length >= MAX_EXTENDS) {
      this.problems.refuse(extended.at, `${name} is in a chain of more than ${MAX_EXTENDS} \`extends\`.`);
    } else {
      const from = await this.#extendedScope(extended, scope);
      if (from?.services.has(wanted) === true) {
        const base = await this.#extend(wanted, from, [...chain, place]);
        return base === undefined ? service.value : this.#extendedService(name, service, base, scope);
      }
      if (from !== undefined) {
        this.problems.refuse(extended.at, `${name} extends ${wanted}, which is not a service in ${from.file}.`);
      }
    }
    // What it takes over is not known, so neither is what it builds.
    scope.services.delete(name);
    return undefined;
  }

  #extendedService(
    name: string,
    service: ComposeEntry,
    base: ComposeNode,
    scope: ExtendsScope,
  ): ComposeNode | undefined {
    const source = withoutReplacedService(base, scope.root, scope.key, name);
    this.#extendedNodes += nodesIn(source);
    if (this.#extendedNodes > MAX_EXTENDED_NODES) {
      this.problems.notRead(
        topOf(scope.file),
        `With what they extend, its services have more than ${MAX_EXTENDED_NODES} values (limit extended-values).`,
      );
      scope.services.delete(name);
      return undefined;
    }
    const merged = mergeService(source, service.value, this.#onMergeError);
    if (merged.kind !== 'map') return merged;
    const entries = new Map(merged.entries);
    entries.delete('extends');
    const value = { ...merged, entries };
    scope.services.set(name, { at: service.at, value });
    return value;
  }

  /** The services among which the extended one is: of the same document, or of another file. */
  async #extendedScope(extended: ComposeNode, scope: ExtendsScope): Promise<ExtendsScope | undefined> {
    const file = entry(extended, 'file');
    if (file === undefined || isNull(file)) return scope;
    const path = textOf(file);
    const open = file.kind === 'scalar' ? file.open : [];
    if (path === undefined) {
      this.problems.refuse(file.at, 'The file of an `extends` is not a string.');
      return undefined;
    }
    if (open.length > 0 || !this.#options.exists(path)) {
      const why = open.length > 0 ? `depends on ${open.join(', ')}` : `is ${path}, not a file of the repository`;
      this.problems.note(file.at, `The extended file ${why}, so the service is not known.`);
      return undefined;
    }
    const known = this.#extended.get(path) ?? this.#extendedFile(path, scope.variables, file.at);
    this.#extended.set(path, known);
    const root = await known;
    if (root === undefined) return undefined;
    return {
      file: path,
      key: scope.key,
      services: new Map(containers(root, scope.key)),
      root,
      variables: scope.variables,
    };
  }

  /** The services of a file that is extended: its paths resolved, and nothing else done to it. */
  async #extendedFile(path: string, variables: Variables, from: ProblemPlace): Promise<ComposeMap | undefined> {
    const roots = await this.#documents(path, variables, from);
    let model: ComposeMap | undefined;
    for (const root of roots) {
      const resolved = withBuildMaps(withResolvedPaths(root, directoryOf(path), this.problems));
      model =
        model === undefined
          ? { ...resolved, replaced: root.replaced }
          : mergeModels(withoutReplaced(model, root), resolved, this.#onMergeError);
    }
    return model;
  }
}

function layered(first: Variables, second: Variables): Variables {
  return { get: (name) => first.get(name) ?? second.get(name) };
}

function topOf(file: string): NodePlace {
  return { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
}

function nodesIn(node: ComposeNode): number {
  if (node.kind === 'scalar') return 1;
  const children = node.kind === 'list' ? node.items : [...node.entries.values()].map(({ value }) => value);
  return children.reduce((sum, child) => sum + nodesIn(child), 1);
}

function looksLikeService(node: ComposeNode): boolean {
  return node.kind === 'map' && (node.entries.has('image') || node.entries.has('build'));
}

/** The texts of a node that is one, or a list of them. */
function texts(node: ComposeNode | undefined): readonly { readonly text: string; readonly open: readonly string[] }[] {
  if (node === undefined) return [];
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => (item.kind === 'scalar' && item.type === 'string' ? [item] : []));
}

function mergeModels(
  base: ComposeMap,
  over: ComposeMap,
  onError: (error: { at: NodePlace; message: string }) => void,
): ComposeMap {
  const entries = new Map<string, ComposeEntry>();
  for (const key of CONTAINER_KEYS) {
    const merged = new Map(containers(base, key));
    for (const [name, later] of containers(over, key)) {
      const earlier = merged.get(name);
      if (earlier === undefined) merged.set(name, later);
      else merged.set(name, { at: earlier.at, value: mergeService(earlier.value, later.value, onError) });
    }
    entries.set(key, { at: over.at, value: mapAt(over.at, merged) });
  }
  return { ...base, entries };
}

function withoutReplacedService(base: ComposeNode, root: ComposeMap, key: ContainerKey, name: string): ComposeNode {
  const services = entry(root, key);
  if (services?.kind !== 'map') return base;
  const own = services.entries.get(name)?.value;
  if (base.kind !== 'map' || own?.kind !== 'map') return base;
  return withoutReplaced(base, own);
}
