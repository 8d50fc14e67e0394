import { MAX_TEXT_LENGTH } from '../limits.js';
import { callFunction } from './call.js';
import { commonType, convert } from './convert.js';
import { decimal, wholeNumber } from './decimal.js';
import { applyBinary, applyUnary } from './operators.js';
import { parseTemplate } from './parser.js';
import { BakeProblem, type Position } from './problem.js';
import { attempt, located, type Scope, withNames } from './scope.js';
import type { Expression, ForExpression } from './syntax.js';
import {
  boolValue,
  elementsOf,
  numberValue,
  objectValue,
  type Type,
  textValue,
  tupleValue,
  typeName,
  typeOf,
  type Value,
} from './value.js';

/**
 * The value of an expression. What only a run knows is `unknown`, and makes all that depends on it unknown. Throws a
 * {@link BakeProblem} where buildx refuses the expression.
 *
 * @see https://github.com/hashicorp/hcl/blob/main/spec.md
 */
export function evaluate(expression: Expression, scope: Scope, element?: Value): Value {
  scope.budget.spend(expression.at);
  try {
    return scope.budget.nested(expression.at, () => new Evaluation(scope, element).value(expression));
  } catch (error) {
    if (error instanceof BakeProblem) error.type = failedType(expression, error);
    throw error;
  }
}

const ARITHMETIC = new Set<string>(['+', '-', '*', '/', '%']);

/** The type that HCL gives an expression whose evaluation failed; undefined where it gives none. */
function failedType(expression: Expression, { type }: BakeProblem): Type | undefined {
  switch (expression.kind) {
    case 'wrapped':
    case 'parentheses':
    case 'json-text':
    case 'conditional':
      return type;
    case 'template':
    case 'join':
      return 'string';
    case 'tuple':
      return { kind: 'tuple', items: expression.items.map(() => 'dynamic') };
    case 'unary':
    case 'binary':
      return ARITHMETIC.has(expression.operator) ? 'number' : 'bool';
    default:
      return undefined;
  }
}

class Evaluation {
  readonly #scope: Scope;
  readonly #element: Value | undefined;

  constructor(scope: Scope, element: Value | undefined) {
    this.#scope = scope;
    this.#element = element;
  }

  #evaluate(expression: Expression): Value {
    return evaluate(expression, this.#scope, this.#element);
  }

