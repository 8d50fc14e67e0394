import { optionalField } from '../../lib/collections.js';
import { listed } from '../../lib/text.js';
import type { Definitions, NamedBlock } from './definitions.js';
import type { Block, Expression } from './hcl/syntax.js';
import type { Cause } from './hcl/value.js';
import { visit } from './hcl/visit.js';
import { TEXT_FIELDS } from './target.js';

/** Variables of one field that are named; more say nothing new. */
const MAX_NAMED = 8;
/** Fields that are named of a target which may inherit from another; beyond, any of them may be. */
const MAX_FIELDS = 50;
/** Variables and functions that name each other; what is deeper is not followed. */
const MAX_DEPTH = 100;

type Names = ReadonlySet<string>;
const NONE: Names = new Set();

/** The names of a block's matrix, or of a function's parameters, and the variables that decide their values. */
export type OwnNames = ReadonlyMap<string, Names>;

/**
 * The variables of a bake definition that decide a field by their defaults, and that the builder's environment may
 * set. Both sides of a condition count, and what `target.NAME.FIELD` stands for.
 *
 * @see https://docs.docker.com/build/bake/variables/
 */
export class DefaultVariables {
  readonly #definitions: Definitions;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #known = new Map<string, Names>();
  #children: ReadonlyMap<string, readonly string[]> | undefined;
  readonly #fields = new Map<NamedBlock, ReadonlySet<string>>();
  #depth = 0;

  constructor(definitions: Definitions, environment: Readonly<Record<string, string>>) {
    this.#definitions = definitions;
    this.#environment = environment;
  }

  /** What decides the fields of a target, `args.NAME` and `contexts.NAME` each; `args` stands for those of no fixed name. */
  ofTarget(block: NamedBlock): ReadonlyMap<string, Cause> {
    const { body } = block;
    const matrix = this.axesOf(body);
    const found = new Map<string, Cause>();
    const add = (field: string, expression: Expression, line: number) => {
      const variables = [...this.namesIn(expression, matrix)];
      const what = variables.length === 1 ? 'variable' : 'variables';
      if (variables.length > 0) found.set(field, { decidedBy: `the ${what} ${listed(variables)}`, line, variables });
    };
    for (const { name, at, value } of body.attributes.values()) {
      if (SINGLE.has(name)) add(name, value, at.line);
      // Another target may be inherited from, with all that it says and this one does not.
      if (name === 'inherits') for (const field of this.#inheritable(block, value)) add(field, value, at.line);
      if (!KEYED.has(name)) continue;
      if (value.kind !== 'object') add(name, value, at.line);
      else
        for (const { key, value: item } of value.items) {
          const fixed = fixedName(key);
          add(fixed === undefined ? name : `${name}.${fixed}`, item, item.at.line);
        }
    }
    return found;
  }

  /** What the targets that an expression may name set, and the block that inherits from one of them does not. */
  #inheritable({ label, body }: NamedBlock, inherits: Expression): ReadonlySet<string> {
    const own = fieldsOf(body.attributes);
    const items = inherits.kind === 'tuple' ? inherits.items : [inherits];
    const isNamed = (name: string) =>
      items.some((item) => {
        const { first, last } = literalEnds(item);
        return name.startsWith(first) && name.endsWith(last);
      });
    const below = this.#heirs(label);
    const candidates = this.#definitions.targets.filter((one) => isNamed(one.label) && !below.has(one.label));
    const fields = candidates.flatMap((one) => [...this.#fieldsOf(one)]);
    const others = new Set(fields.filter((field) => !own.has(field)));
    return others.size > MAX_FIELDS ? new Set(['inherits']) : others;
  }

  #fieldsOf(block: NamedBlock): ReadonlySet<string> {
    const known = this.#fields.get(block) ?? fieldsOf(block.body.attributes);
    this.#fields.set(block, known);
    return known;
  }

  /** A target and those that inherit from it by what is written out. */
  #heirs(name: string): ReadonlySet<string> {
    this.#children ??= childrenOf(this.#definitions);
    const found = new Set<string>();
    const waiting = [name];
    for (let label = waiting.pop(); label !== undefined; label = waiting.pop()) {
      if (found.has(label)) continue;
      found.add(label);
      waiting.push(...(this.#children.get(label) ?? []));
    }
    return found;
  }

  /** The names of a matrix, and what decides their values. */
  axesOf({ attributes }: Block['body']): OwnNames {
    const matrix = attributes.get('matrix')?.value;
    if (matrix?.kind !== 'object') return new Map();
    return new Map(
      matrix.items.flatMap(({ key, value }): [string, Names][] => {
        const name = fixedName(key);
        return name === undefined ? [] : [[name, this.namesIn(value, new Map())]];
      }),
    );
  }

  /** The variables that decide an expression; `own` are names that hide those of the definition. */
  namesIn(expression: Expression, own: OwnNames): Names {
    const found = new Set<string>();
    visit(expression, NONE, (part, hidden) => {
      if (found.size >= MAX_NAMED) return false;
      const field = fieldOfTarget(part);
      const names =
        field !== undefined
          ? this.#ofField(field)
          : part.kind === 'call'
            ? this.#ofFunction(part.name)
            : part.kind === 'name' && !hidden.has(part.name)
              ? (own.get(part.name) ?? this.#ofVariable(part.name))
              : NONE;
      for (const name of names) found.add(name);
      return field === undefined;
    });
    return found;
  }

  #ofField({ target, field, entry }: FieldOfTarget): Names {
    return this.#once(`field ${target} ${field} ${entry ?? ''}`, () => {
      const found = new Set<string>();
      for (const { body } of blocksNamed(this.#definitions, target)) {
        const value = body.attributes.get(field)?.value;
        if (value === undefined) continue;
        const item = value.kind === 'object' ? value.items.find(({ key }) => fixedName(key) === entry) : undefined;
        for (const name of this.namesIn(item?.value ?? value, this.axesOf(body))) found.add(name);
      }
      return found;
    });
  }

  #ofVariable(name: string): Names {
    const { attributes, variables } = this.#definitions;
    const attribute = attributes.get(name);
    const variable = variables.get(name);
    return this.#once(`variable ${name}`, () => {
      if (variable !== undefined && this.#isGiven(name)) return NONE;
      const value = attribute?.value ?? variable?.body.attributes.get('default')?.value;
      const deeper = value === undefined ? NONE : this.namesIn(value, new Map());
      return variable === undefined ? deeper : new Set([name, ...deeper]);
    });
  }

  #ofFunction(name: string): Names {
    const definition = this.#definitions.functions.get(name);
    if (definition === undefined) return NONE;
    const { parameters, rest, result } = definition;
    const own = new Map([...parameters, ...(rest === undefined ? [] : [rest])].map((one) => [one, NONE]));
    return this.#once(`function ${name}`, () => this.namesIn(result, own));
  }

  #isGiven(name: string): boolean {
    return Object.hasOwn(this.#environment, name) || Object.hasOwn(this.#environment, `${name}_JSON`);
  }

  #once(key: string, work: () => Names): Names {
    const known = this.#known.get(key);
    if (known !== undefined || this.#depth >= MAX_DEPTH) return known ?? NONE;
    this.#known.set(key, NONE);
    this.#depth++;
    const names = work();
    this.#depth--;
    this.#known.set(key, names);
    return names;
  }
}

