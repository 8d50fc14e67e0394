import { optionalField } from '../../lib/collections.js';
import { BUILT_IN, type Definitions, type FunctionDefinition } from './definitions.js';
import { isStandardFunction } from './hcl/call.js';
import { convert } from './hcl/convert.js';
import { parseDecimal } from './hcl/decimal.js';
import { evaluate } from './hcl/evaluate.js';
import { ANY, type HclFunction, unfit } from './hcl/function.js';
import { decodeJson } from './hcl/functions/encoding.js';
import { BakeProblem, type Position } from './hcl/problem.js';
import { Budget, located, type Scope, withNames } from './hcl/scope.js';
import type { Block, Expression } from './hcl/syntax.js';
import { parseType } from './hcl/type-expression.js';
import {
  boolValue,
  NULL,
  numberValue,
  objectValue,
  type Type,
  textValue,
  tupleValue,
  typeOf,
  type Value,
} from './hcl/value.js';
import { visit } from './hcl/visit.js';

/** Names that do not come from a file, and the values buildx has for them. */
const GIVEN = new Map<string, (at: Position) => Value>([
  ['BAKE_CMD_CONTEXT', () => textValue('cwd://')],
  [
    'BAKE_LOCAL_PLATFORM',
    ({ line }) => ({
      kind: 'unknown',
      cause: { decidedBy: 'BAKE_LOCAL_PLATFORM, the platform of the machine that builds', line },
    }),
  ],
]);

/**
 * The names and functions of a bake definition. A variable has what `environment` gives it, else its default; the
 * environment of this process never counts.
 *
 * @see https://docs.docker.com/build/bake/variables/
 */
export function variableScope(
  definitions: Definitions,
  environment: Readonly<Record<string, string>>,
  { blockField, decided }: Pick<Scope, 'blockField' | 'decided'>,
): Scope {
  const values = new Map<string, Value>();
  const functions = new Map<string, HclFunction>();
  const active = new Set<string>();
  /** Evaluates what a name stands for once, and refuses what needs itself. */
  const once = <T>(known: Map<string, T>, name: string, what: string, at: Position, make: () => T): T => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const key = `${what} ${name}`;
    if (active.has(key)) throw new BakeProblem(at, `The ${what} "${name}" refers to itself.`);
    active.add(key);
    try {
      const made = make();
      known.set(name, made);
      return made;
    } finally {
      active.delete(key);
    }
  };
  const scope: Scope = {
    budget: new Budget(),
    blockField,
    ...optionalField('decided', decided),
    lookup: (name, at) => {
      const given = GIVEN.get(name);
      if (given !== undefined) return given(at);
      const attribute = definitions.attributes.get(name);
      const block = definitions.variables.get(name);
      if (attribute === undefined && block === undefined) return undefined;
      return once(values, name, 'variable', at, () => {
        const override = block === undefined ? undefined : overrideOf(name, environment, definitions);
        if (attribute !== undefined)
          return overridden(evaluate(attribute.value, scope), undefined, override, attribute.at);
        return block === undefined ? NULL : variable(block, scope, override);
      });
    },
    functions: (name, at) => {
      const definition = definitions.functions.get(name);
      if (definition === undefined) return undefined;
      return once(functions, name, 'function', at, () => userFunction(definition, scope));
    },
  };
  return scope;
}

/** Evaluates all variables and functions as buildx does before it looks at any target, and checks what they must hold. */
export function checkVariables({ variables, functions }: Definitions, scope: Scope): void {
  for (const [name, { at }] of variables) scope.lookup(name, at);
  for (const block of variables.values()) for (const rule of block.body.blocks) validate(block, rule, scope);
  for (const [name, { at }] of functions) scope.functions(name, at);
}

/** `attributes` of the top level are evaluated last. */
export function checkAttributes({ attributes }: Definitions, scope: Scope): void {
  for (const [name, { at }] of attributes) scope.lookup(name, at);
}

interface Override {
  readonly text: string;
  readonly isJson: boolean;
}

/** What overrides a variable: `NAME`, or `NAME_JSON` where no variable has that name. */
function overrideOf(
  name: string,
  environment: Readonly<Record<string, string>>,
  { variables }: Definitions,
): { readonly plain?: Override; readonly json?: Override } {
  const get = (key: string) => (Object.hasOwn(environment, key) ? environment[key] : undefined);
  const plain = get(name);
  const json = variables.has(`${name}_JSON`) || BUILT_IN.has(`${name}_JSON`) ? undefined : get(`${name}_JSON`);
  return {
    ...(plain === undefined ? {} : { plain: { text: plain, isJson: false } }),
    ...(json === undefined ? {} : { json: { text: json, isJson: true } }),
  };
}

type Overrides = ReturnType<typeof overrideOf>;

function variable(block: Block, scope: Scope, overrides: Overrides | undefined): Value {
  const { attributes } = block.body;
  const written = attributes.get('type')?.value;
  const type = written === undefined || isNull(written) ? undefined : parseType(written);
  const initial = attributes.get('default');
  if (initial === undefined) {
    const override = type === undefined ? (overrides?.plain ?? overrides?.json) : (overrides?.json ?? overrides?.plain);
    if (override === undefined) return type === undefined ? textValue('') : { kind: 'null', type };
    return type === undefined
      ? textValue(override.text)
      : overridden({ kind: 'null', type }, type, overrides, block.at);
  }
  const value = evaluate(initial.value, scope);
  const converted = located(initial.at, () => convert(value, type ?? 'dynamic'), 'the default has the wrong type: ');
  return overridden(converted, type, overrides, initial.at);
}

