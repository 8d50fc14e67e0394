/** A value of GitHub's expressions; objects and lists are not known here. */
export type Scalar = string | number | boolean | null;

/** The values that an expression may have, as far as they are literal; others, too, unless it is complete. */
export interface Possible {
  readonly options: readonly Scalar[];
  readonly isComplete: boolean;
}

/** What a path of names stands for; undefined where nothing is known of it. */
export type Lookup = (path: readonly string[]) => Possible | undefined;

const NOT_KNOWN: Possible = { options: [], isComplete: false };
/** Characters of an expression, its nesting, and the values that are followed; beyond, nothing is known. */
const MAX_LENGTH = 2_000;
const MAX_DEPTH = 20;
const MAX_OPTIONS = 16;

const TOKEN =
  /\s*(?:'((?:[^']|'')*)'|(-?(?:0x[\da-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?))(?![\w.])|([A-Za-z_][\w-]*)|(&&|\|\||==|!=|<=|>=|[!<>().,[\]*]))/iy;

type Token =
  | { readonly kind: 'literal'; readonly value: Scalar }
  | { readonly kind: 'name' | 'sign'; readonly text: string };

/**
 * Evaluates an expression of a workflow as far as literals, operators and `format` decide it. What it does not
 * understand is not known; it never throws.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
 */
export function evaluateExpression(expression: string, lookup: Lookup): Possible {
  const tokens = expression.length > MAX_LENGTH ? undefined : tokensOf(expression);
  if (tokens === undefined) return NOT_KNOWN;
  const parser = new Parser(tokens, lookup);
  const value = parser.or(0);
  return parser.isAtEnd ? value : NOT_KNOWN;
}

/** A value in the middle of a text. */
export function textOf(value: Scalar): string {
  return value === null ? '' : String(value);
}

function tokensOf(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const [, quoted, number, name, sign] = TOKEN.exec(text) ?? [];
    if (quoted !== undefined) tokens.push({ kind: 'literal', value: quoted.replaceAll("''", "'") });
    else if (number !== undefined) tokens.push({ kind: 'literal', value: Number(number) });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    else return undefined;
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #lookup: Lookup;
  #at = 0;

  constructor(tokens: readonly Token[], lookup: Lookup) {
    this.#tokens = tokens;
    this.#lookup = lookup;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  or(depth: number): Possible {
    let left = this.#and(depth);
    while (this.#take('||')) {
      const right = this.#and(depth);
      const truthy = left.options.filter(isTruthy);
      const isDecided = left.isComplete && truthy.length === left.options.length;
      left = isDecided ? left : possible([...truthy, ...right.options], left.isComplete && right.isComplete);
    }
    return left;
  }

  #and(depth: number): Possible {
    let left = this.#comparison(depth);
    while (this.#take('&&')) {
      const right = this.#comparison(depth);
      const falsy = left.options.filter((value) => !isTruthy(value));
      const isDecided = left.isComplete && falsy.length === left.options.length;
      // What is not known on the left is falsy where it is the result: `||` behind it goes on either way.
      const unknown = left.isComplete ? [] : [null];
      left = isDecided ? left : possible([...falsy, ...unknown, ...right.options], right.isComplete);
    }
    return left;
  }

  #comparison(depth: number): Possible {
    const left = this.#unary(depth);
    const sign = ['==', '!=', '<=', '>=', '<', '>'].find((one) => this.#take(one));
    if (sign === undefined) return left;
    const right = this.#unary(depth);
    if (sign !== '==' && sign !== '!=') return { options: [true, false], isComplete: true };
    const results = left.options.flatMap((a) => right.options.map((b) => isEqual(a, b) === (sign === '==')));
    // A comparison is true or false, no matter what is compared.
    return left.isComplete && right.isComplete ? possible(results, true) : { options: [true, false], isComplete: true };
  }

  #unary(depth: number): Possible {
    if (!this.#take('!')) return this.#primary(depth);
    if (depth >= MAX_DEPTH) return NOT_KNOWN;
    const { options, isComplete } = this.#unary(depth + 1);
    return isComplete
      ? possible(
          options.map((value) => !isTruthy(value)),
          true,
        )
      : { options: [true, false], isComplete: true };
  }

  #primary(depth: number): Possible {
    const token = this.#tokens[this.#at];
    if (token === undefined || depth >= MAX_DEPTH) return NOT_KNOWN;
    this.#at++;
    if (token.kind === 'literal') return { options: [token.value], isComplete: true };
    if (token.kind === 'sign') {
      if (token.text !== '(') return NOT_KNOWN;
      const inner = this.or(depth + 1);
      return this.#take(')') ? inner : NOT_KNOWN;
    }
    if (this.#take('(')) return this.#call(token.text.toLowerCase(), depth);
    const constant = CONSTANTS.get(token.text);
    if (constant !== undefined) return constant;
    return this.#path(token.text);
  }

  #call(name: string, depth: number): Possible {
    const given: Possible[] = [];
    while (!this.#take(')')) {
      if (given.length > 0 && !this.#take(',')) return NOT_KNOWN;
      if (this.isAtEnd) return NOT_KNOWN;
      given.push(this.or(depth + 1));
    }
    if (CONDITIONS.has(name)) return { options: [true, false], isComplete: true };
    return name === 'format' ? formatted(given) : NOT_KNOWN;
  }

  /** `a.b`, `a['b']`; a list, or all members, are not known. */
  #path(first: string): Possible {
    const path = [first];
    let isKnown = true;
    for (;;) {
      if (this.#take('.')) {
        const token = this.#tokens[this.#at];
        if (token?.kind === 'name') path.push(token.text);
        else isKnown = false;
        this.#at++;
      } else if (this.#take('[')) {
        const token = this.#tokens[this.#at];
        if (token?.kind === 'literal' && typeof token.value === 'string') path.push(token.value);
        else isKnown = false;
        this.#at++;
        if (!this.#take(']')) return NOT_KNOWN;
      } else return (isKnown ? this.#lookup(path) : undefined) ?? NOT_KNOWN;
    }
  }

  #take(sign: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'sign' || token.text !== sign) return false;
    this.#at++;
    return true;
  }
}

