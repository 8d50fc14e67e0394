import { optionalField } from '../../lib/collections.js';
import { DefaultVariables } from './default-variables.js';
import type { Definitions, NamedBlock } from './definitions.js';
import { convert } from './hcl/convert.js';
import { evaluate } from './hcl/evaluate.js';
import { BakeProblem, type Position } from './hcl/problem.js';
import { located, type Scope, withNames } from './hcl/scope.js';
import type { Attribute } from './hcl/syntax.js';
import { type Cause, elementsOf, NULL, type Type, type Value } from './hcl/value.js';
import { MAX_TARGETS } from './limits.js';
import type { Side } from './other-sides.js';
import { type Field, type Group, mergeTargets, type Target, TEXT_FIELDS, type TextField } from './target.js';
import { checkAttributes, checkVariables, variableScope } from './variables.js';

/** Targets and groups by their names, in the order of the files. */
export interface BakeModel {
  readonly targets: ReadonlyMap<string, Target>;
  readonly groups: ReadonlyMap<string, Group>;
}

const TEXTS: Type = { kind: 'list', element: 'string' };
const TEXT_MAP: Type = { kind: 'map', element: 'string' };

/** The fields of a target and their types; those that have many forms are evaluated, and may be anything. */
const FIELDS = new Map<string, Type>([
  ...TEXT_FIELDS.map((name) => [name, 'string'] as const),
  ...['description', 'network', 'shm-size', 'call'].map((name) => [name, 'string'] as const),
  ...['inherits', 'platforms', 'tags', 'annotations', 'no-cache-filter', 'ulimits', 'entitlements'].map(
    (name) => [name, TEXTS] as const,
  ),
  ...['args', 'contexts', 'labels', 'extra-hosts'].map((name) => [name, TEXT_MAP] as const),
  ...['pull', 'no-cache'].map((name) => [name, 'bool'] as const),
  ...['attest', 'cache-from', 'cache-to', 'secret', 'ssh', 'output', 'policy', 'resources'].map(
    (name) => [name, 'dynamic'] as const,
  ),
]);
const GROUP_FIELDS = new Map<string, Type>([
  ['description', 'string'],
  ['targets', TEXTS],
]);

/**
 * Evaluates all that bake files define, as buildx does before it knows which targets are requested. `before` is what
 * Compose files define already; on a `side` some conditions come out otherwise than they do. Throws a
 * {@link BakeProblem} where buildx would build nothing.
 *
 * @see https://github.com/docker/buildx/blob/master/bake/hclparser/hclparser.go `Parse`
 */
export function evaluateBlocks(
  definitions: Definitions,
  environment: Readonly<Record<string, string>>,
  before: readonly Target[],
  side?: Side,
): BakeModel {
  return new BlockEvaluation(definitions, environment, side).model(before);
}

/** One target that a block makes: several where it has a matrix. */
interface Variant {
  readonly block: NamedBlock;
  readonly name: string;
  readonly scope: Scope;
}

class BlockEvaluation {
  readonly #definitions: Definitions;
  readonly #scope: Scope;
  readonly #variants = new Map<NamedBlock, readonly Variant[]>();
  readonly #byName = new Map<string, Variant[]>();
  readonly #active = new Set<string>();
  readonly #defaults: DefaultVariables;
  readonly #defaultsOf = new Map<NamedBlock, ReadonlyMap<string, Cause>>();
  #count = 0;