function isNull(expression: Expression): boolean {
  return expression.kind === 'literal' && expression.value.kind === 'null';
}

function overridden(value: Value, type: Type | undefined, overrides: Overrides | undefined, at: Position): Value {
  const override = type === undefined ? (overrides?.plain ?? overrides?.json) : (overrides?.json ?? overrides?.plain);
  if (override === undefined) return value;
  return located(
    at,
    () => {
      if (type !== undefined && override.isJson) return convert(decodeJson(override.text), type);
      return fromText(override.text, type ?? typeOf(value), type !== undefined);
    },
    'the given value has the wrong type: ',
  );
}

const TRUE_TEXTS = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE_TEXTS = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/** A text as a variable's type; lists are CSV where the type was written. */
function fromText(text: string, type: Type, isTyped: boolean): Value {
  if (type === 'string' || (type === 'dynamic' && !isTyped)) return textValue(text);
  if (type === 'number') return numberValue(parseDecimal(text) ?? unfit('a number is needed'));
  if (type === 'bool') {
    if (TRUE_TEXTS.has(text)) return boolValue(true);
    return FALSE_TEXTS.has(text) ? boolValue(false) : unfit('true or false is needed');
  }
  if (type === 'dynamic' || !isTyped || type.kind === 'object')
    return unfit('a value of this type must be given as JSON');
  if (type.kind === 'tuple') {
    const fields = csvFields(text);
    if (fields.length !== type.items.length) return unfit(`${type.items.length} values are needed`);
    return tupleValue(type.items.map((item, index) => fromText(fields[index] ?? '', item, true)));
  }
  if (type.kind === 'map') {
    const entries = csvFields(text).map((field): [string, Value] => {
      const [name, value, ...more] = field.split(':');
      if (name === undefined || value === undefined || more.length > 0) return unfit('KEY:VALUE is needed');
      return [name, fromText(value, type.element, true)];
    });
    return convert(objectValue(entries), type);
  }
  return convert(tupleValue(csvFields(text).map((field) => fromText(field, type.element, true))), type);
}

function csvFields(text: string): readonly string[] {
  if (text === '') return unfit('at least one value is needed');
  return (text.match(/"(?:[^"]|"")*"(?=,|$)|[^,]+(?=,|$)|(?<=,|^)(?=,|$)/g) ?? []).map((field) =>
    field.startsWith('"') && field.endsWith('"') && field.length > 1 ? field.slice(1, -1).replaceAll('""', '"') : field,
  );
}

function userFunction({ parameters, rest, result, at, label }: FunctionDefinition, scope: Scope): HclFunction {
  const known = new Set([...parameters, ...(rest === undefined ? [] : [rest])]);
  loadNames(result, known, scope, label);
  const call: HclFunction['call'] = (given, place) => {
    scope.budget.spend(place);
    const names = new Map(parameters.map((name, index): [string, Value] => [name, given[index] ?? NULL]));
    if (rest !== undefined) names.set(rest, tupleValue(given.slice(parameters.length)));
    return scope.budget.nested(at, () => evaluate(result, withNames(scope, names)));
  };
  const own = parameters.map(() => ({ ...ANY, partial: true }));
  return rest === undefined ? { parameters: own, call } : { parameters: own, rest: { ...ANY, partial: true }, call };
}

/** A function's names must be there even where nothing calls it, and it must not call itself. */
function loadNames(expression: Expression, own: ReadonlySet<string>, scope: Scope, label: string): void {
  visit(expression, own, (found, hidden) => {
    if (found.kind === 'call') {
      if (!isStandardFunction(found.name) && scope.functions(found.name, found.at) === undefined)
        throw new BakeProblem(found.at, `The function "${label}" uses a function "${found.name}" that does not exist.`);
    } else if (found.kind === 'name' && !hidden.has(found.name) && !BLOCKS.has(found.name)) {
      if (scope.lookup(found.name, found.at) === undefined)
        throw new BakeProblem(found.at, `The function "${label}" uses a variable "${found.name}" that does not exist.`);
    }
    return true;
  });
}

const BLOCKS = new Set(['target', 'group']);

/** Throws where a `validation` of a variable does not hold: buildx builds nothing then. */
function validate(block: Block, { type, body, at }: Block, scope: Scope): void {
  if (type !== 'validation') return;
  const condition = body.attributes.get('condition');
  const value = condition === undefined ? NULL : evaluate(condition.value, scope);
  if (value.kind === 'unknown') return;
  const held = located(condition?.at ?? at, () => convert(value, 'bool'), 'this is not a condition: ');
  if (held.kind !== 'bool') throw new BakeProblem(at, 'A validation needs a condition that is true or false.');
  if (held.value) return;
  const message = body.attributes.get('error_message');
  const text = message === undefined ? NULL : evaluate(message.value, scope);
  const why = text.kind === 'string' ? `: ${text.text}` : '.';
  throw new BakeProblem(block.at, `The variable "${block.labels[0] ?? ''}" does not pass its validation${why}`);
}
