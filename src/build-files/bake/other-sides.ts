import { blocksNamed, type DefaultVariables, fieldOfTarget, type OwnNames } from './default-variables.js';
import type { Definitions } from './definitions.js';
import { BakeProblem } from './hcl/problem.js';
import type { Expression } from './hcl/syntax.js';
import type { Value } from './hcl/value.js';
import { visit } from './hcl/visit.js';
import { FIELDS_OF_IMAGES } from './target.js';
import { variableScope } from './variables.js';

/** How some conditions of a definition come out. */
export type Side = ReadonlyMap<Expression, boolean>;

/** Conditions of one definition whose sides are evaluated; each takes the time of the whole. */
const MAX_CONDITIONS = 16;

type Conditional = Extract<Expression, { kind: 'conditional' }>;

/**
 * The sides of conditions that the builder may choose by a variable: `DEBUG ? "golang:1.26" : "alpine:3.22"` is both.
 * Each is given with the conditions around it. A side that says nothing without another value of a variable is none:
 * `BASE != "" ? BASE : "alpine"`, and `"alpine:${TAG}"` where the default of TAG is empty.
 */
export function otherSides(
  definitions: Definitions,
  environment: Readonly<Record<string, string>>,
  defaults: DefaultVariables,
): { readonly sides: readonly Side[]; readonly isCut: boolean } {
  const search = new SideSearch(definitions, environment, defaults);
  for (const { body } of definitions.targets) {
    const own = defaults.axesOf(body);
    for (const { name, value } of body.attributes.values())
      if (FIELDS_OF_IMAGES.has(name)) search.follow(value, own, new Map());
  }
  return { sides: search.sides.slice(0, 2 * MAX_CONDITIONS), isCut: search.sides.length > 2 * MAX_CONDITIONS };
}

class SideSearch {
  readonly sides: Side[] = [];
  readonly #definitions: Definitions;
  readonly #defaults: DefaultVariables;
  readonly #lookup: (name: string, at: Expression['at']) => Value | undefined;
  readonly #followed = new Set<Expression>();
  readonly #taken = new Set<Conditional>();

  constructor(definitions: Definitions, environment: Readonly<Record<string, string>>, defaults: DefaultVariables) {
    this.#definitions = definitions;
    this.#defaults = defaults;
    const scope = variableScope(definitions, environment, { blockField: () => undefined });
    this.#lookup = scope.lookup;
  }

  /** Looks into an expression, and into all that it names. */
  follow(expression: Expression, own: OwnNames, around: Side): void {
    visit(expression, new Set(), (part, hidden) => {
      if (this.sides.length > 2 * MAX_CONDITIONS) return false;
      const field = fieldOfTarget(part);
      if (part.kind === 'conditional') {
        if (!this.#taken.has(part)) this.#take(part, own, around);
        return false;
      }
      if (field !== undefined) {
        for (const { body } of blocksNamed(this.#definitions, field.target))
          this.#once(body.attributes.get(field.field)?.value, this.#defaults.axesOf(body), around);
        return false;
      }
      if (part.kind === 'name' && !hidden.has(part.name) && !own.has(part.name)) {
        const { attributes, variables } = this.#definitions;
        const value =
          attributes.get(part.name)?.value ?? variables.get(part.name)?.body.attributes.get('default')?.value;
        this.#once(value, new Map(), around);
      }
      if (part.kind === 'call') {
        const called = this.#definitions.functions.get(part.name);
        const parameters = [called?.parameters ?? [], called?.rest ?? []].flat();
        this.#once(called?.result, new Map(parameters.map((name) => [name, new Set()])), around);
      }
      return true;
    });
  }

  #once(expression: Expression | undefined, own: OwnNames, around: Side): void {
    if (expression === undefined || this.#followed.has(expression)) return;
    this.#followed.add(expression);
    this.follow(expression, own, around);
  }

  #take(conditional: Conditional, own: OwnNames, around: Side): void {
    this.#taken.add(conditional);
    const { condition, yes, no } = conditional;
    const deciding = this.#defaults.namesIn(condition, own);
    for (const [result, branch] of [
      [true, yes],
      [false, no],
    ] as const) {
      const side = new Map([...around, [conditional, result] as const]);
      const named = [...this.#defaults.namesIn(branch, own)];
      if (deciding.size > 0 && !named.some((name) => deciding.has(name) || this.#isEmpty(name, branch)))
        this.sides.push(side);
      this.follow(branch, own, deciding.size > 0 ? side : around);
    }
    this.follow(condition, own, around);
  }

  #isEmpty(name: string, { at }: Expression): boolean {
    try {
      const value = this.#lookup(name, at);
      return value?.kind === 'null' || (value?.kind === 'string' && value.text === '');
    } catch (error) {
      if (error instanceof BakeProblem) return true;
      throw error;
    }
  }
}
