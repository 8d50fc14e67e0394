const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  '\u00b5s': 1e3,
  '\u03bcs': 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
const MAX_NANOSECONDS = 2 ** 63;

/** Go's `strconv.ParseInt(text, 10, 32)`. */
export function isInt32(text: string): boolean {
  const value = Number(text);
  return /^[+-]?[0-9]+$/.test(text) && value >= -(2 ** 31) && value < 2 ** 31;
}

/** Go's `strconv.Atoi`: the number, where the text is one of 64 bits; exact up to 2^53, which no index comes near. */
export function parseIndex(text: string): number | undefined {
  const digits = /^([+-]?)0*([0-9]{1,19})$/.exec(text);
  if (digits === null) return undefined;
  const value = BigInt(`${digits[1] === '-' ? '-' : ''}${digits[2]}`);
  return value >= -(2n ** 63n) && value < 2n ** 63n ? Number(value) : undefined;
}

/**
 * Checks an interval of HEALTHCHECK as Go's `time.ParseDuration` reads it (`1h30m`, `1.5s`): empty and zero mean the
 * default, all else is at least a millisecond. Answers what is wrong, or `undefined`.
 *
 * @see https://pkg.go.dev/time#ParseDuration
 */
export function checkOptionalInterval(text: string): string | undefined {
  if (text === '') return undefined;
  const nanoseconds = parseDuration(text);
  if (nanoseconds === undefined) return `is a duration such as 30s or 1m30s, not "${text}"`;
  return nanoseconds !== 0 && nanoseconds < 1e6 ? 'is at least one millisecond' : undefined;
}

function parseDuration(text: string): number | undefined {
  const negative = text.startsWith('-');
  const unsigned = text.replace(/^[+-]/, '');
  if (unsigned === '0') return 0;
  if (!/^(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[^0-9.]+)+$/.test(unsigned)) return undefined;
  let total = 0;
  for (const [, number, unit] of unsigned.matchAll(/([0-9.]+)([^0-9.]+)/g)) {
    const scale = NANOSECONDS[unit ?? ''];
    if (scale === undefined) return undefined;
    total += Math.trunc(Number(number) * scale);
  }
  if (total > MAX_NANOSECONDS || (total === MAX_NANOSECONDS && !negative)) return undefined;
  return negative ? -total : total;
}
