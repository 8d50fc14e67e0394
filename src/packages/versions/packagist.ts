import { compareDigits } from './order.js';

/** From the oldest to the newest; `#` stands for a number. What is none of these comes before them all. */
const STAGES: readonly (readonly string[])[] = [
  ['dev'],
  ['alpha', 'a'],
  ['beta', 'b'],
  ['RC', 'rc'],
  ['#'],
  ['pl', 'p'],
];

/**
 * The order of Composer's packages, which is PHP's `version_compare`: numbers by value, and the names of stages in their
 * order. Null for the name of a branch, such as `dev-main`, which has no place in it. A `v` in front says nothing.
 *
 * @see https://www.php.net/manual/en/function.version-compare.php
 */
export function comparePackagist(a: string, b: string): number | null {
  const x = partsOf(a);
  const y = partsOf(b);
  if (x === null || y === null) return null;
  for (let i = 0; i < Math.max(x.length, y.length); i += 1) {
    const p = x[i];
    const q = y[i];
    // What one of them has beyond the other makes it newer where it is a number, and else what its stage does.
    if (p === undefined) return isNumber(q) ? -1 : stageOf('#') - stageOf(q);
    if (q === undefined) return isNumber(p) ? 1 : stageOf(p) - stageOf('#');
    const difference =
      isNumber(p) && isNumber(q)
        ? compareDigits(p, q)
        : stageOf(isNumber(p) ? '#' : p) - stageOf(isNumber(q) ? '#' : q);
    if (difference !== 0) return difference;
  }
  return 0;
}

const MAX_LENGTH = 256;
const GRAMMAR = /^v?[0-9][0-9A-Za-z._+-]*$/i;

function partsOf(version: string): readonly string[] | null {
  if (version.length > MAX_LENGTH || !GRAMMAR.test(version)) return null;
  return version.replace(/^v/i, '').match(/[0-9]+|[A-Za-z]+/g) ?? [];
}

function isNumber(part: string | undefined): boolean {
  return part !== undefined && /^[0-9]/.test(part);
}

function stageOf(part: string | undefined): number {
  return STAGES.findIndex((names) => names.some((name) => part?.startsWith(name) === true));
}
