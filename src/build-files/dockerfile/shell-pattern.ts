import { err, ok, type Result } from '../../lib/result.js';
import { plural } from '../../lib/text.js';
import { LimitPassed, MAX_EXPANSION_LENGTH, type WorkBudget } from './limits.js';

/** One element of a pattern: a character, any one (`?`), or any number (`*`); neither of the latter matches a newline. */
type Token = string | typeof ANY | typeof MANY;
const ANY = Symbol('?');
const MANY = Symbol('*');

/**
 * `${value#pattern}`, `${value##pattern}`: takes the shortest (greedy: the longest) match off the start. Fails with a
 * clause where the pattern escapes what can't be escaped.
 *
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerfile/shell/lex.go `trimPrefix`
 */
export function trimPrefix(
  pattern: string,
  value: string,
  greedy: boolean,
  budget: WorkBudget,
): Result<string, string> {
  const tokens = parsePattern(pattern);
  if (!tokens.ok) return tokens;
  const characters = Array.from(value);
  const end = match(tokens.value, characters, 0, greedy, budget);
  return ok(end === undefined ? value : characters.slice(end).join(''));
}

/** `${value%pattern}`, `${value%%pattern}`: the same at the end, by reversing both, as BuildKit does. */
export function trimSuffix(
  pattern: string,
  value: string,
  greedy: boolean,
  budget: WorkBudget,
): Result<string, string> {
  const result = trimPrefix(reversePattern(pattern), Array.from(value).reverse().join(''), greedy, budget);
  return result.ok ? ok(Array.from(result.value).reverse().join('')) : result;
}

/** `${value/pattern/replacement}`, and with `all` `${value//pattern/replacement}`; matches are as long as they can be. */
export function replacePattern(
  pattern: string,
  value: string,
  replacement: string,
  all: boolean,
  budget: WorkBudget,
): Result<string, string> {
  const tokens = parsePattern(pattern);
  if (!tokens.ok) return tokens;
  const characters = Array.from(value);
  const parts: string[] = [];
  let length = 0;
  let copied = 0;
  let afterMatch = -1;
  for (let start = 0; start <= characters.length; ) {
    const end = match(tokens.value, characters, start, true, budget);
    // Like Go's ReplaceAll: an empty match right after a match is none.
    if (end === undefined || (end === start && start === afterMatch)) {
      start++;
      continue;
    }
    const matched = characters.slice(start, end).join('');
    const inserted = all ? expandTemplate(replacement, matched) : replacement;
    parts.push(characters.slice(copied, start).join(''), inserted);
    length += inserted.length;
    if (length > MAX_EXPANSION_LENGTH)
      throw new LimitPassed(
        'expansion-characters',
        `a word expands to more than ${plural(MAX_EXPANSION_LENGTH, 'character')}`,
      );
    copied = end;
    afterMatch = end;
    if (!all) break;
    start = end > start ? end : start + 1;
  }
  parts.push(characters.slice(copied).join(''));
  return ok(parts.join(''));
}

/** `*` and `?` are wild, `\` takes that from them and from itself; before `}` and `/` it is not part of the pattern. */
function parsePattern(pattern: string): Result<readonly Token[], string> {
  const tokens: Token[] = [];
  const characters = Array.from(pattern.startsWith('\ufeff') ? pattern.slice(1) : pattern);
  for (let index = 0; index < characters.length; index++) {
    const character = characters[index] ?? '';
    const next = characters[index + 1];
    if (character === '*') {
      if (tokens.at(-1) !== MANY) tokens.push(MANY);
    } else if (character === '?') tokens.push(ANY);
    else if (character !== '\\') tokens.push(character);
    else if (next === '*' || next === '?' || next === '\\') {
      tokens.push(next);
      index++;
    } else if (next !== '}' && next !== '/') {
      return err(`invalid pattern (${pattern}) in substitution: invalid escape '\\${next ?? ''}'`);
    }
  }
  return ok(tokens);
}

/**
 * Where the match of all tokens at `start` ends, the longest or the shortest; `undefined` if there is none. One pass
 * over the value with the set of places in the pattern that may be reached, so no pattern can make it backtrack.
 */
function match(
  tokens: readonly Token[],
  value: readonly string[],
  start: number,
  longest: boolean,
  budget: WorkBudget,
): number | undefined {
  let places = new Set<number>();
  enter(tokens, places, 0);
  let found = places.has(tokens.length) ? start : undefined;
  for (let index = start; index < value.length && places.size > 0; index++) {
    if (found !== undefined && !longest) break;
    budget.spend(places.size);
    const character = value[index] ?? '';
    const reached = new Set<number>();
    for (const place of places) {
      const token = tokens[place];
      if (token === MANY && character !== '\n') enter(tokens, reached, place);
      else if (token === character || (token === ANY && character !== '\n')) enter(tokens, reached, place + 1);
    }
    places = reached;
    if (places.has(tokens.length)) found = index + 1;
  }
  return found;
}

function enter(tokens: readonly Token[], places: Set<number>, place: number): void {
  places.add(place);
  if (tokens[place] === MANY) places.add(place + 1);
}

/** Reverses a pattern, but keeps each escape before what it escapes: `a\*c` is `c\*a`. */
function reversePattern(pattern: string): string {
  const characters = Array.from(pattern);
  const parts: string[] = [];
  for (let index = 0; index < characters.length; index++) {
    const character = characters[index] ?? '';
    const escaped = character === '\\' ? characters[index + 1] : undefined;
    parts.push(escaped === undefined ? character : character + escaped);
    if (escaped !== undefined) index++;
  }
  return parts.reverse().join('');
}

/**
 * What Go's regular expressions make of a replacement: `$0` is the match, `$name` and `${name}` are empty, `$$` is `$`.
 * @see https://pkg.go.dev/regexp#Regexp.Expand
 */
function expandTemplate(template: string, matched: string): string {
  if (!template.includes('$')) return template;
  const variable = /\$(?:(\$)|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu;
  return template.replace(variable, (_, dollar?: string, bare?: string, braced?: string) => {
    if (dollar !== undefined) return '$';
    return (bare ?? braced) === '0' ? matched : '';
  });
}
