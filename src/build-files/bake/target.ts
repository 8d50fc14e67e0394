import type { Position } from './hcl/problem.js';
import type { Cause } from './hcl/value.js';

/** A text, or what decides it. */
export type Field = string | Cause;

/** The fields of a target that hold one text. */
export const TEXT_FIELDS = ['context', 'dockerfile', 'dockerfile-inline', 'target'] as const;
export type TextField = (typeof TEXT_FIELDS)[number];
/** All fields that decide what images a target is built on. */
export const FIELDS_OF_IMAGES: ReadonlySet<string> = new Set([
  ...TEXT_FIELDS,
  ...['args', 'contexts', 'inherits', 'platforms'],
]);

/** What one target says, before what it inherits. */
export interface Target {
  readonly name: string;
  /** Where it is first defined. */
  readonly at: Position;
  readonly inherits: readonly Field[];
  readonly texts: ReadonlyMap<TextField, Field>;
  readonly args: ReadonlyMap<string, Field>;
  readonly contexts: ReadonlyMap<string, Field>;
  readonly platforms: readonly Field[] | undefined;
  readonly tags?: readonly Field[] | undefined;
  /** Fields of which nothing is known. */
  readonly open: ReadonlyMap<string, Cause>;
  /** Fields, `args.NAME` and `contexts.NAME` that are known by the default of a variable, and which that is. */
  readonly defaults: ReadonlyMap<string, Cause>;
}

export interface Group {
  readonly name: string;
  readonly at: Position;
  readonly targets: readonly Field[];
}

export function emptyTarget(name: string, at: Position): Target {
  const none = new Map<string, never>();
  return {
    name,
    at,
    inherits: [],
    texts: new Map(),
    args: none,
    contexts: none,
    platforms: undefined,
    open: none,
    defaults: none,
  };
}

/**
 * What is left of a target when another says more: arguments and contexts by their names, all else as a whole.
 *
 * @see https://github.com/docker/buildx/blob/master/bake/bake.go `Target.Merge`
 */
export function mergeTargets(target: Target, more: Target): Target {
  const open = new Map(target.open);
  // What is set as a whole again is known again.
  for (const name of more.texts.keys()) open.delete(name);
  if (more.platforms !== undefined) open.delete('platforms');
  return {
    name: target.name,
    at: target.at,
    inherits: [...target.inherits, ...more.inherits],
    texts: new Map([...target.texts, ...more.texts]),
    args: new Map([...target.args, ...more.args]),
    contexts: new Map([...target.contexts, ...more.contexts]),
    platforms: more.platforms ?? target.platforms,
    tags: more.tags ?? target.tags,
    open: new Map([...open, ...more.open]),
    defaults: new Map([...[...target.defaults].filter(([field]) => !isSet(more, field)), ...more.defaults]),
  };
}

/** Whether a target says itself what a field is. */
function isSet({ texts, args, contexts, platforms }: Target, field: string): boolean {
  if (field.startsWith('args.')) return args.has(field.slice('args.'.length));
  if (field.startsWith('contexts.')) return contexts.has(field.slice('contexts.'.length));
  return field === 'platforms'
    ? platforms !== undefined
    : TEXT_FIELDS.some((name) => name === field && texts.has(name));
}
