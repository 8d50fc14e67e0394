import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatPurl, MAX_PURL_LENGTH, makePurl, parsePurl } from '../../src/packages/purl.js';

describe('parsePurl', () => {
  test.each([
    ['', 'pkg:'],
    ['pkg:', 'lacks a type or a name'],
    ['pkg:apk', 'lacks a type or a name'],
    ['pkg:apk/', 'lacks a type or a name'],
    ['pkg:apk/@1', 'names no package'],
    ['pkg:apk/wolfi/%', 'percent-encoding'],
    ['pkg:apk/wolfi/%ff', 'percent-encoding'],
    ['pkg:apk/curl?arch=%zz', 'qualifier "arch"'],
    ['pkg:apk/curl?arch=x&ARCH=y', 'given twice'],
    ['pkg:apk/curl?a b=c', 'not a valid qualifier'],
    ['pkg:apk/curl?__proto__=x', 'not a valid qualifier'],
    ['pkg:apk/curl#%c0', 'subpath'],
    [`pkg:apk/${'a'.repeat(MAX_PURL_LENGTH)}`, 'longer than'],
  ])('%j is refused: %s', (text, reason) => {
    const parsed = parsePurl(text);
    expect(parsed.ok ? '' : parsed.error).toContain(reason);
  });

  test('what an attacker writes stays in its part', () => {
    const parsed = parsePurl('pkg:apk/wolfi/curl%2F..%2Fbash@1%3F?constructor=y#a/../b/%2e%2e/c');
    if (!parsed.ok) throw new Error(parsed.error);
    expect(parsed.value).toMatchObject({ name: 'curl/../bash', version: '1?', subpath: 'a/b/c' });
    expect([...parsed.value.qualifiers]).toEqual([['constructor', 'y']]);
  });

  test('whatever is accepted reads the same again from its canonical text', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 }).map((tail) => `pkg:${tail}`);
    const likely = fc.stringMatching(/^pkg:(npm|deb|PyPI|rpm)\/[@A-Za-z_%:.?&=#/ -]{0,40}$/);
    fc.assert(
      fc.property(fc.oneof(text, likely), (written) => {
        const parsed = parsePurl(written);
        if (!parsed.ok) return;
        expect(parsePurl(formatPurl(parsed.value))).toEqual(parsed);
      }),
      { numRuns: 5000 },
    );
  });

  test('any parts survive being written and read', () => {
    const part = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(part, part, part, (name, version, value) => {
        const made = makePurl({ type: 'generic', name, version, qualifiers: new Map([['key', value]]) });
        if (!made.ok) throw new Error(made.error);
        expect(parsePurl(formatPurl(made.value))).toEqual(made);
      }),
      { numRuns: 2000 },
    );
  });
});

test('half a surrogate pair is written as the replacement character', () => {
  const made = makePurl({ type: 'npm', name: 'a\ud800b' });
  expect(made.ok && formatPurl(made.value)).toBe('pkg:npm/a%EF%BF%BDb');
});
