import { compareDigits, compareText, type VersionOrder } from './order.js';

/**
 * rpm's order of `[epoch:]version[-release]`: segments of letters or digits, `~` before everything, `^` after the end
 * but before any further segment. A version without a release is older than any with one, as OSV orders them.
 * @see https://rpm-software-management.github.io/rpm/manual/dependencies.html and lib/rpmvercmp (rpmio/rpmvercmp.cc)
 */
export const compareRpm: VersionOrder = (a, b) => {
  const x = split(a);
  const y = split(b);
  return compareDigits(x.epoch, y.epoch) || comparePart(x.version, y.version) || comparePart(x.release, y.release);
};

function split(text: string): { epoch: string; version: string; release: string } {
  const colon = /^\d*:/.exec(text)?.[0].length ?? 0;
  const rest = text.slice(colon);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon === 0 ? '0' : text.slice(0, colon - 1),
    version: dash < 0 ? rest : rest.slice(0, dash),
    release: dash < 0 ? '' : rest.slice(dash + 1),
  };
}

const SEGMENT = /[0-9]+|[A-Za-z]+|[~^]/g;

function comparePart(a: string, b: string): number {
  if (a === b) return 0;
  const x = a.match(SEGMENT) ?? [];
  const y = b.match(SEGMENT) ?? [];
  for (let i = 0; i < x.length || i < y.length; i++) {
    const p = x[i];
    const q = y[i];
    if (p === '~' || q === '~') {
      if (p === q) continue;
      return p === '~' ? -1 : 1;
    }
    if (p === '^' || q === '^') {
      if (p === q) continue;
      if (p === undefined) return -1;
      if (q === undefined) return 1;
      return p === '^' ? -1 : 1;
    }
    if (p === undefined) return -1;
    if (q === undefined) return 1;
    const pIsNumber = /^[0-9]/.test(p);
    if (pIsNumber !== /^[0-9]/.test(q)) return pIsNumber ? 1 : -1;
    const difference = pIsNumber ? compareDigits(p, q) : compareText(p, q);
    if (difference !== 0) return difference;
  }
  return 0;
}
