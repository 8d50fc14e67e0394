import { convert } from '../convert.js';
import { type Decimal, formatDecimal } from '../decimal.js';
import { checkLength, type HclFunction, listOfTexts, type Parameter, TEXT, textOf, unfit } from '../function.js';
import { NULL, textValue, type Value } from '../value.js';
import { encodeJson } from './encoding.js';
import { graphemes } from './text.js';

const ARGUMENT: Parameter = { type: 'dynamic', nullable: true };

export const FORMAT_FUNCTIONS: readonly (readonly [string, HclFunction])[] = [
  [
    'format',
    { parameters: [TEXT], rest: ARGUMENT, call: ([template, ...given]) => textValue(format(textOf(template), given)) },
  ],
  ['formatlist', { parameters: [TEXT], rest: ARGUMENT, call: formatList }],
];

interface Verb {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly mode: string;
}

const VERB = /%(?:%|([ +\-0#]*)(\d{1,6})?(?:\.(\d{1,6}))?(?:\[(\d{1,4})\])?([a-zA-Z]))?/g;

/**
 * Go's `fmt.Sprintf`, as far as HCL has it.
 *
 * @see https://github.com/zclconf/go-cty/blob/main/cty/function/stdlib/format.go
 */
function format(template: string, given: readonly Value[]): string {
  let next = 1;
  let highest = 0;
  let length = 0;
  const text = template.replace(VERB, (whole, flags = '', width, precision, place, mode) => {
    if (whole === '%%') return '%';
    if (typeof mode !== 'string') return unfit('a "%" has no verb');
    const at = place === undefined ? next : Number(place);
    next = at + 1;
    highest = Math.max(highest, at);
    const value = given[at - 1] ?? unfit(`there is no argument ${at}`);
    const verb = {
      flags: String(flags),
      width: Number(width ?? 0),
      precision: precision === undefined ? undefined : Number(precision),
      mode,
    };
    checkLength(verb.width + (verb.precision ?? 0));
    const formatted = formatValue(verb, value);
    length += formatted.length;
    checkLength(length);
    return formatted;
  });
  if (highest < given.length) unfit('there are more arguments than verbs');
  return text;
}

function formatValue(verb: Verb, value: Value): string {
  const { mode, flags } = verb;
  if (mode === 'v') return pad(verb, asIs(value, flags.includes('#')));
  if (value.kind === 'null') unfit("null can't be formatted");
  switch (mode) {
    case 's':
      return pad(verb, cut(verb, toText(value)));
    case 'q':
      return pad(verb, encodeJson(textValue(cut(verb, toText(value)))));
    case 't': {
      const flag = convert(value, 'bool');
      return flag.kind === 'bool' ? String(flag.value) : unfit('true or false is needed');
    }
    case 'd':
    case 'b':
    case 'o':
    case 'x':
    case 'X':
      return integer(verb, toNumber(value));
    case 'f':
      return signed(verb, fixed(toNumber(value), verb.precision ?? 6));
    default:
      return unfit(`the verb "%${mode}" is not evaluated`);
  }
}

function asIs(value: Value, isJson: boolean): string {
  if (!isJson && value.kind === 'string') return value.text;
  return value.kind === 'number' ? general(value.number) : encodeJson(value);
}

/** Go's `%g` with as few digits as are needed: an exponent from the seventh digit in front of the point on. */
function general(number: Decimal): string {
  const plain = formatDecimal(number);
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(plain) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const exponent = whole === '0' ? digits.length - fraction.length - 1 : whole.length - 1;
  if (digits === '' || (exponent >= -4 && exponent < GENERAL_DIGITS)) return plain;
  const mantissa = digits.replace(/0+$/, '');
  const rest = mantissa.length > 1 ? `.${mantissa.slice(1)}` : '';
  const power = String(Math.abs(exponent)).padStart(2, '0');
  return `${sign}${mantissa[0] ?? '0'}${rest}e${exponent < 0 ? '-' : '+'}${power}`;
}

const GENERAL_DIGITS = 6;

function toText(value: Value): string {
  return textOf(convert(value, 'string'));
}

function toNumber(value: Value): Decimal {
  const number = convert(value, 'number');
  return number.kind === 'number' ? number.number : unfit('a number is needed');
}

function cut({ precision }: Verb, text: string): string {
  return precision === undefined || precision === 0 ? text : graphemes(text).slice(0, precision).join('');
}

function pad({ flags, width }: Verb, text: string): string {
  const missing = width - graphemes(text).length;
  if (missing <= 0) return text;
  const padding = (flags.includes('0') ? '0' : ' ').repeat(missing);
  return flags.includes('-') ? `${text}${padding}` : `${padding}${text}`;
}

const RADIX = new Map([
  ['d', 10],
  ['b', 2],
  ['o', 8],
  ['x', 16],
  ['X', 16],
]);
const PREFIX = new Map([
  ['b', '0b'],
  ['o', '0'],
  ['x', '0x'],
  ['X', '0X'],
]);

function integer(verb: Verb, { digits, scale }: Decimal): string {
  if (scale !== 0) unfit('a whole number is needed');
  const { mode, precision, flags } = verb;
  const magnitude = (digits < 0n ? -digits : digits).toString(RADIX.get(mode) ?? 10).padStart(precision ?? 0, '0');
  const cased = mode === 'X' ? magnitude.toUpperCase() : magnitude;
  const prefix = flags.includes('#') ? (PREFIX.get(mode) ?? '') : '';
  const text = precision === 0 && digits === 0n ? '' : `${digits < 0n ? '-' : ''}${prefix}${cased}`;
  return signed(precision === undefined ? verb : { ...verb, flags: flags.replaceAll('0', '') }, text);
}

/** Adds a sign, and pads behind it where zeros fill. */
function signed({ flags, width }: Verb, text: string): string {
  const negative = text.startsWith('-');
  const sign = negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const body = negative ? text.slice(1) : text;
  const missing = width - sign.length - body.length;
  if (missing <= 0) return `${sign}${body}`;
  if (flags.includes('-')) return `${sign}${body}${' '.repeat(missing)}`;
  return flags.includes('0') ? `${sign}${'0'.repeat(missing)}${body}` : `${' '.repeat(missing)}${sign}${body}`;
}

/** Rounded to even where it is halfway, as Go rounds. */
function fixed({ digits, scale, isNegativeZero }: Decimal, places: number): string {
  const magnitude = digits < 0n ? -digits : digits;
  let scaled = magnitude * 10n ** BigInt(Math.max(places - scale, 0));
  if (scale > places) {
    const unit = 10n ** BigInt(scale - places);
    const rest = scaled % unit;
    scaled /= unit;
    if (2n * rest > unit || (2n * rest === unit && scaled % 2n === 1n)) scaled++;
  }
  const text = String(scaled).padStart(places + 1, '0');
  const point = text.length - places;
  return `${digits < 0n || isNegativeZero === true ? '-' : ''}${text.slice(0, point)}${places === 0 ? '' : `.${text.slice(point)}`}`;
}

function formatList([template, ...given]: readonly Value[]): Value {
  const lists = given.filter((value) => 'items' in value);
  const lengths = new Set(lists.map(({ items }) => items.length));
  if (lengths.size > 1) unfit('the lists have different lengths');
  const [length = 1] = lengths;
  const texts = Array.from({ length }, (_, row) =>
    format(
      textOf(template),
      given.map((value) => ('items' in value ? (value.items[row] ?? NULL) : value)),
    ),
  );
  return listOfTexts(texts);
}
