/** A value, and the unset variables that decide it. */
export interface VariableValue extends UnsetVariables {
  readonly text: string;
}

export interface UnsetVariables {
  /** Those without a value. */
  readonly open: readonly string[];
  /** Those in whose place a default stands. */
  readonly defaulted: readonly string[];
}

/** Of a value that no variable decides. */
export const LITERAL: UnsetVariables = { open: [], defaulted: [] };

/** Variables by name; one that is missing has no value anywhere. */
export interface Variables {
  get(name: string): VariableValue | undefined;
}

/** Characters that interpolation may make of one value, against variables that multiply each other. */
const MAX_LENGTH = 256 * 1024;
/** How deep `${a:-${b:-…}}` may nest. */
const MAX_DEPTH = 100;

// Go's `(?i:[_a-z])` is Unicode-aware: it takes the long s and the Kelvin sign, too.
const NAME = /[_a-zA-Z\u017f\u212a][_a-zA-Z0-9\u017f\u212a]*/y;
const OPERATOR = /:?[-+?]/y;

/**
 * A text after variables, as Compose replaces them: `$V`, `${V}`, `${V:-default}`, `${V-default}`, `${V:?}`, `${V?}`,
 * `${V:+other}`, `${V+other}`, nested, and `$$`. A variable without a value is empty and makes the text open; where it
 * has a default, the default holds. Undefined where Compose refuses the text, or where it passes a limit.
 *
 * @see https://docs.docker.com/reference/compose-file/interpolation/
 * @see https://github.com/compose-spec/compose-go/blob/v2.16.2/template/template.go `SubstituteWithOptions`
 */
export function interpolate(text: string, variables: Variables): VariableValue | undefined {
  if (!text.includes('$')) return { text, ...LITERAL };
  const open = new Set<string>();
  const defaulted = new Set<string>();
  const result = substitute(text, { variables, open, defaulted, depth: 0 });
  return result === undefined ? undefined : { text: result, open: [...open].sort(), defaulted: [...defaulted].sort() };
}

interface Substitution {
  readonly variables: Variables;
  /** Collects the variables without a value. */
  readonly open: Set<string>;
  /** Collects those in whose place a default stands. */
  readonly defaulted: Set<string>;
  readonly depth: number;
}

function substitute(text: string, context: Substitution): string | undefined {
  if (context.depth > MAX_DEPTH) return undefined;
  const parts: string[] = [];
  let length = 0;
  const add = (part: string) => {
    parts.push(part);
    length += part.length;
  };
  let at = 0;
  let line = { end: -1, lastBrace: -1 };
  for (let dollar = text.indexOf('$'); dollar >= 0; dollar = text.indexOf('$', at)) {
    add(text.slice(at, dollar));
    const braced = text[dollar + 1] === '{';
    const nameAt = dollar + (braced ? 2 : 1);
    const name = matchAt(NAME, text, nameAt);
    at = nameAt + name.length;
    if (!braced) {
      if (name !== '') add(lookup(name, context));
      else add('$');
      // `$$` is an escaped `$`; before anything else it stands for itself.
      if (name === '' && text[nameAt] === '$') at++;
    } else if (name === '') return undefined;
    else if (text[at] === '}') {
      add(lookup(name, context));
      at++;
    } else {
      if (dollar > line.end) line = lineAround(text, dollar);
      const operator = matchAt(OPERATOR, text, at);
      at += operator.length;
      if (operator === '' || line.lastBrace < at) return undefined;
      const closing = closingBrace(text, dollar + 1, line.lastBrace) ?? line.lastBrace;
      const value = operated(name, operator, text.slice(at, closing), context);
      if (value === undefined) return undefined;
      add(value);
      at = closing + 1;
    }
    if (length > MAX_LENGTH) return undefined;
  }
  add(text.slice(at));
  return length > MAX_LENGTH ? undefined : parts.join('');
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

/** The end of the line around a place, and its last closing brace: an expression ends at it, or before. */
function lineAround(text: string, at: number): { readonly end: number; readonly lastBrace: number } {
  const lineFeed = text.indexOf('\n', at);
  const end = lineFeed < 0 ? text.length : lineFeed;
  return { end, lastBrace: text.lastIndexOf('}', end) };
}

/** Where the brace closes that opens first. The character after an opening one is skipped, as Compose does. */
function closingBrace(text: string, from: number, to: number): number | undefined {
  let depth = 0;
  for (let index = from; index <= to; index++) {
    const character = text[index];
    if (character === '{') {
      depth++;
      index++;
    } else if (character === '}') {
      depth--;
      if (depth === 0) return index;
    }
  }
  return undefined;
}

function operated(name: string, operator: string, operand: string, context: Substitution): string | undefined {
  const value = context.variables.get(name);
  const isSet = value !== undefined && !(operator.startsWith(':') && value.text === '');
  const deeper = () => substitute(operand, { ...context, depth: context.depth + 1 });
  if (value === undefined && !operator.endsWith('?')) context.defaulted.add(name);
  if (operator.endsWith('-')) return isSet ? lookup(name, context) : deeper();
  if (operator.endsWith('+')) return isSet ? deeper() : '';
  if (isSet) return lookup(name, context);
  // `:?`: the caller must give a value.
  context.open.add(name);
  return '';
}

function lookup(name: string, { variables, open, defaulted }: Substitution): string {
  const value = variables.get(name);
  if (value === undefined) open.add(name);
  for (const variable of value?.open ?? []) open.add(variable);
  for (const variable of value?.defaulted ?? []) defaulted.add(variable);
  return value?.text ?? '';
}
