import { compareDigits, compareText } from './order.js';

const GRAMMAR = /^[0-9]+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/**
 * The order of `Gem::Version`: runs of digits by value, runs of letters as text and before any number, zeros at the end of
 * either part left out. A dash stands for `.pre.`. Null where either text is no version of a gem.
 *
 * @see https://docs.ruby-lang.org/en/master/Gem/Version.html
 */
export function compareRubyGems(a: string, b: string): number | null {
  if (!GRAMMAR.test(a) || !GRAMMAR.test(b)) return null;
  const x = segmentsOf(a);
  const y = segmentsOf(b);
  for (let i = 0; i < Math.max(x.length, y.length); i += 1) {
    const p = x[i] ?? '0';
    const q = y[i] ?? '0';
    const isNumber = /^[0-9]/.test(p);
    if (isNumber !== /^[0-9]/.test(q)) return isNumber ? 1 : -1;
    const difference = isNumber ? compareDigits(p, q) : compareText(p, q);
    if (difference !== 0) return difference;
  }
  return 0;
}

function segmentsOf(version: string): readonly string[] {
  const segments = version.replaceAll('-', '.pre.').match(/[0-9]+|[A-Za-z]+/g) ?? [];
  const letters = segments.findIndex((segment) => /^[A-Za-z]/.test(segment));
  const end = letters < 0 ? segments.length : letters;
  return [...withoutZeros(segments.slice(0, end)), ...withoutZeros(segments.slice(end))];
}

function withoutZeros(segments: readonly string[]): readonly string[] {
  return segments.slice(0, segments.findLastIndex((segment) => !/^0+$/.test(segment)) + 1);
}
