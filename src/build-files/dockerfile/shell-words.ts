import { err, ok, type Result } from '../../lib/result.js';
import { plural } from '../../lib/text.js';
import { LimitPassed, MAX_EXPANSION_DEPTH, MAX_EXPANSION_LENGTH, WorkBudget } from './limits.js';
import type { EscapeCharacter } from './logical-lines.js';
import { replacePattern, trimPrefix, trimSuffix } from './shell-pattern.js';
import {
  CLOSE,
  COLON,
  character,
  DOLLAR,
  DOUBLE_QUOTE,
  END,
  LESS,
  OPEN,
  QUOTE,
  ShellScanner,
  SLASH,
} from './shell-scanner.js';
import { isSpace } from './white-space.js';

/** Looks a variable up; `undefined` is unset. */
export type Lookup = (name: string) => string | undefined;

export interface LexOptions {
  readonly escape: EscapeCharacter;
  /** What the expansion is paid from; none means that of a word alone. */
  readonly budget?: WorkBudget;
  /** Leave quotes where they are. */
  readonly rawQuotes?: boolean;
  /** Leave escape characters where they are. */
  readonly rawEscapes?: boolean;
  /** Leave unset variables as they are written, rather than empty. */
  readonly skipUnset?: boolean;
}

/**
 * Expands the variables of one word and takes its quotes off. Fails with the clause that BuildKit's lexer fails with.
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerfile/shell/lex.go `ProcessWord`
 */
