const TOKEN_CHARACTER = /[!#$%&'*+.^_`|~0-9A-Za-z-]/;

/** Reads the pieces that HTTP headers are made of, one character at a time. @see https://www.rfc-editor.org/rfc/rfc9110#section-5.6 */
export class HeaderScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Skips white space and any of the characters given; says whether it met one of those. */
  skip(characters = ''): boolean {
    let met = false;
    for (; !this.done; this.#at++) {
      const character = this.#text[this.#at] ?? '';
      if (characters.includes(character)) met = true;
      else if (character !== ' ' && character !== '\t') break;
    }
    return met;
  }

  /** Takes the character if it is next. */
  take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  /** A token; empty if there is none here. */
  token(): string {
    const start = this.#at;
    while (!this.done && TOKEN_CHARACTER.test(this.#text[this.#at] ?? '')) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  /** A token or a quoted string, its backslashes taken away; undefined if a quote is never closed. */
  value(): string | undefined {
    if (!this.take('"')) return this.token();
    let value = '';
    while (!this.done) {
      const character = this.#text[this.#at++] ?? '';
      if (character === '"') return value;
      value += character === '\\' ? (this.#text[this.#at++] ?? '') : character;
    }
    return undefined;
  }

  /** Everything up to the character, which is taken too; undefined if it never comes. */
  until(character: string): string | undefined {
    const end = this.#text.indexOf(character, this.#at);
    if (end < 0) return undefined;
    const text = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return text;
  }
}