  value(expression: Expression): Value {
    const { at } = expression;
    switch (expression.kind) {
      case 'literal':
        return expression.value;
      case 'wrapped':
      case 'parentheses':
        return this.#evaluate(expression.inner);
      case 'json-text':
        return this.#evaluate(parseTemplate(expression.text, at));
      case 'template':
        return this.#template(expression.parts, at);
      case 'join':
        return this.#join(expression.parts, at);
      case 'name': {
        const value = this.#scope.lookup(expression.name, at);
        if (value === undefined) throw new BakeProblem(at, `There is no variable "${expression.name}".`);
        return value;
      }
      case 'element':
        if (this.#element === undefined) throw new BakeProblem(at, 'There is no element here.');
        return this.#element;
      case 'attribute':
        return this.#blockField(expression) ?? attribute(this.#evaluate(expression.source), expression.name, at);
      case 'index':
        return index(this.#evaluate(expression.source), this.#evaluate(expression.key), at);
      case 'splat':
        return this.#splat(expression.source, expression.each, at);
      case 'tuple':
        return tupleValue(expression.items.map((item) => this.#evaluate(item)));
      case 'object':
        return this.#object(expression);
      case 'for':
        return this.#for(expression, at);
      case 'conditional':
        return this.#conditional(expression, this.#scope.decided?.get(expression));
      case 'unary': {
        const operand = this.#evaluate(expression.operand);
        return located(at, () => applyUnary(expression.operator, operand));
      }
      case 'binary': {
        if (expression.operator === '&&' || expression.operator === '||')
          return this.#logical(expression.operator, expression.left, expression.right, at);
        const left = this.#evaluate(expression.left);
        const right = this.#evaluate(expression.right);
        return located(at, () => applyBinary(expression.operator, left, right));
      }
      case 'call':
        return callFunction(expression, this.#scope, (argument) => this.#evaluate(argument));
    }
  }

  /** One side may decide even where the other has no value. */
  #logical(operator: '&&' | '||', left: Expression, right: Expression, at: Position): Value {
    const [first, second] = [left, right].map((side) => attempt(() => this.#evaluate(side)));
    if (first === undefined || second === undefined) throw new BakeProblem(at, 'An operand is missing.');
    const isFirstWrong = first instanceof BakeProblem;
    const isSecondWrong = second instanceof BakeProblem;
    if (!isFirstWrong && !isSecondWrong) return located(at, () => applyBinary(operator, first, second));
    if (isFirstWrong && isSecondWrong) throw first;
    const [wrong, other] = isFirstWrong ? [first, second] : [second, first];
    if (!(wrong instanceof BakeProblem) || other instanceof BakeProblem) throw wrong;
    const { type = 'dynamic' } = wrong;
    located(at, () => convert({ kind: 'null', type }, 'bool'));
    const cause = { decidedBy: wrong.message, line: at.line };
    const result = located(at, () => applyBinary(operator, other, { kind: 'unknown', cause }));
    if (result.kind === 'unknown') throw wrong;
    return result;
  }

  #template(parts: readonly Expression[], at: Position): Value {
    const texts: string[] = [];
    let unknown: Value | undefined;
    let length = 0;
    for (const part of parts) {
      const value = this.#evaluate(part);
      if (value.kind === 'unknown') {
        unknown ??= value;
        continue;
      }
      if (value.kind === 'null') throw new BakeProblem(part.at, "A null value can't be part of a string.");
      const text = located(part.at, () => convert(value, 'string'), "A part of a string can't be used: ");
      if (text.kind !== 'string') continue;
      length += text.text.length;
      if (length > MAX_TEXT_LENGTH)
        throw new BakeProblem(at, `This string has more than ${MAX_TEXT_LENGTH} characters`, 'bake-text');
      texts.push(text.text);
    }
    this.#scope.budget.spend(at, length >> 6);
    return unknown ?? textValue(texts.join(''));
  }

  #join(loop: ForExpression, at: Position): Value {
    const texts = this.#for(loop, at);
    if (texts.kind === 'unknown') return texts;
    return this.#template(
      elementsOf(texts).map((value) => ({ kind: 'literal', at, value })),
      at,
    );
  }

  /** `target.app.args`, where `target` is no variable: a field of a block. */
  #blockField(expression: Extract<Expression, { kind: 'attribute' }>): Value | undefined {
    const { source } = expression;
    if (source.kind !== 'attribute' || source.source.kind !== 'name') return undefined;
    const kind = source.source.name;
    if (this.#scope.lookup(kind, expression.at) !== undefined) return undefined;
    return this.#scope.blockField(kind, source.name, expression.name, expression.at);
  }

  #splat(source: Expression, each: Expression, at: Position): Value {
    const value = this.#evaluate(source);
    if (value.kind === 'unknown') return value;
    const isSequence = 'items' in value;
    if (value.kind === 'null') {
      if (typeof value.type !== 'string' && value.type.kind !== 'map' && value.type.kind !== 'object')
        throw new BakeProblem(at, '"*" can\'t iterate over a null value.');
      return tupleValue([]);
    }
    const items = (isSequence ? value.items : [value]).map((item) => evaluate(each, this.#scope, item));
    if (value.kind !== 'list' && value.kind !== 'set') return tupleValue(items);
    const element = commonType(items.map(typeOf));
    if (element === undefined) throw new BakeProblem(at, 'The elements of "*" have different types.');
    return { kind: 'list', element, items };
  }

  #object({ items }: Extract<Expression, { kind: 'object' }>): Value {
    const entries: [string, Value][] = [];
    let unknown: Value | undefined;
    for (const { key, value } of items) {
      const name = this.#key(key);
      const entry = this.#evaluate(value);
      if (name.kind === 'unknown') unknown ??= name;
      else if (name.kind === 'string') entries.push([name.text, entry]);
      else throw new BakeProblem(key.at, "The key of an object can't be null.");
    }
    return unknown ?? objectValue(entries);
  }

  /** A name without quotes is a text; in parentheses it is a variable. */
  #key(key: Expression): Value {
    if (key.kind === 'name') return textValue(key.name);
    if (key.kind === 'literal' && key.keyword !== undefined) return textValue(key.keyword);
    if (isPath(key))
      throw new BakeProblem(key.at, 'A key with a "." must be in quotes (a string) or in parentheses (an expression).');
    const value = this.#evaluate(key);
    return located(key.at, () => convert(value, 'string'), 'This is not a key: ');
  }

  #for(loop: ForExpression, at: Position): Value {
    const collection = this.#evaluate(loop.collection);
    if (collection.kind === 'unknown') return collection;
    const pairs = pairsOf(collection);
    if (pairs === undefined)
      throw new BakeProblem(loop.collection.at, `A "for" can't iterate over ${typeName(typeOf(collection))}.`);
    const items: Value[] = [];
    const groups = new Map<string, Value[]>();
    let unknown: Value | undefined;
    for (const [key, value] of pairs) {
      const names = new Map([[loop.valueName, value]]);
      if (loop.keyName !== undefined) names.set(loop.keyName, key);
      const scope = withNames(this.#scope, names);
      const included = loop.condition === undefined ? true : this.#isIncluded(loop.condition, scope);
      if (included !== true) {
        if (included !== false) unknown ??= included;
        continue;
      }
      const name = loop.key === undefined ? undefined : this.#loopKey(loop.key, scope);
      const item = evaluate(loop.value, scope, this.#element);
      if (name === undefined) items.push(item);
      else if (name.kind === 'unknown') unknown ??= name;
      else if (name.kind === 'string') {
        const group = groups.get(name.text);
        if (group === undefined) groups.set(name.text, [item]);
        else if (loop.group) group.push(item);
        else
          throw new BakeProblem(at, `Two elements of this "for" have the key "${name.text}"; add "..." to group them.`);
      }
    }
    if (unknown !== undefined) return unknown;
    if (loop.key === undefined) return tupleValue(items);
    return objectValue(
      [...groups].map(([name, group]) => [name, loop.group ? tupleValue(group) : (group[0] ?? tupleValue([]))]),
    );
  }

  #isIncluded(condition: Expression, scope: Scope): boolean | Value {
    const value = evaluate(condition, scope, this.#element);
    const included = located(condition.at, () => convert(value, 'bool'), 'This is not a condition: ');
    if (included.kind === 'bool') return included.value;
    if (included.kind === 'unknown') return included;
    throw new BakeProblem(condition.at, "A condition can't be null.");
  }

  #loopKey(key: Expression, scope: Scope): Value {
    const value = evaluate(key, scope, this.#element);
    const name = located(key.at, () => convert(value, 'string'), 'This is not a key: ');
    if (name.kind === 'null') throw new BakeProblem(key.at, "The key of an object can't be null.");
    return name;
  }

  /** Both values count for the type; what is wrong with the one that is not taken counts for nothing. */
  #conditional(
    { condition, yes, no, at }: Extract<Expression, { kind: 'conditional' }>,
    given: boolean | undefined,
  ): Value {
    const attempts = [yes, no].map((branch) => attempt(() => this.#evaluate(branch)));
    const [whenTrue, whenFalse] = attempts;
    const type = branchesType(attempts);
    if (type === undefined) throw new BakeProblem(at, 'The two values of "? :" have incompatible types.');
    let failed = type;
    try {
      const decided = given === undefined ? this.#evaluate(condition) : boolValue(given);
      if (decided.kind === 'null') throw new BakeProblem(condition.at, "A condition can't be null.");
      if (decided.kind === 'unknown') return decided;
      const flag = located(condition.at, () => convert(decided, 'bool'), 'This is not a condition: ');
      const taken = flag.kind === 'bool' && flag.value ? whenTrue : whenFalse;
      if (taken === undefined || taken instanceof BakeProblem) {
        // Without a common type, the value keeps its own.
        if (type === 'dynamic') failed = taken?.type ?? type;
        throw taken ?? new BakeProblem(at, 'There is no value.');
      }
      return located(at, () => convert(taken, type), 'A value of "? :" can\'t be used: ');
    } catch (error) {
      if (error instanceof BakeProblem) error.type = failed;
      throw error;
    }
  }
}

/** The type that both values of `? :` have; undefined if there is none. */
function branchesType(branches: readonly (Value | BakeProblem)[]): Type | undefined {
  const types = branches.map((branch) => (branch instanceof BakeProblem ? (branch.type ?? 'dynamic') : typeOf(branch)));
  const isNull = (branch: Value | BakeProblem | undefined) =>
    branch !== undefined && !(branch instanceof BakeProblem) && branch.kind === 'null' && branch.type === 'dynamic';
  // A `null` without a type has the type of the other.
  if (isNull(branches[0])) return types[1];
  if (isNull(branches[1])) return types[0];
  return types.includes('dynamic') ? 'dynamic' : commonType(types);
}

function isPath(expression: Expression): boolean {
  let current = expression;
  while (current.kind === 'attribute' || (current.kind === 'index' && current.key.kind === 'literal'))
    current = current.source;
  return current !== expression && current.kind === 'name';
}

function attribute(value: Value, name: string, at: Position): Value {
  if (value.kind === 'unknown') return value;
  if ('entries' in value) {
    const entry = value.entries.get(name);
    if (entry !== undefined) return entry;
    throw new BakeProblem(at, `There is no "${name}" in this ${value.kind}.`);
  }
  throw new BakeProblem(at, `A value of type ${typeName(typeOf(value))} has no "${name}".`);
}

/** The element of a collection at an index or a key. */
function index(collection: Value, key: Value, at: Position): Value {
  if (collection.kind === 'unknown') return collection;
  if (key.kind === 'unknown') return key;
  if (collection.kind === 'null' || key.kind === 'null')
    throw new BakeProblem(at, "A null value can't be indexed or be an index.");
  if (collection.kind === 'list' || collection.kind === 'tuple') {
    const number = located(at, () => convert(key, 'number'), 'This is not an index: ');
    const place = number.kind === 'number' ? wholeNumber(number.number) : undefined;
    const item = place === undefined ? undefined : collection.items[place];
    if (item !== undefined) return item;
    throw new BakeProblem(at, 'There is no element at this index.');
  }
  if ('entries' in collection) {
    const name = located(at, () => convert(key, 'string'), 'This is not a key: ');
    const entry = name.kind === 'string' ? collection.entries.get(name.text) : undefined;
    if (entry !== undefined) return entry;
    throw new BakeProblem(at, 'There is no element with this key.');
  }
  throw new BakeProblem(at, `A value of type ${typeName(typeOf(collection))} can't be indexed.`);
}

/** Indexes or keys with their elements; undefined where a value has none. */
function pairsOf(value: Value): readonly (readonly [Value, Value])[] | undefined {
  if ('entries' in value) return [...value.entries].map(([name, entry]) => [textValue(name), entry]);
  if (value.kind === 'set') return value.items.map((item) => [item, item]);
  if ('items' in value) return value.items.map((item, place) => [numberValue(decimal(BigInt(place))), item]);
  return undefined;
}
