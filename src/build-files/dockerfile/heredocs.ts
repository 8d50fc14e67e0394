import { ok, type Result } from '../../lib/result.js';
import { splitWords } from './shell-words.js';

/** A heredoc that an instruction opens: the line that ends it, and whether leading tabs are left out of account. */
export interface Heredoc {
  readonly name: string;
  readonly chomp: boolean;
}

const unset = () => undefined;

/**
 * The heredocs that an instruction's line opens. BuildKit finds them by lexing the whole line with `\` as the escape
 * character, regardless of the directive; a line that can't be lexed opens none. Fails where it refuses the line.
 *
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/parser.go `heredocsFromLine`
 */
export function heredocsOf(line: string): Result<readonly Heredoc[], string> {
  const words = splitWords(line, { escape: '\\', rawQuotes: true, rawEscapes: true, skipUnset: true }, unset);
  if (!words.ok) return ok([]);
  const heredocs: Heredoc[] = [];
  for (const word of words.value) {
    const heredoc = parseHeredoc(word);
    if (!heredoc.ok) return heredoc;
    if (heredoc.value !== undefined) heredocs.push(heredoc.value);
  }
  return ok(heredocs);
}

/** Reads one word as `<<NAME`, with a file descriptor before it and `-` after `<<`; `undefined` if it is none. */
export function parseHeredoc(word: string): Result<Heredoc | undefined, string> {
  const opening = /^[0-9]*<<(-?)[\t\n\f\r ]*/.exec(word);
  const rest = opening === null ? '' : word.slice(opening[0].length);
  if (opening === null || rest === '' || rest.includes('<')) return ok(undefined);
  const names = splitWords(rest, { escape: '\\', skipUnset: true }, unset);
  if (!names.ok) return names;
  const [name] = names.value;
  // A name that is not exactly one word is no heredoc.
  if (name === undefined || names.value.length !== 1) return ok(undefined);
  return ok({ name, chomp: opening[1] === '-' });
}
