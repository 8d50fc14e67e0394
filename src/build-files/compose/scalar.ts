/** What a scalar is after YAML's typing, and its text as Compose prints it. */
export interface ScalarValue {
  readonly type: 'string' | 'number' | 'boolean' | 'null' | 'timestamp';
  readonly text: string;
}

const CONSTANTS: ReadonlyMap<string, ScalarValue> = new Map([
  ...['true', 'True', 'TRUE'].map((word): [string, ScalarValue] => [word, { type: 'boolean', text: 'true' }]),
  ...['false', 'False', 'FALSE'].map((word): [string, ScalarValue] => [word, { type: 'boolean', text: 'false' }]),
  ...['', '~', 'null', 'Null', 'NULL'].map((word): [string, ScalarValue] => [word, { type: 'null', text: '' }]),
  ...['.nan', '.NaN', '.NAN'].map((word): [string, ScalarValue] => [word, { type: 'number', text: 'NaN' }]),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word): [string, ScalarValue] => [
    word,
    { type: 'number', text: '+Inf' },
  ]),
  ...['-.inf', '-.Inf', '-.INF'].map((word): [string, ScalarValue] => [word, { type: 'number', text: '-Inf' }]),
  ...['-0', '-0.0'].map((word): [string, ScalarValue] => [word, { type: 'number', text: '-0' }]),
]);

/**
 * A plain scalar as Compose's YAML library types it and Go prints it: `1.10` is `1.1`, `010` is `8`, `1e3` is `1000`, a
 * date is a timestamp.
 *
 * @see https://github.com/yaml/go-yaml/blob/v4.0.0-rc.4/internal/libyaml/resolver.go `resolve`
 */
export function plainScalar(text: string): ScalarValue {
  const constant = CONSTANTS.get(text);
  if (constant !== undefined) return constant;
  const first = text.charAt(0);
  if (first === '.') {
    return /^\.\d+(?:[eE][-+]?\d+)?$/.test(text) ? floatScalar(text, text) : { type: 'string', text };
  }
  if (!/^[-+\d]/.test(first)) return { type: 'string', text };
  const time = timestampText(text);
  if (time !== undefined) return { type: 'timestamp', text: time };
  const digits = text.replaceAll('_', '');
  const integer = integerText(digits);
  if (integer !== undefined) return { type: 'number', text: integer };
  if (/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(digits)) return floatScalar(digits, text);
  return { type: 'string', text };
}

function floatScalar(digits: string, written: string): ScalarValue {
  const value = Number(digits);
  // Go refuses what overflows, and the scalar stays a text.
  return Number.isFinite(value) ? { type: 'number', text: goFloat(value) } : { type: 'string', text: written };
}

/** A float in Go's `%v`: the shortest digits, with an exponent below 1e-4 and from 1e6 on. */
function goFloat(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power < -4 || power >= 6) {
    return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${digits}`;
  const whole = digits.slice(0, power + 1).padEnd(power + 1, '0');
  const fraction = digits.slice(power + 1);
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** An integer of Go's `ParseInt(text, 0, 64)` or `ParseUint`, in decimal digits; undefined where it is not one. */
function integerText(text: string): string | undefined {
  const match = /^([-+]?)(?:0[xX]([\da-fA-F]+)|0[oO]?([0-7]+)|0[bB]([01]+)|(0|[1-9]\d*))$/.exec(text);
  if (match === null || text.length > 80) return undefined;
  const [, sign, hexadecimal, octal, binary, decimal] = match;
  const magnitude =
    hexadecimal !== undefined
      ? BigInt(`0x${hexadecimal}`)
      : octal !== undefined
        ? BigInt(`0o${octal}`)
        : binary !== undefined
          ? BigInt(`0b${binary}`)
          : BigInt(decimal ?? '0');
  const value = sign === '-' ? -magnitude : magnitude;
  if (value < -(2n ** 63n) || value >= 2n ** 64n) return undefined;
  // ParseUint takes no sign.
  if (value >= 2n ** 63n && sign !== '') return undefined;
  return value.toString();
}

const TIMESTAMP =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt](\d\d?):(\d\d?):(\d\d?)(?:[.,](\d+))?(Z|[-+]\d\d:\d\d))|(?: (\d\d?):(\d\d?):(\d\d?)(?:[.,](\d+))?))?$/;

/** A timestamp as Go prints it; undefined where a text is not one. */
function timestampText(text: string): string | undefined {
  const match = TIMESTAMP.exec(text);
  if (match === null) return undefined;
  const [, year = '', month = '', day = ''] = match;
  const hour = match[4] ?? match[9] ?? '0';
  const minute = match[5] ?? match[10] ?? '0';
  const second = match[6] ?? match[11] ?? '0';
  const fraction = (match[7] ?? match[12] ?? '').slice(0, 9).replace(/0+$/, '');
  const zone = match[8] ?? 'Z';
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > lastDay) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const offset = zone === 'Z' || zone === '+00:00' ? '+0000 UTC' : `${zone.replace(':', '')} ${zone.replace(':', '')}`;
  const two = (digits: string) => digits.padStart(2, '0');
  const clock = `${two(hour)}:${two(minute)}:${two(second)}${fraction === '' ? '' : `.${fraction}`}`;
  return `${year}-${two(month)}-${two(day)} ${clock} ${offset}`;
}