export function expandWord(word: string, options: LexOptions, lookup: Lookup): Result<string, string> {
  if (!/[$'"\\`\ufeff\ud800-\udfff]/.test(word)) return ok(word);
  return lex(word, options, lookup, (lexer) => lexer.process());
}

/** Splits a line into words as a shell would, after expansion. Fails as `expandWord` does. */
export function splitWords(line: string, options: LexOptions, lookup: Lookup): Result<string[], string> {
  return lex(line, options, lookup, (lexer) => lexer.words());
}

function lex<T>(text: string, options: LexOptions, lookup: Lookup, run: (lexer: Lexer) => T): Result<T, string> {
  try {
    return ok(run(new Lexer(text, options, lookup)));
  } catch (error) {
    if (error instanceof LexFailure) return err(error.message);
    throw error;
  }
}

/** A word that BuildKit's lexer refuses; it never leaves this module. */
class LexFailure extends Error {}

interface Stretch {
  readonly text: string;
  readonly words: string[];
}

/** The lexer follows its model function by function, so that what is odd in one is odd in the other. */
class Lexer {
  readonly #scanner: ShellScanner;
  readonly #escape: number;
  readonly #rawQuotes: boolean;
  readonly #skipUnset: boolean;
  readonly #lookup: Lookup;
  readonly #budget: WorkBudget;
  #rawEscapes: boolean;
  #depth = 0;
  /** Whether words are wanted, not only the text. */
  #gathers = false;
  #expanded = 0;
  /** The word being gathered. A nested stretch starts it anew, in BuildKit too. */
  #word = '';

  constructor(text: string, options: LexOptions, lookup: Lookup) {
    this.#scanner = new ShellScanner(text);
    this.#escape = options.escape.charCodeAt(0);
    this.#rawQuotes = options.rawQuotes ?? false;
    this.#rawEscapes = options.rawEscapes ?? false;
    this.#skipUnset = options.skipUnset ?? false;
    this.#lookup = lookup;
    this.#budget = options.budget ?? new WorkBudget();
  }

  process(): string {
    return this.#stretch(END, this.#rawEscapes, false).text;
  }

  words(): string[] {
    this.#gathers = true;
    return this.#stretch(END, this.#rawEscapes, false).words;
  }

  /** Reads up to `stop`, or to the end. `patterns` doubles escapes inside quotes, so that a pattern can be read again. */
  #stretch(stop: number, rawEscapes: boolean, patterns: boolean): Stretch {
    if (++this.#depth > MAX_EXPANSION_DEPTH)
      throw new LimitPassed('expansion-depth', `variables nest more than ${plural(MAX_EXPANSION_DEPTH, 'level')} deep`);
    const outer = this.#rawEscapes;
    this.#rawEscapes = rawEscapes;
    this.#word = '';
    const words: string[] = [];
    let inWord = false;
    let text = '';

    const addCharacter = (code: number) => {
      if (!this.#gathers) return;
      if (!isSpace(code)) {
        this.#word += character(code);
        inWord = true;
      } else if (inWord && this.#word !== '') {
        words.push(this.#word);
        this.#word = '';
        inWord = false;
      }
    };

    for (;;) {
      const code = this.#scanner.peek();
      if (code === stop) {
        if (code !== END) this.#scanner.next();
        break;
      }
      if (code === END)
        throw new LexFailure(`unexpected end of statement while looking for matching ${character(stop)}`);
      if (code === DOLLAR) {
        const value = this.#dollar();
        text += value;
        if (this.#gathers) for (const part of value) addCharacter(part.codePointAt(0) ?? END);
      } else if (code === LESS || code === QUOTE || code === DOUBLE_QUOTE) {
        const value =
          code === LESS
            ? this.#scanner.heredoc()
            : code === QUOTE
              ? this.#quoted(patterns)
              : this.#doubleQuoted(patterns);
        text += value;
        this.#word += value;
        inWord = true;
      } else if (code === this.#escape) {
        this.#scanner.next();
        if (this.#rawEscapes) {
          this.#word += character(code);
          inWord = true;
          text += character(code);
        }
        const escaped = this.#scanner.next();
        if (escaped === END) continue;
        this.#word += character(escaped);
        inWord = true;
        text += character(escaped);
      } else {
        this.#scanner.next();
        addCharacter(code);
        text += character(code);
      }
    }
    if (this.#word !== '') words.push(this.#word);
    this.#word = '';
    this.#rawEscapes = outer;
    this.#depth--;
    return { text, words };
  }

  #quoted(patterns: boolean): string {
    this.#scanner.next();
    let result = this.#rawQuotes ? "'" : '';
    for (;;) {
      const code = this.#scanner.next();
      if (code === END) throw new LexFailure('unexpected end of statement while looking for matching single-quote');
      if (code === QUOTE) return this.#rawQuotes ? `${result}'` : result;
      if (patterns && code === this.#escape) result += character(code);
      result += character(code);
    }
  }

  #doubleQuoted(patterns: boolean): string {
    this.#scanner.next();
    let result = this.#rawQuotes ? '"' : '';
    for (;;) {
      const code = this.#scanner.peek();
      if (code === END) throw new LexFailure('unexpected end of statement while looking for matching double-quote');
      if (code === DOLLAR) {
        result += this.#dollar();
        continue;
      }
      this.#scanner.next();
      if (code === DOUBLE_QUOTE) return this.#rawQuotes ? `${result}"` : result;
      if (code !== this.#escape) {
        result += character(code);
        continue;
      }
      const escaped = this.#scanner.peek();
      if (escaped === END) continue;
      if (escaped === DOUBLE_QUOTE || escaped === DOLLAR || escaped === this.#escape) {
        if (this.#rawEscapes) result += character(code);
        result += character(this.#scanner.next());
      } else {
        if (this.#rawEscapes && (!this.#rawQuotes || patterns)) result += character(code);
        result += character(code);
      }
    }
  }

  /** Expands what begins with `$`. Where nothing is ever set, nothing grows, and nothing is counted. */
  #dollar(): string {
    const value = this.#variable();
    if (this.#skipUnset) return value;
    this.#expanded += value.length;
    this.#budget.spend(value.length);
    if (this.#expanded > MAX_EXPANSION_LENGTH)
      throw new LimitPassed(
        'expansion-characters',
        `a word expands to more than ${plural(MAX_EXPANSION_LENGTH, 'character')}`,
      );
    return value;
  }

  #variable(): string {
    this.#scanner.next();
    if (this.#scanner.peek() !== OPEN) {
      const name = this.#scanner.name();
      if (name === '') return '$';
      return this.#lookup(name) ?? (this.#skipUnset ? `$${name}` : '');
    }
    this.#scanner.next();
    const first = this.#scanner.peek();
    if (first === END) throw new LexFailure("syntax error: missing '}'");
    if (first === OPEN || first === CLOSE || first === COLON) throw new LexFailure('syntax error: bad substitution');
    const name = this.#scanner.name();
    const operator = this.#scanner.next();
    if (operator === CLOSE) return this.#lookup(name) ?? (this.#skipUnset ? `\${${name}}` : '');
    if (operator === SLASH) return this.#replace(name);
    return this.#modified(name, operator);
  }

  /** `${name-word}` and its kin; `operator` is the character after the name. */
  #modified(name: string, operator: number): string {
    const nullIsUnset = operator === COLON;
    const kind = character(nullIsUnset ? this.#scanner.next() : operator);
    const written = nullIsUnset ? `:${kind}` : kind;
    const trims = kind === '#' || kind === '%';
    if (nullIsUnset ? trims : !'+-?#%'.includes(kind)) throw unsupported(written);
    const word = this.#operand(CLOSE, trims, trims, "syntax error: missing '}'");
    const value = this.#lookup(name);
    if (value === undefined && this.#skipUnset) return `\${${name}${written}${word}}`;
    const missing = value === undefined || (nullIsUnset && value === '');
    switch (kind) {
      case '-':
        return missing ? word : (value ?? '');
      case '+':
        return missing ? '' : word;
      case '?':
        if (!missing) return value ?? '';
        throw new LexFailure(
          `${name}: ${word !== '' ? word : value === undefined ? 'is not allowed to be unset' : 'is not allowed to be empty'}`,
        );
      case '#':
      case '%': {
        const greedy = word.startsWith(kind);
        const pattern = greedy ? word.slice(1) : word;
        return orFail((kind === '#' ? trimPrefix : trimSuffix)(pattern, value ?? '', greedy, this.#budget));
      }
      default:
        throw unsupported(written);
    }
  }

  /** `${name/pattern/replacement}`, `${name//pattern/replacement}`. */
  #replace(name: string): string {
    const all = this.#scanner.peek() === SLASH;
    if (all) this.#scanner.next();
    const pattern = this.#operand(SLASH, true, true, "syntax error: missing '/'");
    const replacement = this.#operand(CLOSE, true, false, "syntax error: missing '}'");
    const value = this.#lookup(name);
    if (value === undefined && this.#skipUnset) return `\${${name}/${pattern}/${replacement}}`;
    return orFail(replacePattern(pattern, value ?? '', replacement, all, this.#budget));
  }

  #operand(stop: number, rawEscapes: boolean, patterns: boolean, atEnd: string): string {
    try {
      return this.#stretch(stop, rawEscapes, patterns).text;
    } catch (error) {
      if (error instanceof LexFailure && this.#scanner.peek() === END) throw new LexFailure(atEnd);
      throw error;
    }
  }
}

function unsupported(modifier: string): LexFailure {
  return new LexFailure(`unsupported modifier (${modifier}) in substitution`);
}

function orFail(result: Result<string, string>): string {
  if (result.ok) return result.value;
  throw new LexFailure(result.error);
}
