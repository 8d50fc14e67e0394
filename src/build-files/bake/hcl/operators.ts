import { ConversionError, convert } from './convert.js';
import {
  addDecimals,
  compareDecimals,
  type Decimal,
  divideDecimals,
  multiplyDecimals,
  negateDecimal,
  remainder,
} from './decimal.js';
import type { BinaryOperator } from './syntax.js';
import { boolValue, numberValue, sameType, sameValue, typeOf, unknownIn, type Value } from './value.js';

/** `-x` or `!x`. Throws a {@link ConversionError} where the operand is not fit. */
export function applyUnary(operator: '-' | '!', operand: Value): Value {
  if (operand.kind === 'unknown') return operand;
  return operator === '-' ? numberValue(negateDecimal(numberOf(operand))) : boolValue(!boolOf(operand));
}

/** Throws a {@link ConversionError} where an operand is not fit. */
export function applyBinary(operator: BinaryOperator, left: Value, right: Value): Value {
  if (operator === '==' || operator === '!=') {
    const equal = areEqual(left, right);
    return typeof equal === 'boolean' ? boolValue(equal === (operator === '==')) : equal;
  }
  if (operator === '&&' || operator === '||') return logical(operator, left, right);
  const unknown = [left, right].find((value) => value.kind === 'unknown');
  if (unknown !== undefined) return unknown;
  const [a, b] = [numberOf(left), numberOf(right)];
  const order = compareDecimals(a, b);
  switch (operator) {
    case '<':
      return boolValue(order < 0);
    case '>':
      return boolValue(order > 0);
    case '<=':
      return boolValue(order <= 0);
    case '>=':
      return boolValue(order >= 0);
    case '+':
      return numberValue(addDecimals(a, b));
    case '-':
      return numberValue(addDecimals(a, negateDecimal(b)));
    case '*':
      return numberValue(multiplyDecimals(a, b));
    case '/':
      return numberValue(defined(divideDecimals(a, b)));
    case '%':
      return numberValue(remainder(a, b));
  }
}

/** One known operand may decide the result alone. */
function logical(operator: '&&' | '||', left: Value, right: Value): Value {
  const decides = operator === '||';
  const known = [left, right].filter((value) => value.kind !== 'unknown');
  // A null is false to "&&"; to "||" it is nothing, and is not evaluated beside an operand that decides.
  const given = known.map((value) => convert(value, 'bool')).filter(({ kind }) => kind === 'bool' || operator === '&&');
  if (given.some((value) => (value.kind === 'bool' && value.value) === decides)) return boolValue(decides);
  for (const value of known) boolOf(value);
  return [left, right].find((value) => value.kind === 'unknown') ?? boolValue(!decides);
}

/** Whether two values are equal: `"1"` and `1` are not. An unknown value where that can't be decided. */
export function areEqual(left: Value, right: Value): boolean | Value {
  for (const value of [left, right]) {
    const cause = unknownIn(value);
    if (cause !== undefined) return { kind: 'unknown', cause };
  }
  if (left.kind === 'null' || right.kind === 'null') return left.kind === right.kind;
  return sameType(typeOf(left), typeOf(right)) && sameValue(left, right);
}

function numberOf(value: Value): Decimal {
  const number = convert(value, 'number');
  if (number.kind !== 'number') throw new ConversionError('a null value is not a number');
  return number.number;
}

function boolOf(value: Value): boolean {
  const bool = convert(value, 'bool');
  if (bool.kind !== 'bool') throw new ConversionError('a null value is neither true nor false');
  return bool.value;
}

function defined(number: Decimal | undefined): Decimal {
  if (number === undefined) throw new ConversionError('division by zero');
  return number;
}