const SINGLE = new Set<string>([...TEXT_FIELDS, 'platforms']);
const KEYED = new Set(['args', 'contexts']);

/** The targets that inherit from each, where that is written out. */
function childrenOf({ targets }: Definitions): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { label, body } of targets) {
    const value = body.attributes.get('inherits')?.value;
    for (const parent of value?.kind === 'tuple' ? value.items.flatMap((item) => fixedName(item) ?? []) : []) {
      const known = found.get(parent);
      if (known === undefined) found.set(parent, [label]);
      else known.push(label);
    }
  }
  return found;
}

/** The literal beginning and end of a text. */
function literalEnds(expression: Expression): { readonly first: string; readonly last: string } {
  const parts = expression.kind === 'template' ? expression.parts : [expression];
  const textOf = (part: Expression | undefined) =>
    part?.kind === 'literal' && part.value.kind === 'string' ? part.value.text : '';
  return { first: textOf(parts[0]), last: textOf(parts.at(-1)) };
}

/** The fields that decide images and that a block sets, `args.NAME` and `contexts.NAME` each. */
function fieldsOf(attributes: Block['body']['attributes']): ReadonlySet<string> {
  return new Set(
    [...attributes.values()].flatMap(({ name, value }) => {
      if (SINGLE.has(name)) return [name];
      if (!KEYED.has(name) || value.kind !== 'object') return [];
      return value.items.flatMap(({ key }) => {
        const fixed = fixedName(key);
        return fixed === undefined ? [] : [`${name}.${fixed}`];
      });
    }),
  );
}

/** `target.NAME.FIELD`, and the entry of that which an expression takes. */
interface FieldOfTarget {
  readonly target: string;
  readonly field: string;
  readonly entry?: string;
}

/** @see https://docs.docker.com/build/bake/expressions/ */
export function fieldOfTarget(expression: Expression): FieldOfTarget | undefined {
  const path: string[] = [];
  let part = expression;
  while (part.kind === 'attribute' || part.kind === 'index') {
    // A name in brackets is a variable's.
    const name = part.kind === 'attribute' ? part.name : part.key.kind === 'name' ? undefined : fixedName(part.key);
    if (name === undefined) return undefined;
    path.unshift(name);
    part = part.source;
  }
  const [target, field, entry] = path;
  if (part.kind !== 'name' || part.name !== 'target' || target === undefined || field === undefined) return undefined;
  return { target, field, ...optionalField('entry', entry) };
}

/** Those of the name; any that a matrix names may be, too. */
export function blocksNamed({ targets }: Definitions, name: string): readonly NamedBlock[] {
  const found = targets.filter(({ label }) => label === name);
  return found.length > 0 ? found : targets.filter(({ body }) => body.attributes.has('name'));
}

/** The name of an object's key where that is written as it is. */
function fixedName(key: Expression): string | undefined {
  if (key.kind === 'name') return key.name;
  if (key.kind === 'json-text') return key.text;
  if (key.kind === 'literal') return key.keyword ?? (key.value.kind === 'string' ? key.value.text : undefined);
  if (key.kind !== 'template') return undefined;
  const texts = key.parts.map((part) =>
    part.kind === 'literal' && part.value.kind === 'string' ? part.value.text : undefined,
  );
  return texts.includes(undefined) ? undefined : texts.join('');
}
