import { interpolate, LITERAL, type Variables, type VariableValue } from './interpolation.js';

/** What a `.env` file may have. */
const MAX_BYTES = 256 * 1024;
const MAX_VARIABLES = 5_000;
/** All its values after variables, which may multiply each other. */
const MAX_LENGTH = 1024 * 1024;

const SPACE = '[\\t\\v\\f\\r \\u0085\\u00a0]';
const TRAILING_SPACE = /\s+$/;

/**
 * The variables of a `.env` file. `given` are those that count before it: they stand in its values, and a bare name
 * takes its value from them. A failure is a clause about what Compose refuses.
 *
 * @see https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
 * @see https://github.com/compose-spec/compose-go/blob/v2.16.2/dotenv/parser.go
 */
export function readEnvironmentFile(
  bytes: Uint8Array,
  given: Variables,
): Map<string, VariableValue> | { readonly line: number; readonly reason: string } {
  if (bytes.length > MAX_BYTES) return { line: 1, reason: `it has more than ${MAX_BYTES} bytes` };
  const text = new TextDecoder('utf-8').decode(bytes);
  const found = new Map<string, VariableValue>();
  const scope: Variables = { get: (name) => given.get(name) ?? found.get(name) };
  let at = 0;
  let length = 0;
  const fail = (reason: string) => ({ line: text.slice(0, at).split('\n').length, reason });
  for (;;) {
    at += matchLength(/(?:\s|#[^\n]*(?:\n|$))*/y, text, at);
    if (at >= text.length) return found;
    if (found.size >= MAX_VARIABLES) return fail(`it has more than ${MAX_VARIABLES} variables`);
    at += matchLength(new RegExp(`(?:export${SPACE}+)?`, 'y'), text, at);
    const nameLength = matchLength(new RegExp(`(?:[\\p{L}\\p{N}_.\\-[\\]]|${SPACE})*`, 'uy'), text, at);
    const name = text.slice(at, at + nameLength).replace(TRAILING_SPACE, '');
    const separator = text[at + nameLength];
    if (separator !== undefined && !'=:\n'.includes(separator)) return fail('it has an unexpected character in a name');
    if (name.includes(' ')) return fail('it has a name with a space in it');
    at += nameLength + 1;
    if (separator === undefined || separator === '\n') {
      // What stands at the very end of the file without a line end is no name to the parser.
      const value = separator === undefined ? undefined : given.get(name);
      if (value !== undefined) found.set(name, value);
      continue;
    }
    at += matchLength(new RegExp(`${SPACE}*`, 'y'), text, at);
    const value = text[at] === '"' || text[at] === "'" ? quotedValue(text, at) : plainValue(text, at);
    if (value === undefined) return fail('it has a quoted value that is not closed');
    const expanded = value.literal ? { text: value.text, ...LITERAL } : interpolate(value.text, scope);
    if (expanded === undefined) return fail(`the value of ${name} has no valid interpolation`);
    length += expanded.text.length;
    if (length > MAX_LENGTH) return fail(`its values have more than ${MAX_LENGTH} characters`);
    found.set(name, expanded);
    at = value.end;
  }
}

interface Value {
  readonly text: string;
  readonly literal: boolean;
  readonly end: number;
}

function plainValue(text: string, at: number): Value {
  const lineEnd = text.indexOf('\n', at);
  const end = lineEnd < 0 ? text.length : lineEnd;
  const [value = ''] = text.slice(at, end).split(' #', 1);
  return { text: value.replace(TRAILING_SPACE, ''), literal: false, end: Math.min(end + 1, text.length) };
}

function quotedValue(text: string, at: number): Value | undefined {
  const quote = text[at];
  let value = '';
  for (let index = at + 1; index < text.length; index++) {
    const character = text[index] ?? '';
    const next = text[index + 1];
    if (character === quote) {
      const isLiteral = quote === "'";
      return { text: isLiteral ? value : expandEscapes(value), literal: isLiteral, end: index + 1 };
    }
    if (character === '\\' && next === quote) {
      value += quote ?? '';
      index++;
    } else if (character === '\\' && next !== undefined) {
      value += next === '\\' ? '\\\\' : character + next;
      index++;
    } else value += character;
  }
  return undefined;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '"': '"',
  '\\': '\\',
  $: '$$',
};

/** Shell escapes of double quotes; `\c` and octal digits that are no byte stay. */
function expandEscapes(text: string): string {
  return text.replace(
    /\\(?:([abcfnrtv$"\\])|0(\d{0,3}))/g,
    (match, letter: string | undefined, octal: string | undefined) => {
      if (letter !== undefined) return ESCAPES[letter] ?? match;
      const code = octal !== undefined && /^[0-7]{3}$/.test(octal) ? Number.parseInt(octal, 8) : 256;
      return code > 255 ? match : String.fromCharCode(code);
    },
  );
}

function matchLength(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}
