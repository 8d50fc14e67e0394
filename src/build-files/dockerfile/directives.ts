import { MAX_JSON_LENGTH } from './limits.js';
import type { SourceText } from './source-text.js';
import { isSpace, skipSpace } from './white-space.js';

/** A parser directive (`# escape=…`): its key in lower case, its value, and where the value stands. */
interface Directive {
  readonly key: string;
  readonly value: string;
  readonly start: number;
}

const KEYS = new Set(['syntax', 'escape', 'check']);

/**
 * Reads parser directives line by line. They stand on the first lines of a file; the first line that is none (a blank
 * line, any other comment, an instruction) ends them, and none may come twice.
 *
 * @see https://docs.docker.com/reference/dockerfile/#parser-directives
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/directives.go
 */
export class DirectiveReader {
  readonly #comment: string;
  readonly #seen = new Set<string>();
  done = false;

  constructor(comment: '#' | '//' = '#') {
    this.#comment = comment;
  }

  /** Reads one line, `text[start, end)`. Answers a directive, `undefined`, or the key that came twice. */
  read(text: string, start: number, end: number): Directive | { readonly repeated: string } | undefined {
    if (this.done) return undefined;
    const directive = text.startsWith(this.#comment, start)
      ? parseDirective(text, start + this.#comment.length, end)
      : undefined;
    if (directive === undefined || !KEYS.has(directive.key)) {
      this.done = true;
      return undefined;
    }
    if (this.#seen.has(directive.key)) return { repeated: directive.key };
    this.#seen.add(directive.key);
    return directive;
  }
}

/** `key = value` after the comment mark. The blanks around `=` are ASCII's, those before the key are Unicode's. */
function parseDirective(text: string, start: number, end: number): Directive | undefined {
  const keyStart = skipSpace(text, start, end);
  let index = keyStart;
  while (index < end && isKeyCharacter(text.charCodeAt(index), index === keyStart)) index++;
  if (index === keyStart) return undefined;
  const key = text.slice(keyStart, index).toLowerCase();
  index = skipAsciiSpace(text, index, end);
  if (text[index] !== '=' || index >= end) return undefined;
  const valueStart = skipAsciiSpace(text, index + 1, end);
  let valueEnd = end;
  while (valueEnd > valueStart && isAsciiSpace(text.charCodeAt(valueEnd - 1))) valueEnd--;
  if (valueEnd === valueStart) return undefined;
  return { key, value: text.slice(valueStart, valueEnd), start: valueStart };
}

function isKeyCharacter(code: number, first: boolean): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || (!first && code >= 0x30 && code <= 0x39);
}

/** `\s` of Go's regular expressions: no vertical tab, nothing beyond ASCII. */
function isAsciiSpace(code: number): boolean {
  return code !== 0x0b && code < 0x80 && isSpace(code);
}

function skipAsciiSpace(text: string, start: number, end: number): number {
  let index = start;
  while (index < end && isAsciiSpace(text.charCodeAt(index))) index++;
  return index;
}

/** The frontend that a file names, and where: `text[start, end)`. */
export interface Syntax {
  readonly reference: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the frontend as BuildKit does before it parses anything: `# syntax=`, else `// syntax=`, else a JSON object's
 * `syntax`; a first line that starts with `#!` is skipped. So a file that is no Dockerfile can name one.
 *
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/directives.go `DetectSyntax`
 */
export function detectSyntax(source: SourceText): Syntax | undefined {
  return detectComment(source, '#') ?? detectComment(source, '//') ?? detectJson(source);
}

function firstLine(source: SourceText): { line: number; start: number } {
  const start = source.hasByteOrderMark ? 1 : 0;
  if (!source.text.startsWith('#!', start)) return { line: 0, start };
  return { line: 1, start: source.lineStarts[1] ?? source.text.length };
}

function detectComment(source: SourceText, comment: '#' | '//'): Syntax | undefined {
  const first = firstLine(source);
  const reader = new DirectiveReader(comment);
  for (let line = first.line; line < source.lineStarts.length && !reader.done; line++) {
    const start = line === first.line ? first.start : (source.lineStarts[line] ?? 0);
    const directive = reader.read(source.text, start, source.lineEnd(line));
    if (directive !== undefined && 'repeated' in directive) return undefined;
    if (directive?.key !== 'syntax') continue;
    const space = directive.value.indexOf(' ');
    const reference = space < 0 ? directive.value : directive.value.slice(0, space);
    return { reference, start: directive.start, end: directive.start + reference.length };
  }
  return undefined;
}

function detectJson(source: SourceText): Syntax | undefined {
  const { start } = firstLine(source);
  const open = skipSpace(source.text, start, source.text.length);
  // A file that is JSON is no Dockerfile, so passing over a longer one leaves it unreadable all the same.
  if (source.text[open] !== '{' || source.text.length > MAX_JSON_LENGTH) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(source.text.slice(start));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'syntax')) return undefined;
  const reference: unknown = Object.getOwnPropertyDescriptor(value, 'syntax')?.value;
  if (typeof reference !== 'string') return undefined;
  return { reference, ...locateMember(source.text, open, 'syntax') };
}

/** Where the last member of that name of the (valid) JSON object at `open` has its string value, without the quotes. */
function locateMember(text: string, open: number, name: string): { start: number; end: number } {
  let found = { start: open, end: open };
  let depth = 0;
  let key: string | undefined;
  for (let at = open; at < text.length; at++) {
    const character = text[at];
    if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    else if (character === '"') {
      const end = stringEnd(text, at);
      if (depth === 1 && text[skipSpace(text, end, text.length)] === ':') key = text.slice(at, end);
      else if (depth === 1 && key !== undefined && JSON.parse(key) === name) found = { start: at + 1, end: end - 1 };
      at = end - 1;
    }
  }
  return found;
}

/** The offset after the closing quote of the JSON string that opens at `start`. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}
