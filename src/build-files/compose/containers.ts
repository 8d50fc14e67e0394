import { asBuild } from './merge.js';
import {
  type ComposeEntry,
  type ComposeMap,
  type ComposeNode,
  entry,
  mapAt,
  type NodePlace,
  textAt,
  textOf,
} from './node.js';
import { resolveContext, resolvePath } from './paths.js';
import type { ProjectProblems } from './problems.js';

/** What is declared as a container: services, and jobs that run to their end. */
export const CONTAINER_KEYS = ['services', 'jobs'] as const;
export type ContainerKey = (typeof CONTAINER_KEYS)[number];

/** The services or jobs of a file, by name. */
export function containers(model: ComposeMap, key: ContainerKey): ReadonlyMap<string, ComposeEntry> {
  const found = entry(model, key);
  return found?.kind === 'map' ? found.entries : new Map();
}

/** Only its services and jobs, what their builds and `extends` name relative to a directory resolved. */
export function withResolvedPaths(root: ComposeMap, directory: string, problems: ProjectProblems): ComposeMap {
  const entries = new Map<string, ComposeEntry>();
  for (const key of CONTAINER_KEYS) {
    const services = containers(root, key);
    const resolved = [...services].map(([name, service]): [string, ComposeEntry] => [
      name,
      { ...service, value: resolvedService(service.value, directory, problems) },
    ]);
    const own = entry(root, key);
    const replaced = own?.kind === 'map' ? own.replaced : new Set<string>();
    if (services.size > 0) {
      entries.set(key, { at: root.at, value: { ...mapAt(root.at, new Map(resolved)), replaced } });
    }
  }
  return { ...root, entries };
}

function resolvedService(service: ComposeNode, directory: string, problems: ProjectProblems): ComposeNode {
  if (service.kind !== 'map') return service;
  return changed(
    changed(service, 'build', (build) => {
      refuseUnlessText(build, ['context'], problems);
      if (build.kind !== 'map') return resolvedText(build, (text) => resolveContext(directory, text));
      return changed(
        changed(build, 'context', (context) => resolvedText(context, (text) => resolveContext(directory, text))),
        'additional_contexts',
        (contexts) => resolvedContexts(contexts, directory, problems),
      );
    }),
    'extends',
    (extended) =>
      extended.kind === 'map'
        ? changed(extended, 'file', (file) => resolvedText(file, (text) => resolvePath(directory, text)))
        : extended,
  );
}

/** Compose checks each file before the next one can replace what is wrong in it. */
export function refuseOtherThanText(root: ComposeMap, problems: ProjectProblems): void {
  for (const key of CONTAINER_KEYS) {
    for (const { value } of containers(root, key).values()) {
      refuseUnlessText(entry(value, 'build'), ['dockerfile', 'dockerfile_inline', 'target'], problems);
    }
  }
}

function refuseUnlessText(build: ComposeNode | undefined, keys: readonly string[], problems: ProjectProblems): void {
  for (const key of keys) {
    const value = entry(build, key);
    if (value !== undefined && textOf(value) === undefined) problems.refuse(value.at, `${key} is not a string.`);
  }
}

function changed(map: ComposeMap, key: string, change: (node: ComposeNode) => ComposeNode): ComposeMap {
  const found = map.entries.get(key);
  if (found === undefined) return map;
  const entries = new Map(map.entries);
  entries.set(key, { ...found, value: change(found.value) });
  return { ...map, entries };
}

function resolvedText(node: ComposeNode, resolve: (text: string) => string): ComposeNode {
  return node.kind === 'scalar' && node.type === 'string' ? { ...node, text: resolve(node.text) } : node;
}

/** Additional contexts as a map: a list of them is one, too. */
function resolvedContexts(node: ComposeNode, directory: string, problems: ProjectProblems): ComposeNode {
  const map = node.kind === 'list' ? contextsOfList(node.items, node.at, problems) : node;
  if (map.kind !== 'map') return map;
  for (const [name, { value }] of map.entries) {
    if (textOf(value) === undefined) problems.refuse(value.at, `The additional context ${name} is not a string.`);
  }
  const entries = [...map.entries].map(([name, context]): [string, ComposeEntry] => [
    name,
    { ...context, value: resolvedText(context.value, (text) => resolveContext(directory, text)) },
  ]);
  return { ...map, entries: new Map(entries) };
}

function contextsOfList(items: readonly ComposeNode[], at: NodePlace, problems: ProjectProblems): ComposeMap {
  const entries = new Map<string, ComposeEntry>();
  for (const item of items) {
    const text = textOf(item) ?? '';
    const equals = text.indexOf('=');
    if (equals < 0 || item.kind !== 'scalar') problems.refuse(item.at, 'An additional context is not NAME=value.');
    else entries.set(text.slice(0, equals), { at: item.at, value: textAt(item.at, text.slice(equals + 1), item) });
  }
  return mapAt(at, entries);
}

/** Every build as a map. Compose makes them one after `extends`, so that a `!reset` of the context finds none before. */
export function withBuildMaps(model: ComposeMap): ComposeMap {
  return withServices(model, (service) => changed(service, 'build', asBuild));
}

/** A build without a context is built in the directory of the project. */
export function withDefaultContexts(model: ComposeMap, directory: string): ComposeMap {
  return withServices(model, (service) =>
    changed(service, 'build', (build) => {
      if (build.kind !== 'map' || build.entries.has('context')) return build;
      const context = { at: build.at, value: textAt(build.at, directory) };
      return { ...build, entries: new Map([...build.entries, ['context', context]]) };
    }),
  );
}

function withServices(model: ComposeMap, change: (service: ComposeMap) => ComposeMap): ComposeMap {
  const entries = new Map(model.entries);
  for (const key of CONTAINER_KEYS) {
    const found = model.entries.get(key);
    if (found?.value.kind !== 'map') continue;
    const services = [...found.value.entries].map(([name, service]): [string, ComposeEntry] => [
      name,
      service.value.kind === 'map' ? { ...service, value: change(service.value) } : service,
    ]);
    entries.set(key, { ...found, value: { ...found.value, entries: new Map(services) } });
  }
  return { ...model, entries };
}
