/** What `peek` and `next` say at the end. */
export const END = -1;
export const DOLLAR = 0x24;
export const QUOTE = 0x27;
export const DOUBLE_QUOTE = 0x22;
export const LESS = 0x3c;
export const SLASH = 0x2f;
export const OPEN = 0x7b;
export const CLOSE = 0x7d;
export const COLON = 0x3a;

/** Reads a text one character after the other, as Go's text/scanner does. */
export class ShellScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    // Go's text/scanner drops a byte order mark at the start of what it reads.
    this.#text = text.startsWith('\ufeff') ? text.slice(1) : text;
  }

  /** The code point that comes next, or END. */
  peek(): number {
    return this.#at < this.#text.length ? (this.#text.codePointAt(this.#at) ?? END) : END;
  }

  /** Takes the code point that comes next. */
  next(): number {
    const code = this.peek();
    if (code !== END) this.#at += code > 0xffff ? 2 : 1;
    return code;
  }

  /** Takes the name of a variable, a number or one of the shell's special ones; empty if there is none. */
  name(): string {
    const start = this.#at;
    const first = this.peek();
    if (first === END) return '';
    if (isDigit(first)) {
      while (this.peek() !== END && isDigit(this.peek())) this.next();
    } else if (first < 0x80 && '@*#?-$!'.includes(character(first))) {
      this.next();
    } else {
      while (this.peek() !== END && isNameCharacter(this.peek())) this.next();
    }
    return this.#text.slice(start, this.#at);
  }

  /** Takes `<`, or `<<` with the blanks behind it. */
  heredoc(): string {
    this.next();
    if (this.peek() !== LESS) return '<';
    this.next();
    const start = this.#at;
    while (this.peek() === 0x09 || this.peek() === 0x0d || this.peek() === 0x20) this.next();
    return `<<${this.#text.slice(start, this.#at)}`;
  }
}

/** A lone surrogate stands for a byte that was no UTF-8, which Go reads as U+FFFD. */
export function character(code: number): string {
  return code >= 0xd800 && code <= 0xdfff ? '\ufffd' : String.fromCodePoint(code === END ? 0xfffd : code);
}

function isDigit(code: number): boolean {
  return code < 0x80 ? code >= 0x30 && code <= 0x39 : /^\p{Nd}$/u.test(character(code));
}

function isNameCharacter(code: number): boolean {
  if (code >= 0x80) return /^[\p{L}\p{Nd}]$/u.test(character(code));
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || isDigit(code);
}
