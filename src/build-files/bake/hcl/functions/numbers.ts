import { absoluteDecimal, compareDecimals, type Decimal, decimal, formatDecimal, parseDecimal } from '../decimal.js';
import { type HclFunction, NUMBER, type Parameter, TEXT, textOf, unfit, wholeOf } from '../function.js';
import { applyBinary, applyUnary } from '../operators.js';
import type { BinaryOperator } from '../syntax.js';
import { numberValue, type Value } from '../value.js';

const BOOL: Parameter = { type: 'bool' };
const EITHER: Parameter = { type: 'dynamic', nullable: true };

function binary(operator: BinaryOperator, parameter: Parameter): HclFunction {
  return {
    parameters: [parameter, parameter],
    call: ([left, right]) =>
      left === undefined || right === undefined
        ? unfit('two arguments are needed')
        : applyBinary(operator, left, right),
  };
}

function unary(operator: '-' | '!', parameter: Parameter): HclFunction {
  return {
    parameters: [parameter],
    call: ([operand]) => (operand === undefined ? unfit('an argument is needed') : applyUnary(operator, operand)),
  };
}

function ofNumber(change: (number: Decimal) => Decimal): HclFunction {
  return { parameters: [NUMBER], call: ([number]) => numberValue(change(numberOf(number))) };
}

/** The first in the order of `sign`. */
function extreme(sign: 1 | -1): HclFunction {
  return {
    parameters: [],
    rest: NUMBER,
    call: (given) => {
      const [first, ...others] = given.map(numberOf);
      if (first === undefined) return unfit('at least one number is needed');
      return numberValue(
        others.reduce((best, number) => (Math.sign(compareDecimals(number, best)) === sign ? number : best), first),
      );
    },
  };
}

function numberOf(value: Value | undefined): Decimal {
  return value?.kind === 'number' ? value.number : unfit('a number is needed');
}

export const NUMBER_FUNCTIONS: readonly (readonly [string, HclFunction])[] = [
  ['add', binary('+', NUMBER)],
  ['subtract', binary('-', NUMBER)],
  ['multiply', binary('*', NUMBER)],
  ['divide', binary('/', NUMBER)],
  ['modulo', binary('%', NUMBER)],
  ['negate', unary('-', NUMBER)],
  ['equal', binary('==', EITHER)],
  ['notequal', binary('!=', EITHER)],
  ['lessthan', binary('<', NUMBER)],
  ['lessthanorequalto', binary('<=', NUMBER)],
  ['greaterthan', binary('>', NUMBER)],
  ['greaterthanorequalto', binary('>=', NUMBER)],
  ['and', binary('&&', BOOL)],
  ['or', binary('||', BOOL)],
  ['not', unary('!', BOOL)],
  ['absolute', ofNumber(absoluteDecimal)],
  ['ceil', ofNumber((number) => rounded(number, 1n))],
  ['floor', ofNumber((number) => rounded(number, -1n))],
  ['int', ofNumber((number) => (number.scale === 0 ? number : rounded(number, 0n)))],
  ['signum', { parameters: [NUMBER], call: ([number]) => numberValue(decimal(BigInt(Math.sign(wholeOf(number))))) }],
  ['max', extreme(1)],
  ['min', extreme(-1)],
  ['pow', { parameters: [NUMBER, NUMBER], call: power }],
  ['parseint', { parameters: [TEXT, NUMBER], call: parseInteger }],
];

/** A whole number: up for 1, down for -1, toward zero for 0. */
function rounded({ digits, scale }: Decimal, direction: 1n | -1n | 0n): Decimal {
  const unit = 10n ** BigInt(scale);
  const whole = digits / unit;
  return decimal((digits - whole * unit) * direction > 0n ? whole + direction : whole);
}

function power([base, exponent]: readonly Value[]): Value {
  // As buildx does: with floats of 64 bits.
  const power64 = Number(formatDecimal(numberOf(base))) ** Number(formatDecimal(numberOf(exponent)));
  const written = Object.is(power64, -0) ? '-0' : String(power64);
  const result = Number.isFinite(power64) ? parseDecimal(written) : undefined;
  return numberValue(result ?? unfit('the result is not a number'));
}

function parseInteger([text, base]: readonly Value[]): Value {
  const radix = wholeOf(base);
  const written = textOf(text);
  if (radix < 2 || radix > 36) unfit('only bases from 2 to 36 are evaluated');
  const [, sign, digits = ''] =
    /^([+-]?)([0-9a-zA-Z]{1,300})$/.exec(written) ?? unfit('the string is not a whole number');
  let result = 0n;
  for (const digit of digits) {
    const value = Number.parseInt(digit, radix);
    if (Number.isNaN(value)) unfit('the string is not a whole number in this base');
    result = result * BigInt(radix) + BigInt(value);
  }
  return numberValue(decimal(sign === '-' ? -result : result));
}