  constructor(definitions: Definitions, environment: Readonly<Record<string, string>>, side: Side | undefined) {
    this.#definitions = definitions;
    this.#defaults = new DefaultVariables(definitions, environment);
    this.#scope = variableScope(definitions, environment, {
      blockField: (kind, name, field, at) => this.#field(kind, name, field, at),
      ...optionalField('decided', side),
    });
  }

  model(before: readonly Target[]): BakeModel {
    checkVariables(this.#definitions, this.#scope);
    const targets = new Map(before.map((target) => [target.name, target]));
    const groups = new Map<string, Group>();
    const renamed = new Map<string, { readonly at: Position; readonly names: string[] }>();
    for (const block of this.#definitions.targets) {
      const variants = this.#variantsOf(block);
      this.#variants.set(block, variants);
      for (const variant of variants) {
        const known = this.#byName.get(variant.name);
        if (known === undefined) this.#byName.set(variant.name, [variant]);
        else known.push(variant);
      }
      const names = renamed.get(block.label) ?? { at: block.at, names: [] };
      names.names.push(...variants.map(({ name }) => name));
      if (variants.length > 0) renamed.set(block.label, names);
    }
    for (const block of this.#definitions.groups) groups.set(block.label, this.#group(block));
    for (const variant of [...this.#variants.values()].flat()) {
      const target = this.#target(variant);
      const known = targets.get(variant.name);
      targets.set(variant.name, known === undefined ? target : mergeTargets(known, target));
    }
    checkAttributes(this.#definitions, this.#scope);
    for (const [label, { at, names }] of renamed) {
      const distinct = [...new Set(names)];
      if (groups.has(label) || (distinct.length === 1 && distinct[0] === label)) continue;
      groups.set(label, { name: label, at, targets: distinct });
    }
    return { targets, groups };
  }

  /** The targets of a block: one for each combination of its matrix. */
  #variantsOf(block: NamedBlock): readonly Variant[] {
    checkName(block.label, block.at);
    const { attributes } = block.body;
    const name = attributes.get('name');
    const matrix = attributes.get('matrix');
    if (matrix === undefined) {
      if (name !== undefined) throw new BakeProblem(name.at, 'A target with a "name" needs a "matrix".');
      this.#countTargets(1, block.at);
      return [{ block, name: block.label, scope: this.#scope }];
    }
    const variants = this.#combinations(matrix).map((names) => {
      const scope = withNames(this.#scope, names);
      return { block, scope, name: name === undefined ? block.label : variantName(name, scope) };
    });
    const seen = new Set<string>();
    for (const variant of variants) {
      if (seen.has(variant.name))
        throw new BakeProblem(matrix.at, `The matrix creates two targets named "${variant.name}".`);
      seen.add(variant.name);
    }
    return variants;
  }

  #countTargets(count: number, at: Position): void {
    this.#count += count;
    if (this.#count > MAX_TARGETS)
      throw new BakeProblem(at, `There are more than ${MAX_TARGETS} targets`, 'bake-targets');
  }

  #combinations({ at, value: expression }: Attribute): readonly ReadonlyMap<string, Value>[] {
    const matrix = evaluate(expression, this.#scope);
    if (matrix.kind === 'unknown') throw onlyInRun(at, 'The matrix', matrix.cause);
    if (!('entries' in matrix)) throw new BakeProblem(at, 'A matrix is a map of lists.');
    const axes = [...matrix.entries].map(([name, list]): readonly [string, readonly Value[]] => {
      if (list.kind === 'unknown') throw onlyInRun(at, `"${name}" of the matrix`, list.cause);
      if (!('items' in list) && !('entries' in list)) throw new BakeProblem(at, 'A matrix is a map of lists.');
      return [name, elementsOf(list)];
    });
    this.#countTargets(
      axes.reduce((product, [, list]) => product * list.length, 1),
      at,
    );
    let rows: ReadonlyMap<string, Value>[] = [new Map()];
    for (const [name, list] of axes) rows = rows.flatMap((row) => list.map((item) => new Map([...row, [name, item]])));
    return rows;
  }

  #group(block: NamedBlock): Group {
    checkName(block.label, block.at);
    const { attributes } = block.body;
    const other = attributes.get('matrix') ?? attributes.get('name');
    if (other !== undefined) throw new BakeProblem(other.at, `A group has no "${other.name}".`);
    const targets = attributes.get('targets');
    if (targets === undefined) throw new BakeProblem(block.at, `The group "${block.label}" has no "targets".`);
    for (const [name, type] of GROUP_FIELDS) {
      const attribute = attributes.get(name);
      if (attribute !== undefined) this.#value(attribute, type, this.#scope);
    }
    return { name: block.label, at: block.at, targets: listOf(this.#value(targets, TEXTS, this.#scope), targets.at) };
  }

  #target({ block, name, scope }: Variant): Target {
    const { attributes } = block.body;
    const values = new Map<string, Value>();
    for (const [field, type] of FIELDS) {
      const attribute = attributes.get(field);
      if (attribute !== undefined) values.set(field, this.#value(attribute, type, scope));
    }
    const open = new Map<string, Cause>();
    for (const [field, value] of values)
      if (value.kind === 'unknown' && COMPOUND_FIELDS.has(field)) open.set(field, value.cause);
    const texts = new Map<TextField, Field>();
    for (const field of TEXT_FIELDS) {
      const value = fieldOf(values.get(field));
      if (value !== undefined) texts.set(field, value);
    }
    const at = (field: string) => attributes.get(field)?.at ?? block.at;
    const defaults = this.#defaultsOf.get(block) ?? this.#defaults.ofTarget(block);
    this.#defaultsOf.set(block, defaults);
    const args = mapOf(values.get('args'));
    const contexts = mapOf(values.get('contexts'), at('contexts'));
    const platforms = values.get('platforms');
    const tags = values.get('tags');
    return {
      name,
      at: block.at,
      inherits: listOf(values.get('inherits'), at('inherits')),
      texts,
      args,
      contexts,
      platforms: platforms === undefined || !('items' in platforms) ? undefined : listOf(platforms, at('platforms')),
      tags: tags === undefined || !('items' in tags) ? undefined : listOf(tags, at('tags')),
      open,
      defaults: ofEntries(defaults, { args, contexts }),
    };
  }

  #value({ value, at, name }: Attribute, type: Type, scope: Scope): Value {
    const evaluated = evaluate(value, scope);
    const converted = located(at, () => convert(evaluated, type), `"${name}" has the wrong type: `);
    if (type === TEXTS && 'items' in converted && converted.items.some(({ kind }) => kind === 'null'))
      throw new BakeProblem(at, `An element of "${name}" is null.`);
    return converted;
  }

  /** `target.NAME.FIELD` in an expression: what the last block of the name says itself. */
  #field(kind: string, name: string, field: string, at: Position): Value | undefined {
    if (kind !== 'target' && kind !== 'group') return undefined;
    const type = (kind === 'target' ? FIELDS : GROUP_FIELDS).get(field);
    const variant = kind === 'target' ? this.#byName.get(name)?.at(-1) : undefined;
    const block = kind === 'target' ? variant?.block : this.#definitions.groups.findLast(({ label }) => label === name);
    if (type === undefined || block === undefined) throw new BakeProblem(at, `There is no "${kind}.${name}.${field}".`);
    const attribute = block.body.attributes.get(field);
    if (attribute === undefined) return { kind: 'null', type };
    const key = `${kind}.${name}.${field}`;
    if (this.#active.has(key)) throw new BakeProblem(at, `"${key}" refers to itself.`);
    this.#active.add(key);
    try {
      return this.#value(attribute, type, variant?.scope ?? this.#scope);
    } finally {
      this.#active.delete(key);
    }
  }
}

/** What stands for arguments or contexts of no fixed name is so for each that has no cause of its own. */
function ofEntries(
  causes: ReadonlyMap<string, Cause>,
  maps: Readonly<Record<'args' | 'contexts', ReadonlyMap<string, Field>>>,
): ReadonlyMap<string, Cause> {
  const found = new Map(causes);
  for (const field of ['args', 'contexts'] as const) {
    const cause = found.get(field);
    found.delete(field);
    if (cause === undefined) continue;
    for (const name of maps[field].keys()) if (!found.has(`${field}.${name}`)) found.set(`${field}.${name}`, cause);
  }
  return found;
}

/** Fields of more than one value, of which nothing may be known. */
const COMPOUND_FIELDS = new Set<string>(['inherits', 'args', 'contexts', 'platforms']);

const NAME = /^[a-zA-Z0-9_-]+$/;

function checkName(name: string, at: Position): void {
  if (!NAME.test(name))
    throw new BakeProblem(
      at,
      `"${name}" is not a valid target name; it may contain only letters, digits, "_" and "-".`,
    );
}

function variantName({ value, at }: Attribute, scope: Scope): string {
  const evaluated = evaluate(value, scope);
  if (evaluated.kind === 'unknown') throw onlyInRun(at, 'The name of a target', evaluated.cause);
  const name = located(at, () => convert(evaluated, 'string'), 'this is not a name: ');
  if (name.kind !== 'string') throw new BakeProblem(at, "The name of a target can't be null.");
  checkName(name.text, at);
  return name.text;
}

function onlyInRun(at: Position, what: string, { decidedBy }: Cause): BakeProblem {
  return new BakeProblem(at, `${what} depends on ${decidedBy}; its targets are only known when it runs.`);
}

function fieldOf(value: Value = NULL): Field | undefined {
  if (value.kind === 'string') return value.text;
  return value.kind === 'unknown' ? value.cause : undefined;
}

function listOf(value: Value | undefined, at: Position): readonly Field[] {
  if (value === undefined || !('items' in value)) return [];
  return value.items.map((item) => {
    const field = fieldOf(item);
    if (field === undefined) throw new BakeProblem(at, 'An element of this list is null.');
    return field;
  });
}

/** The entries of a map; one of null says nothing, unless `at` is where that is wrong. */
function mapOf(value: Value | undefined, at?: Position): ReadonlyMap<string, Field> {
  const fields = new Map<string, Field>();
  if (value === undefined || !('entries' in value)) return fields;
  for (const [name, entry] of value.entries) {
    const field = fieldOf(entry);
    if (field !== undefined) fields.set(name, field);
    else if (at !== undefined) throw new BakeProblem(at, `"${name}" is null.`);
  }
  return fields;
}
