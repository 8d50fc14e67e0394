import { compareDigits, compareText } from './order.js';

interface SemanticVersion {
  /** Major, minor, patch; those left out are zero. */
  readonly numbers: readonly string[];
  readonly preRelease: readonly string[];
}

/**
 * The order of Semantic Versioning, without a limit on how large a number is. Null where either text is no such version.
 * Read a little more widely than the specification, as Go, npm and crates write versions: with a `v` in front, without a
 * minor or patch number, and with a pre-release right behind the number (`1.22rc1`).
 *
 * @see https://semver.org/spec/v2.0.0.html#spec-item-11
 */
export function compareSemver(a: string, b: string): number | null {
  const x = parse(a);
  const y = parse(b);
  if (x === null || y === null) return null;
  for (const [place, number] of x.numbers.entries()) {
    const difference = compareDigits(number, y.numbers[place] ?? '0');
    if (difference !== 0) return difference;
  }
  return comparePreReleases(x.preRelease, y.preRelease);
}

const NUMBERS = /^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?/;
const IDENTIFIER = /^[0-9A-Za-z-]+$/;

function parse(text: string): SemanticVersion | null {
  const [core = '', build, ...more] = text.split('+');
  const read = NUMBERS.exec(core);
  if (read === null || more.length > 0 || (build !== undefined && !isIdentifiers(build))) return null;
  const [whole, major = '0', minor = '0', patch = '0'] = read;
  const numbers = [major, minor, patch];
  const rest = core.slice(whole.length);
  if (rest === '') return { numbers, preRelease: [] };
  const preRelease = rest.startsWith('-') ? rest.slice(1) : rest;
  return isIdentifiers(preRelease) ? { numbers, preRelease: preRelease.split('.') } : null;
}

function isIdentifiers(text: string): boolean {
  return text.split('.').every((identifier) => IDENTIFIER.test(identifier));
}

/** The order of pre-releases by their identifiers; none at all is newer than any. */
export function comparePreReleases(x: readonly string[], y: readonly string[]): number {
  if (x.length === 0 || y.length === 0) return Number(x.length === 0) - Number(y.length === 0);
  for (const [place, p] of x.entries()) {
    const q = y[place];
    if (q === undefined) return 1;
    const pIsNumber = isNumber(p);
    if (pIsNumber !== isNumber(q)) return pIsNumber ? -1 : 1;
    const difference = pIsNumber ? compareDigits(p, q) : compareText(p, q);
    if (difference !== 0) return difference;
  }
  return x.length - y.length;
}

function isNumber(identifier: string): boolean {
  return /^[0-9]+$/.test(identifier);
}
