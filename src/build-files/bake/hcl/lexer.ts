import { BakeProblem, type Position } from './problem.js';

export type TokenType =
  | 'identifier'
  | 'number'
  | 'newline'
  | 'open-quote'
  | 'close-quote'
  | 'open-heredoc'
  | 'close-heredoc'
  /** Text of a quoted template, with its escapes. */
  | 'quoted'
  /** Text of a heredoc, or of a template without quotes. */
  | 'text'
  /** `${` or `${~`. */
  | 'interpolation'
  /** `%{` or `%{~`. */
  | 'directive'
  /** The `}` or `~}` that ends either. */
  | 'sequence-end'
  | 'end'
  /** Operators and brackets: `text` says which. */
  | 'symbol';

export interface Token {
  readonly type: TokenType;
  readonly text: string;
  readonly at: Position;
}

const IDENTIFIER = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy;
const COMMENT = /(?:#|\/\/)[^\n]*/y;
const HEREDOC = /<<-?([\p{ID_Start}_][\p{ID_Continue}-]*)\r?\n/uy;
const SYMBOL = /==|!=|>=|<=|&&|\|\||::|\.\.\.|=>|[[\]().,*/%+\-=<>!?:]/y;
const LINE = /[^$%\r\n]+/y;
const BARE = /[^$%\n]*\n?/y;

interface HeredocMode {
  readonly kind: 'heredoc';
  readonly marker: string;
  startOfLine: boolean;
}

type Mode = { readonly kind: 'main' } | { readonly kind: 'quoted' } | { readonly kind: 'bare' } | HeredocMode;

/**
 * Cuts HCL into tokens, comments left out, as HCL's own scanner does: a template's text comes in the same pieces, since
 * what is trimmed of it depends on them.
 *
 * `where` is the position of an offset; `mode` is `bare` for a template without quotes, as JSON holds them. Throws a
 * {@link BakeProblem} at the first character that HCL has no use for.
 *
 * @see https://github.com/hashicorp/hcl/blob/main/hclsyntax/scan_tokens.rl
 */
export function tokenize(source: string, where: (offset: number) => Position, mode: 'main' | 'bare'): readonly Token[] {
  return new Lexer(source, where, mode).run();
}

class Lexer {
  readonly #source: string;
  readonly #where: (offset: number) => Position;
  readonly #modes: Mode[];
  readonly #tokens: Token[] = [];
  #offset = 0;
  #braces = 0;
  /** How many braces were open where each sequence began. */
  readonly #sequences: number[] = [];

  constructor(source: string, where: (offset: number) => Position, mode: 'main' | 'bare') {
    this.#source = source;
    this.#where = where;
    this.#modes = [{ kind: mode }];
  }

  run(): readonly Token[] {
    while (this.#offset < this.#source.length) {
      const mode = this.#modes.at(-1);
      if (mode === undefined || mode.kind === 'main') this.#main();
      else if (mode.kind === 'quoted') this.#quoted();
      else if (mode.kind === 'bare') this.#bare();
      else this.#heredoc(mode);
    }
    this.#emit('end', '', this.#offset);
    return this.#tokens;
  }

  #emit(type: TokenType, text: string, offset = this.#offset): void {
    this.#tokens.push({ type, text, at: this.#where(offset) });
    this.#offset = offset + text.length;
  }

  #fail(message: string): never {
    throw new BakeProblem(this.#where(this.#offset), message);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#offset;
    return pattern.exec(this.#source)?.[0];
  }

  #main(): void {
    const source = this.#source;
    const character = source[this.#offset] ?? '';
    if (character === ' ' || character === '\t') this.#offset++;
    else if (character === '\n') this.#emit('newline', '\n');
    else if (character === '\r' && source[this.#offset + 1] === '\n') this.#emit('newline', '\r\n');
    else if (character === '"') {
      this.#emit('open-quote', '"');
      this.#modes.push({ kind: 'quoted' });
    } else if (character === '{') {
      this.#emit('symbol', '{');
      this.#braces++;
    } else if (character === '}') this.#closeBrace('}');
    else if (source.startsWith('~}', this.#offset)) this.#closeBrace('~}');
    else if (source.startsWith('/*', this.#offset)) {
      const end = source.indexOf('*/', this.#offset + 2);
      if (end < 0) this.#fail('This comment is not closed; end it with "*/".');
      this.#offset = end + 2;
    } else if (!this.#word()) this.#fail(unusable(source, this.#offset));
  }

  /** A comment of one line, a heredoc, or a token of several characters. */
  #word(): boolean {
    const comment = this.#match(COMMENT);
    if (comment !== undefined) {
      this.#offset += comment.length;
      return true;
    }
    HEREDOC.lastIndex = this.#offset;
    const heredoc = HEREDOC.exec(this.#source);
    if (heredoc !== null) {
      this.#emit('open-heredoc', heredoc[0]);
      this.#modes.push({ kind: 'heredoc', marker: heredoc[1] ?? '', startOfLine: true });
      return true;
    }
    const number = this.#source.slice(this.#offset, numberEnd(this.#source, this.#offset));
    const identifier = number === '' ? this.#match(IDENTIFIER) : undefined;
    const symbol = number === '' && identifier === undefined ? this.#match(SYMBOL) : undefined;
    if (number !== '') this.#emit('number', number);
    else if (identifier !== undefined) this.#emit('identifier', identifier);
    else if (symbol !== undefined) this.#emit('symbol', symbol);
    else return false;
    return true;
  }

  #closeBrace(text: '}' | '~}'): void {
    if (this.#sequences.at(-1) === this.#braces && this.#sequences.length > 0) {
      this.#sequences.pop();
      this.#modes.pop();
      this.#emit('sequence-end', text);
    } else if (text === '~}') this.#fail('"~}" closes no open template sequence.');
    else this.#emit('symbol', '}');
    this.#braces--;
  }

  /** Begins a sequence, or takes a `$` or `%` that begins none as text. */
  #sequence(type: 'quoted' | 'text'): void {
    const source = this.#source;
    const mark = source[this.#offset] ?? '';
    if (source.startsWith(`${mark}{`, this.#offset + 1)) {
      this.#emit(type, source.startsWith('~', this.#offset + 3) ? `${mark}${mark}{~` : `${mark}${mark}{`);
      return;
    }
    if (source[this.#offset + 1] !== '{') {
      this.#emit(type, mark);
      return;
    }
    this.#emit(
      mark === '$' ? 'interpolation' : 'directive',
      source[this.#offset + 2] === '~' ? `${mark}{~` : `${mark}{`,
    );
    this.#braces++;
    this.#sequences.push(this.#braces);
    this.#modes.push({ kind: 'main' });
  }

  #quoted(): void {
    const character = this.#source[this.#offset] ?? '';
    if (character === '"') {
      this.#emit('close-quote', '"');
      this.#modes.pop();
    } else if (character === '$' || character === '%') this.#sequence('quoted');
    else {
      const text = this.#source.slice(this.#offset, quotedEnd(this.#source, this.#offset));
      if (text === '')
        this.#fail('A quoted string must be on one line; write "\\n" for a line break, or use a heredoc ("<<EOT").');
      this.#emit('quoted', text);
    }
  }

  #bare(): void {
    const character = this.#source[this.#offset] ?? '';
    if (character === '$' || character === '%') this.#sequence('text');
    else this.#emit('text', this.#match(BARE) ?? character);
  }

  #heredoc(mode: HeredocMode): void {
    const source = this.#source;
    const character = source[this.#offset] ?? '';
    if ((character === '$' || character === '%') && !/^[$%]\r?\n/.test(source.slice(this.#offset, this.#offset + 3))) {
      mode.startOfLine = false;
      this.#sequence('text');
      return;
    }
    const text = character === '$' || character === '%' ? character : (this.#match(LINE) ?? '');
    const ending = /^\r?\n/.exec(source.slice(this.#offset + text.length, this.#offset + text.length + 2))?.[0];
    if (ending === undefined) {
      if (text === '') this.#fail('This character is not valid in a heredoc.');
      mode.startOfLine = false;
      this.#emit('text', text);
    } else if (mode.startOfLine && text.trim() === mode.marker) {
      this.#emit('close-heredoc', text);
      this.#modes.pop();
      this.#emit('newline', ending);
    } else {
      mode.startOfLine = true;
      this.#emit('text', `${text}${ending}`);
    }
  }
}

const isDigit = (character: string | undefined) => character !== undefined && character >= '0' && character <= '9';

/** The end of the number that begins here: digits, points and exponents, but no point last. */
function numberEnd(source: string, start: number): number {
  if (!isDigit(source[start])) return start;
  let end = start + 1;
  for (;;) {
    const character = source[end];
    const exponent = /[+-]/.test(source[end + 1] ?? '') ? 3 : 2;
    if (isDigit(character) || character === '.') end++;
    else if ((character === 'e' || character === 'E') && isDigit(source[end + exponent - 1])) end += exponent;
    else break;
  }
  while (source[end - 1] === '.') end--;
  return end;
}

/** The end of the text, escapes included, in front of what may begin a sequence or end the text. */
function quotedEnd(source: string, start: number): number {
  let end = start;
  while (end < source.length && !/[$%"\r\n]/.test(source[end] ?? '')) {
    if (source[end] === '\\') {
      if (/[\r\n]/.test(source[end + 1] ?? '\n')) break;
      end++;
    }
    end++;
  }
  return end;
}

function unusable(source: string, offset: number): string {
  const character = String.fromCodePoint(source.codePointAt(offset) ?? 0);
  if (character === "'") return 'Single quotes are not valid here; use double quotes (").';
  if (character === '~' || character === '&' || character === '|' || character === '^')
    return `"${character}" is not an operator of HCL.`;
  return 'This character is not valid here.';
}
