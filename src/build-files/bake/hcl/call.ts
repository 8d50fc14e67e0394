import { convert } from './convert.js';
import { ANY, type HclFunction } from './function.js';
import { COLLECTION_FUNCTIONS } from './functions/collections.js';
import { ENCODING_FUNCTIONS } from './functions/encoding.js';
import { FORMAT_FUNCTIONS } from './functions/format.js';
import { NUMBER_FUNCTIONS } from './functions/numbers.js';
import { REGEX_FUNCTIONS } from './functions/regex.js';
import { TEXT_FUNCTIONS } from './functions/text.js';
import { BakeProblem } from './problem.js';
import { attempt, located, type Scope } from './scope.js';
import type { Expression } from './syntax.js';
import { parseType } from './type-expression.js';
import { boolValue, elementsOf, unknownIn, type Value } from './value.js';

/** Functions whose value only a run knows, or that are not evaluated: what depends on them is open. */
const OPEN_FUNCTIONS = new Map<string, string>([
  ...['timestamp', 'homedir', 'uuidv4', 'bcrypt'].map(
    (name) => [name, `${name}(), which differs on each run`] as const,
  ),
  ...[
    'cidrhost',
    'cidrnetmask',
    'cidrsubnet',
    'cidrsubnets',
    'csvdecode',
    'formatdate',
    'formattimestamp',
    'log',
    'rsadecrypt',
    'semvercmp',
    'timeadd',
    'unixtimestampparse',
    'uuidv5',
  ].map((name) => [name, `${name}(), which is not evaluated`] as const),
]);

const STANDARD = new Map<string, HclFunction>([
  ...TEXT_FUNCTIONS,
  ...COLLECTION_FUNCTIONS,
  ...NUMBER_FUNCTIONS,
  ...ENCODING_FUNCTIONS,
  ...FORMAT_FUNCTIONS,
  ...REGEX_FUNCTIONS,
]);

/** Whether a name is that of a function which no file has to define. */
export function isStandardFunction(name: string): boolean {
  return ['try', 'can', 'convert'].includes(name) || OPEN_FUNCTIONS.has(name) || STANDARD.has(name);
}

type Call = Extract<Expression, { kind: 'call' }>;

/**
 * Calls a function of the standard library of buildx, or one of the file.
 *
 * @see https://github.com/docker/buildx/blob/master/bake/hclparser/stdlib.go
 */
export function callFunction(call: Call, scope: Scope, evaluate: (argument: Expression) => Value): Value {
  const { at, name } = call;
  if (name === 'try' || name === 'can') return tried(call, evaluate);
  if (name === 'convert') return converted(call, evaluate);
  const given = argumentsOf(call, evaluate);
  if (!Array.isArray(given)) return given;
  const decidedBy = OPEN_FUNCTIONS.get(name);
  if (decidedBy !== undefined) return { kind: 'unknown', cause: { decidedBy, line: at.line } };
  const known = STANDARD.get(name) ?? scope.functions(name, at);
  if (known === undefined) throw new BakeProblem(at, `There is no function "${name}".`);
  checkCount(known, given, call);
  const parameters = given.map((_, place) => known.parameters[place] ?? known.rest ?? ANY);
  const values = given.map((value, place) => {
    const parameter = parameters[place];
    if (parameter === undefined) return value;
    if (value.kind === 'null' && parameter.nullable !== true)
      throw new BakeProblem(at, `Argument ${place + 1} of ${name}() can't be null.`);
    scope.budget.spend(at, sizeOf(value, known.cost ?? 1));
    return located(at, () => convert(value, parameter.type), `argument ${place + 1} of ${name}() can't be used: `);
  });
  for (const [place, value] of values.entries()) {
    const cause = parameters[place]?.partial === true ? undefined : unknownIn(value);
    if (cause !== undefined) return { kind: 'unknown', cause };
  }
  return located(at, () => known.call(values, at), `${name}(): `);
}

/** The arguments, the last of them spread where `...` follows it; an unknown value where that is not known. */
function argumentsOf(call: Call, evaluate: (argument: Expression) => Value): Value[] | Value {
  const given = call.arguments.map(evaluate);
  if (!call.expand) return given;
  const last = given.pop();
  if (last?.kind === 'unknown') return last;
  if (last === undefined || !('items' in last))
    throw new BakeProblem(call.at, 'The argument before "..." must be a list.');
  return [...given, ...last.items];
}

function checkCount(known: HclFunction, given: readonly Value[], { name, at }: Call): void {
  const least = known.parameters.length;
  if (given.length >= least && (known.rest !== undefined || given.length === least)) return;
  const number = known.rest === undefined ? String(least) : `at least ${least}`;
  throw new BakeProblem(at, `${name}() takes ${number} arguments, not ${given.length}.`);
}

/** What traversing a value costs. */
function sizeOf(value: Value, cost: number): number {
  if (value.kind === 'string') return 1 + ((value.text.length * cost) >> 6);
  return elementsOf(value).reduce((sum, item) => sum + sizeOf(item, cost), 1);
}

/** `try(a, b)` is the first that can be evaluated; `can(a)` is whether it can. */
function tried({ name, at, arguments: given }: Call, evaluate: (argument: Expression) => Value): Value {
  let failure: BakeProblem | undefined;
  for (const argument of given) {
    const value = attempt(() => evaluate(argument));
    if (!(value instanceof BakeProblem)) return name === 'can' && value.kind !== 'unknown' ? boolValue(true) : value;
    failure = value;
    if (name === 'can') return boolValue(false);
  }
  throw new BakeProblem(
    at,
    failure === undefined ? `${name}() needs an argument.` : 'No argument of try() has a value.',
  );
}

/** `convert(value, type)`. */
function converted({ at, arguments: given }: Call, evaluate: (argument: Expression) => Value): Value {
  const [argument, type] = given;
  if (argument === undefined || type === undefined || given.length > 2)
    throw new BakeProblem(at, 'convert() takes a value and a type.');
  const value = evaluate(argument);
  return located(at, () => convert(value, parseType(type)), 'convert(): ');
}
