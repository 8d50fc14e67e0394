import { err, ok, type Result } from '../lib/result.js';

/**
 * A glob of the policy's one dialect, anchored at both ends: `*` stands for any characters but `/`, `**` for any
 * characters, and a `**` that is a whole segment also for none (`a/**\/b` matches `a/b`). Everything else is literal;
 * there is no escape, and no regular expression is made from it.
 */
export interface Glob {
  readonly text: string;
  readonly tokens: readonly Token[];
}

/** A literal character (a UTF-16 unit), or a wildcard. */
type Token = string | typeof SEGMENT | typeof ANY | typeof DIRECTORYS | typeof IN_DIRECTORYS;

const SEGMENT = Symbol('*');
const ANY = Symbol('**');
/** `**` and the slash after it, where both together may be nothing; always followed by IN_DIRECTORYS. */
const DIRECTORYS = Symbol('**/');
/** The same once it stands for something: only a slash ends it. */
const IN_DIRECTORYS = Symbol('…/');

/** Longer than any reference or identity that can occur; keeps matching a matter of microseconds. */
export const MAX_GLOB_LENGTH = 1024;

/** Reads a glob. Fails with a reason that can follow "because". */
export function parseGlob(text: string): Result<Glob, string> {
  if (text === '') return err('it is empty');
  if (text.length > MAX_GLOB_LENGTH) return err(`it is longer than ${MAX_GLOB_LENGTH} characters`);
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const stars = countStars(text, at);
    if (stars > 2) return err(`"${'*'.repeat(stars)}" has no meaning; write * (within a segment) or ** (across)`);
    const wholeSegment = (at === 0 || text[at - 1] === '/') && text[at + 2] === '/';
    if (stars === 2 && wholeSegment) {
      tokens.push(DIRECTORYS, IN_DIRECTORYS);
      at += 3;
    } else {
      tokens.push(stars === 2 ? ANY : stars === 1 ? SEGMENT : text.charAt(at));
      at += Math.max(stars, 1);
    }
  }
  return ok({ text, tokens });
}

function countStars(text: string, at: number): number {
  let end = at;
  while (text[end] === '*') end++;
  return end - at;
}

/** Whether the whole of `text` is what the glob describes. Time is linear in the text for a given glob. */
export function globMatches(glob: Glob, text: string): boolean {
  const { tokens } = glob;
  let positions = closure(tokens, [0]);
  for (let at = 0; at < text.length && positions.size > 0; at++) {
    const next: number[] = [];
    for (const position of positions) next.push(...step(tokens, position, text.charAt(at)));
    positions = closure(tokens, next);
  }
  return positions.has(tokens.length);
}

/** Whether some text matches both: what makes two entries of equal rank a question of order. */
export function globsOverlap(a: Glob, b: Glob): boolean {
  const width = b.tokens.length + 1;
  const seen = new Set<number>();
  const pending: (readonly [number, number])[] = [[0, 0]];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    for (const first of closure(a.tokens, [pair[0]])) {
      for (const second of closure(b.tokens, [pair[1]])) {
        if (first === a.tokens.length && second === b.tokens.length) return true;
        const key = first * width + second;
        if (seen.has(key)) continue;
        seen.add(key);
        for (const character of witnesses(a.tokens[first], b.tokens[second])) {
          for (const nextFirst of step(a.tokens, first, character)) {
            for (const nextSecond of step(b.tokens, second, character)) pending.push([nextFirst, nextSecond]);
          }
        }
      }
    }
  }
  return false;
}

/** Characters enough to try: the literals at hand, a slash, and one that no glob holds. */
function witnesses(a: Token | undefined, b: Token | undefined): readonly string[] {
  const literals = [a, b].filter((token) => typeof token === 'string');
  return literals.length > 0 ? literals : ['/', '\0'];
}

/** Adds the positions that are reached by letting wildcards stand for nothing. */
function closure(tokens: readonly Token[], positions: readonly number[]): Set<number> {
  const reached = new Set<number>();
  for (const start of positions) {
    for (let at = start; !reached.has(at); ) {
      reached.add(at);
      const token = tokens[at];
      if (token === DIRECTORYS) at += 2;
      else if (token === SEGMENT || token === ANY) at += 1;
    }
  }
  return reached;
}

/** Where reading one character leads from a position: nowhere, on, or (in a wildcard) back to the same place. */
function step(tokens: readonly Token[], position: number, character: string): readonly number[] {
  switch (tokens[position]) {
    case ANY:
      return [position];
    case SEGMENT:
      return character === '/' ? [] : [position];
    case DIRECTORYS:
      return character === '/' ? [position + 1, position + 2] : [position + 1];
    case IN_DIRECTORYS:
      return character === '/' ? [position, position + 1] : [position];
    case character:
      return [position + 1];
    default:
      return [];
  }
}
