import { MAX_DIGITS } from '../limits.js';
import { TooMuch } from './too-much.js';

/**
 * A decimal number, `digits` × 10^-`scale`, without trailing zeros behind the point. HCL's numbers have 512 bits: what
 * a bake file holds is exact in both, and is written the same.
 */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
  /** Floats have a zero below zero, which is written `-0`. */
  readonly isNegativeZero?: true;
}

function tooLong(): TooMuch {
  return new TooMuch(`A number has more than ${MAX_DIGITS} digits`, 'bake-digits');
}

export function decimal(digits: bigint, scale = 0): Decimal {
  let value = digits;
  let places = scale;
  if (value === 0n) return { digits: 0n, scale: 0 };
  while (places > 0 && value % 10n === 0n) {
    value /= 10n;
    places--;
  }
  if (places < 0) {
    if (-places > MAX_DIGITS) throw tooLong();
    value *= 10n ** BigInt(-places);
    places = 0;
  }
  if (places > MAX_DIGITS || value > LARGEST || value < -LARGEST) throw tooLong();
  return { digits: value, scale: places };
}

const LARGEST = 10n ** BigInt(MAX_DIGITS);

/** The number that a text is, as `cty.ParseNumberVal` reads it; undefined where it is not one. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = `${whole}${fraction}`;
  if (digits === '') return undefined;
  if (digits.length > 2 * MAX_DIGITS) throw tooLong();
  const value = BigInt(digits);
  if (value === 0n && sign === '-') return NEGATIVE_ZERO;
  return decimal(sign === '-' ? -value : value, fraction.length - Number(exponent));
}

export function formatDecimal({ digits, scale, isNegativeZero }: Decimal): string {
  if (isNegativeZero === true) return '-0';
  if (scale === 0) return String(digits);
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0');
  const point = text.length - scale;
  return `${digits < 0n ? '-' : ''}${text.slice(0, point)}.${text.slice(point)}`;
}

/** Below zero, zero or above, as the first is less than the second, equal or greater. */
export function compareDecimals(left: Decimal, right: Decimal): number {
  const [a, b] = aligned(left, right);
  return a < b ? -1 : a > b ? 1 : 0;
}

export function addDecimals(left: Decimal, right: Decimal): Decimal {
  if (left.isNegativeZero === true && right.isNegativeZero === true) return NEGATIVE_ZERO;
  const [a, b, scale] = aligned(left, right);
  return decimal(a + b, scale);
}

export function multiplyDecimals(left: Decimal, right: Decimal): Decimal {
  return signed(decimal(left.digits * right.digits, left.scale + right.scale), left, right);
}

/** A zero that two numbers of different signs make has a sign, too. */
function signed(result: Decimal, left: Decimal, right: Decimal): Decimal {
  return result.digits === 0n && isBelowZero(left) !== isBelowZero(right) ? NEGATIVE_ZERO : result;
}

/** The quotient, cut where it does not end; undefined for a division by zero. */
export function divideDecimals(left: Decimal, right: Decimal): Decimal | undefined {
  if (right.digits === 0n) return undefined;
  const places = MAX_DIGITS - 1;
  const [a, b] = aligned(left, right);
  const scaled = (a * 10n ** BigInt(places)) / b;
  return signed(decimal(scaled, places), left, right);
}

/** What is left of a division, with the sign of the first; the first itself where there is none, as in `cty`. */
export function remainder(left: Decimal, right: Decimal): Decimal {
  if (right.digits === 0n) return left;
  if (left.isNegativeZero === true && !isBelowZero(right)) return left;
  const [a, b, scale] = aligned(left, right);
  return decimal(a % b, scale);
}

export function negateDecimal(number: Decimal): Decimal {
  const { digits, scale } = number;
  if (digits === 0n) return isBelowZero(number) ? decimal(0n) : NEGATIVE_ZERO;
  return { digits: -digits, scale };
}

const NEGATIVE_ZERO: Decimal = { digits: 0n, scale: 0, isNegativeZero: true };

function isBelowZero({ digits, isNegativeZero }: Decimal): boolean {
  return digits < 0n || isNegativeZero === true;
}

/** The number without its sign. */
export function absoluteDecimal({ digits, scale }: Decimal): Decimal {
  return { digits: digits < 0n ? -digits : digits, scale };
}

/** The whole number that it is; undefined where it has a fraction or is too large to count with. */
export function wholeNumber({ digits, scale }: Decimal): number | undefined {
  const value = Number(digits);
  return scale === 0 && Number.isSafeInteger(value) ? value : undefined;
}

function aligned(left: Decimal, right: Decimal): readonly [bigint, bigint, number] {
  const scale = Math.max(left.scale, right.scale);
  return [left.digits * 10n ** BigInt(scale - left.scale), right.digits * 10n ** BigInt(scale - right.scale), scale];
}
