import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cut, cutMiddle, terminal, visible, visibleLines } from '../../../src/lib/escape/visible.js';

const anything = fc.string({ unit: 'binary', maxLength: 60 });

describe('visible', () => {
  test.each([
    ['\u001b[31m', '\\u{1B}[31m'],
    ['a\nb', 'a\\u{A}b'],
    ['a\u202eb', 'a\\u{202E}b'],
    ['a\u200bb\ufeff', 'a\\u{200B}b\\u{FEFF}'],
    ['\u2028\u2029\u0085', '\\u{2028}\\u{2029}\\u{85}'],
    ['\ud800', '\\u{D800}'],
    ['\u{e0041}', '\\u{E0041}'],
  ])('%j is written as %s', (text, written) => {
    expect(visible(text)).toBe(written);
  });

  test('what can be seen stays', () => {
    const text = 'FROM node:20 — 漢字 é e\u0301 🐳 ⚠\ufe0f';
    expect(visible(text)).toBe(text);
  });

  test('what comes out has nothing unseen, whatever goes in', () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(visibleLines(text).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  test('a runner finds no command of the old form in a terminal text', () => {
    expect(terminal('x ##[add-mask]y ###[z')).toBe('x #\\u{23}[add-mask]y ##\\u{23}[z');
  });
});

describe('cut', () => {
  test('is at most as long as asked and never splits a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (text, length) => {
        for (const short of [cut(text, length), cutMiddle(text, length)]) {
          expect(short.length).toBeLessThanOrEqual(length + 1);
          expect(short).not.toMatch(/\p{Cs}/u);
        }
        if (text.length <= length) expect(cut(text, length)).toBe(text);
      }),
    );
  });

  test('keeps both ends where the middle is cut', () => {
    expect(cutMiddle('registry.example.com/a/b/c:tag', 11)).toBe('regist…:tag');
  });
});
