import { compareDigits } from './order.js';
import { comparePreReleases } from './semver.js';

const GRAMMAR = /^([0-9]+(?:\.[0-9]+){0,3})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$/;

/**
 * The order of NuGet: Semantic Versioning with up to four numbers, of which those left out are zero, and without regard to
 * case. Null where either text is no such version.
 *
 * @see https://learn.microsoft.com/en-us/nuget/concepts/package-versioning
 */
export function compareNuget(a: string, b: string): number | null {
  const x = GRAMMAR.exec(a.toLowerCase());
  const y = GRAMMAR.exec(b.toLowerCase());
  if (x === null || y === null) return null;
  const [, xNumbers = '', xStage] = x;
  const [, yNumbers = '', yStage] = y;
  const [p, q] = [xNumbers.split('.'), yNumbers.split('.')];
  for (let i = 0; i < 4; i += 1) {
    const difference = compareDigits(p[i] ?? '0', q[i] ?? '0');
    if (difference !== 0) return difference;
  }
  return comparePreReleases(xStage?.split('.') ?? [], yStage?.split('.') ?? []);
}
