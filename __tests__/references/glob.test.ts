import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Glob, globMatches, globsOverlap, MAX_GLOB_LENGTH, parseGlob } from '../../src/references/glob.js';

function glob(text: string): Glob {
  const parsed = parseGlob(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error}`);
  return parsed.value;
}

describe('parseGlob', () => {
  test.each([
    ['', 'empty'],
    ['a/***', '"***" has no meaning'],
    ['*'.repeat(4), 'has no meaning'],
    ['a'.repeat(MAX_GLOB_LENGTH + 1), 'longer than 1024'],
  ])('refuses %j', (text, reason) => {
    expect(parseGlob(text)).toMatchObject({ ok: false, error: expect.stringContaining(reason) });
  });
});

test('a glob is 1024 characters long at most', () => {
  expect(parseGlob('a'.repeat(1024)).ok).toBe(true);
  expect(parseGlob('a'.repeat(1025)).ok).toBe(false);
});

describe('globMatches', () => {
  test.each([
    ['a/b', 'a/b', true],
    ['a/b', 'a/bc', false],
    ['a/b', 'xa/b', false],
    ['a/*', 'a/b', true],
    ['a/*', 'a/b/c', false],
    ['a/**', 'a/b/c', true],
    ['a/**', 'a', false],
    ['a/**/d', 'a/d', true],
    ['a/**/d', 'a/b/c/d', true],
    ['a/**/d', 'a/bd', false],
    ['**/Dockerfile*', 'Dockerfile', true],
    ['**/Dockerfile*', 'services/api/Dockerfile.dev', true],
    ['**/Dockerfile*', 'services/MyDockerfile', false],
    ['x@**', 'x@refs/heads/main', true],
    ['x@*', 'x@refs/heads/main', false],
    ['a*b*c', 'aXbYbc', true],
    ['a.c', 'abc', false],
    ['a?c', 'abc', false],
    ['[ab]', 'a', false],
    ['(a+)+$', 'aaaa', false],
  ])('compares %s with %s: %s', (pattern, text, expected) => {
    expect(globMatches(glob(pattern), text)).toBe(expected);
  });

  const piece = fc.constantFrom('a', 'b', '/', '*', '**', '**/', '/**/', '/**', 'ab');
  const pattern = fc.array(piece, { minLength: 1, maxLength: 7 }).map((pieces) => pieces.join(''));
  const subject = fc.array(fc.constantFrom('a', 'b', '/', 'ab'), { maxLength: 9 }).map((pieces) => pieces.join(''));

  /** The meaning of the dialect said a second time, as a regular expression. */
  function naive(text: string): RegExp {
    const source = text.replaceAll(/(^|\/)\*\*\/|\*\*|\*/g, (found, before: string | undefined) => {
      if (found === '*') return '[^/]*';
      return found === '**' ? '.*' : `${before ?? ''}(?:.*/)?`;
    });
    return new RegExp(`^${source}$`, 's');
  }

  test('agrees with a naive reading of the dialect', () => {
    fc.assert(
      fc.property(pattern, subject, (text, value) => {
        // `/**/**/`: the naive reading takes a slash for one of the two only.
        fc.pre(!text.includes('***') && !text.includes('**/**'));
        expect(globMatches(glob(text), value)).toBe(naive(text).test(value));
      }),
      { numRuns: 2000 },
    );
  });

  test('two globs overlap where a text matches both', () => {
    fc.assert(
      fc.property(pattern, pattern, subject, (a, b, value) => {
        fc.pre(!a.includes('***') && !b.includes('***'));
        if (globMatches(glob(a), value) && globMatches(glob(b), value)) {
          expect(globsOverlap(glob(a), glob(b))).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['a/*', 'a/**', true],
    ['a/*/x', 'a/*/y', false],
    ['a*', '*b', true],
    ['a', 'b', false],
    ['a/*', 'a/b/c', false],
    ['**/x', '**/y', false],
    // Only a slash that both wildcards take leads there.
    ['**/y', 'q**y', true],
    ['**/y', 'q*y', false],
  ])('finds whether %s and %s overlap: %s', (a, b, expected) => {
    expect(globsOverlap(glob(a), glob(b))).toBe(expected);
    expect(globsOverlap(glob(b), glob(a))).toBe(expected);
  });

  test('a glob made to backtrack costs a bounded number of steps', () => {
    // A backtracking matcher would need more steps here than there are atoms; this one needs a few million.
    const hostile = glob(`${'a*'.repeat(300)}b`);
    expect(globMatches(hostile, 'a'.repeat(2000))).toBe(false);
    expect(globMatches(glob('**a'.repeat(200)), 'a'.repeat(2000))).toBe(true);
  });
});
