import { compareDigits } from './order.js';

const GRAMMAR = /^[0-9]+(?:[.-][0-9]+)*$/;

/**
 * The order of R's package versions: numbers between dots or dashes, which are the same, by value; of two versions that
 * begin alike the longer one is newer. Null where either text is no such version.
 *
 * @see https://stat.ethz.ch/R-manual/R-devel/library/base/html/numeric_version.html
 */
export function compareCran(a: string, b: string): number | null {
  if (!GRAMMAR.test(a) || !GRAMMAR.test(b)) return null;
  const x = a.split(/[.-]/);
  const y = b.split(/[.-]/);
  for (let i = 0; i < Math.min(x.length, y.length); i += 1) {
    const difference = compareDigits(x[i] ?? '0', y[i] ?? '0');
    if (difference !== 0) return difference;
  }
  return x.length - y.length;
}
