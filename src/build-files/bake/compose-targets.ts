import { posix } from 'node:path';
import { optionalField } from '../../lib/collections.js';
import { type Build, isRemote } from '../build.js';
import {
  type ComposeEntry,
  type ComposeMap,
  type ComposeNode,
  entry,
  isNull,
  type NodePlace,
  textOf,
} from '../compose/node.js';
import type { ComposeService } from '../compose/services.js';
import { BakeProblem } from './hcl/problem.js';
import type { Cause } from './hcl/value.js';
import { emptyTarget, type Field, type Target, type TextField } from './target.js';

/** A service that Compose would build, and which bake takes over; none where a service runs an image. */
export function serviceTargets(services: readonly ComposeService[], directory: string): readonly Target[] {
  return services.flatMap(({ build, ...service }) =>
    build === undefined ? [] : [serviceTarget(build, service, directory)],
  );
}

/**
 * A service as bake takes it over: `.` of names is `_`, arguments without a value have that of the service's own
 * environment, and `x-bake` adds platforms and contexts. Throws a {@link BakeProblem} where bake refuses it.
 *
 * @see https://docs.docker.com/build/bake/compose-file/
 * @see https://github.com/docker/buildx/blob/master/bake/compose.go `ParseCompose`
 */
function serviceTarget(build: Build, service: Omit<ComposeService, 'build'>, directory: string): Target {
  const { definition: file, line, dockerfile, inline, context, target } = build;
  const at = { file, line, column: 1 };
  const name = (build.name ?? '').replaceAll('.', '_');
  if (!/^[a-zA-Z0-9_-]+$/.test(name)) throw new BakeProblem(at, `The service name "${name}" is not valid in bake.`);
  const causes = new Map(
    build.open.map((open) => [open.field, { decidedBy: open.decidedBy, line: open.line ?? line }]),
  );
  const texts = new Map<TextField, Field>();
  const set = (field: TextField, key: string, value: string | undefined) => {
    if (value !== undefined) texts.set(field, causes.get(key) ?? value);
  };
  set('context', 'context', isRemote(context) ? context : relative(directory, context));
  const isWritten = (textOf(entry(service.source, 'dockerfile')) ?? '') !== '';
  set('dockerfile', 'dockerfile', dockerfile === undefined || !isWritten ? undefined : relative(context, dockerfile));
  set('dockerfile-inline', 'inline', inline);
  set('target', 'target', target);
  const added = new Extension(entry(service.source, 'x-bake'));
  const declared = isNull(entry(service.source, 'platforms')) ? [] : build.platforms;
  const platforms = [...new Set([...declared, ...added.platforms])];
  const openPlatforms = causes.get('platforms');
  return {
    ...emptyTarget(name, at),
    texts,
    args: new Map(
      Object.entries(build.args).flatMap(([key, value]) => {
        const field = argument(key, value, causes.get(`args.${key}`), service);
        return field === undefined ? [] : [[key, field]];
      }),
    ),
    contexts: new Map(
      [...Object.entries(build.contexts), ...added.contexts].map(([key, value]) => [
        key,
        causes.get(`contexts.${key}`) ?? namedContext(value),
      ]),
    ),
    platforms: platforms.length === 0 ? undefined : platforms,
    defaults: new Map(
      (build.defaults ?? []).map(({ field, decidedBy, line: at = line, variables }) => [
        field === 'inline' ? 'dockerfile-inline' : field,
        { decidedBy, line: at, ...optionalField('variables', variables) },
      ]),
    ),
    open: openPlatforms === undefined ? new Map<string, Cause>() : new Map([['platforms', openPlatforms]]),
  };
}

/** An argument that is written without a value asks the environment of its service first; undefined where bake leaves it out. */
function argument(
  name: string,
  value: string | null,
  cause: Cause | undefined,
  { environment, environmentFile, valueless }: Omit<ComposeService, 'build'>,
): Field | undefined {
  if (!valueless.has(name)) return cause ?? value ?? undefined;
  const own = Object.hasOwn(environment, name) ? environment[name] : undefined;
  if (typeof own === 'string') return own;
  if (environmentFile !== undefined) return { decidedBy: 'the env_file of its service', line: environmentFile.line };
  return value ?? undefined;
}

function namedContext(value: string): string {
  const [, name] = /^(?:service|target):(.*)$/s.exec(value) ?? [];
  return name === undefined ? value : `target:${name.replaceAll('.', '_')}`;
}

/** `x-bake` of a build. */
class Extension {
  readonly platforms: readonly string[];
  readonly contexts: readonly (readonly [string, string])[];

  constructor(node: ComposeNode | undefined) {
    const map = node === undefined || isNull(node) ? undefined : node;
    if (map !== undefined && map.kind !== 'map') throw new BakeProblem(place(map.at), '"x-bake" is not a map.');
    for (const list of LISTS) if (map !== undefined) textsOf(map, list);
    this.platforms = map === undefined ? [] : textsOf(map, 'platforms');
    this.contexts = map === undefined ? [] : entriesOf(map, 'contexts');
  }
}

/** Fields that decide no image, and are refused all the same where they are none. */
const LISTS = ['tags', 'cache-from', 'cache-to', 'secret', 'ssh', 'output', 'no-cache-filter'];

function textsOf(map: ComposeMap, key: string): readonly string[] {
  const node = entry(map, key);
  if (node === undefined || isNull(node)) return [];
  if (node.kind === 'map')
    throw new BakeProblem(place(node.at), `"${key}" of "x-bake" is neither a string nor a list.`);
  if (node.kind === 'scalar') return node.text.split(/\s+/u).filter((word) => word !== '');
  return node.items.map((item) => {
    if (item.kind !== 'scalar')
      throw new BakeProblem(place(item.at), `An element of "${key}" of "x-bake" is not a string.`);
    return isNull(item) ? '' : (textOf(item) ?? item.text);
  });
}

function entriesOf(map: ComposeMap, key: string): readonly (readonly [string, string])[] {
  const node = entry(map, key);
  if (node === undefined || isNull(node)) return [];
  if (node.kind !== 'map') throw new BakeProblem(place(node.at), `"${key}" of "x-bake" is not a map.`);
  return [...node.entries].map(([name, { value }]: readonly [string, ComposeEntry]) => {
    if (value.kind !== 'scalar') throw new BakeProblem(place(value.at), `"${name}" of "x-bake" is not a string.`);
    return [name, isNull(value) ? '' : value.text];
  });
}

const place = ({ file, line, column }: NodePlace) => ({ file, line, column });

/** The path from a directory of the repository to another path there. */
function relative(from: string, to: string): string {
  const path = posix.relative(from, to);
  return path === '' ? '.' : path;
}
