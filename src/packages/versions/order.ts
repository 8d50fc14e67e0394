/** Less than zero where `a` is older than `b`, zero where they are the same version, more than zero where it is newer. */
export type VersionOrder = (a: string, b: string) => number;

/** Compares digit strings of any length by value, without the limits of a number. */
export function compareDigits(a: string, b: string): number {
  const x = a.replace(/^0+/, '');
  const y = b.replace(/^0+/, '');
  return x.length - y.length || compareText(x, y);
}

/** Compares by UTF-16 code units, which for ASCII is the order of bytes. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Compares runs of digits by value and everything between them as text. */
export function compareNatural(a: string, b: string): number {
  const x = a.match(/[0-9]+|[^0-9]+/g) ?? [];
  const y = b.match(/[0-9]+|[^0-9]+/g) ?? [];
  for (let i = 0; i < x.length && i < y.length; i++) {
    const p = x[i] ?? '';
    const q = y[i] ?? '';
    const bothDigits = /^[0-9]/.test(p) && /^[0-9]/.test(q);
    const difference = bothDigits ? compareDigits(p, q) : compareText(p, q);
    if (difference !== 0) return difference;
  }
  return x.length - y.length;
}