const CONSTANTS: ReadonlyMap<string, Possible> = new Map(
  [
    ['true', true],
    ['false', false],
    ['null', null],
  ].map(([name, value]) => [String(name), { options: [value ?? null], isComplete: true }]),
);

/** Functions that are true or false. */
const CONDITIONS = new Set(['contains', 'startswith', 'endswith', 'success', 'always', 'cancelled', 'failure']);

function possible(options: readonly Scalar[], isComplete: boolean): Possible {
  const distinct = [...new Set(options)];
  return { options: distinct.slice(0, MAX_OPTIONS), isComplete: isComplete && distinct.length <= MAX_OPTIONS };
}

/** `{0}` is the first value behind the text; `{{` is a brace. */
function formatted([text, ...values]: readonly Possible[]): Possible {
  if (text === undefined) return NOT_KNOWN;
  let found: readonly (readonly Scalar[])[] = text.options.map((one) => [one]);
  for (const value of values) {
    found = found.flatMap((one) => value.options.map((option) => [...one, option])).slice(0, MAX_OPTIONS);
  }
  const isComplete = [text, ...values].every((one) => one.isComplete && one.options.length === 1);
  const texts = found.map(([pattern = '', ...given]) =>
    textOf(pattern).replace(/\{\{|\}\}|\{(\d+)\}/g, (sign, index: string | undefined) =>
      index === undefined ? sign.charAt(0) : textOf(given[Number(index)] ?? ''),
    ),
  );
  return possible(texts, isComplete);
}

function isTruthy(value: Scalar): boolean {
  return value !== null && value !== false && value !== 0 && value !== '';
}

/** Texts are compared without regard to case; values of two kinds as numbers. */
function isEqual(one: Scalar, other: Scalar): boolean {
  if (typeof one === 'string' && typeof other === 'string') return one.toLowerCase() === other.toLowerCase();
  return typeof one === typeof other ? one === other : numberOf(one) === numberOf(other);
}

function numberOf(value: Scalar): number {
  if (typeof value !== 'string') return Number(value);
  return value.trim() === '' ? 0 : Number(value);
}
