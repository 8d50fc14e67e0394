import { compareDigits, compareText } from './order.js';

/** One part of a version, and what separates it from the part before. */
interface Token {
  readonly separator: '.' | '-';
  readonly value: string;
}

/** Qualifiers with a place of their own, the oldest first; the empty one is a release. */
const QUALIFIERS = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const SHORT: Readonly<Record<string, string>> = { a: 'alpha', b: 'beta', m: 'milestone' };
const ALIASES: Readonly<Record<string, string>> = { cr: 'rc', ga: '', final: '', release: '' };
const DIGITS = /^[0-9]+$/;

/**
 * Maven's version order, which gives every text a place. @see https://maven.apache.org/pom.html#version-order-specification
 */
export function compareMaven(a: string, b: string): number {
  const x = parse(a);
  const y = parse(b);
  for (let place = 0; place < Math.max(x.length, y.length); place += 1) {
    const p = x[place] ?? nothingLike(y[place]);
    const q = y[place] ?? nothingLike(x[place]);
    const difference = compareTokens(p, q);
    if (difference !== 0) return difference;
  }
  return 0;
}

function parse(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let separator: Token['separator'] = '-';
  const parts = [...text.toLowerCase().matchAll(/[0-9]+|[^0-9.-]+|[.-]/g)].map(([part]) => part);
  let isEmpty = true;
  for (const [index, part] of parts.entries()) {
    if (part === '.' || part === '-') {
      if (isEmpty) tokens.push({ separator, value: '0' });
      separator = part;
      isEmpty = true;
      continue;
    }
    // A change between digits and letters separates like a hyphen.
    if (!isEmpty) separator = '-';
    const isFollowedByNumber = DIGITS.test(parts[index + 1] ?? '');
    tokens.push({ separator, value: canonical(part, isFollowedByNumber) });
    isEmpty = false;
  }
  if (isEmpty) tokens.push({ separator, value: '0' });
  return trimmed(tokens);
}

function canonical(part: string, isFollowedByNumber: boolean): string {
  if (DIGITS.test(part)) return part.replace(/^0+(?=[0-9])/, '');
  if (isFollowedByNumber && Object.hasOwn(SHORT, part)) return SHORT[part] ?? part;
  return Object.hasOwn(ALIASES, part) ? (ALIASES[part] ?? part) : part;
}

/** Leaves out zeros and releases at the end, and before each hyphen. */
function trimmed(tokens: readonly Token[]): readonly Token[] {
  const kept: Token[] = [];
  for (const token of tokens) {
    if (token.separator === '-') dropNothing(kept);
    kept.push(token);
  }
  dropNothing(kept);
  return kept;
}

/** The first token stays: something must be there to compare. */
function dropNothing(tokens: Token[]): void {
  for (let last = tokens.at(-1); tokens.length > 1 && last !== undefined && isNothing(last); last = tokens.at(-1))
    tokens.pop();
}

function isNothing({ value }: Token): boolean {
  return value === '0' || value === '';
}

/** What a missing part stands for: zero beside a number, a release beside a qualifier. */
function nothingLike(other: Token | undefined): Token {
  return { separator: other?.separator ?? '-', value: DIGITS.test(other?.value ?? '') ? '0' : '' };
}

function compareTokens(p: Token, q: Token): number {
  const pIsNumber = DIGITS.test(p.value);
  const qIsNumber = DIGITS.test(q.value);
  if (pIsNumber && qIsNumber && p.separator === q.separator) return compareDigits(p.value, q.value);
  const difference = rankOf(p, pIsNumber) - rankOf(q, qIsNumber);
  if (difference !== 0) return difference;
  if (pIsNumber || qIsNumber) return 0;
  const x = QUALIFIERS.indexOf(p.value);
  const y = QUALIFIERS.indexOf(q.value);
  if (x < 0 || y < 0) return x === y ? compareText(p.value, q.value) : x < 0 ? 1 : -1;
  return x - y;
}

/** `.qualifier`, `-qualifier`, `-number`, `.number`: in this order. */
function rankOf({ separator }: Token, isNumber: boolean): number {
  if (isNumber) return separator === '-' ? 2 : 3;
  return separator === '.' ? 0 : 1;
}
