import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { preprocess } from '../../../src/build-files/script/preprocessor.js';

const read = (files: Readonly<Record<string, string>>, flags: readonly string[] = []) =>
  preprocess('a/D.in', flags, async (path) => (Object.hasOwn(files, path) ? files[path] : undefined));
const linesOf = async (text: string, flags: readonly string[] = []) => {
  const found = await read({ 'a/D.in': text }, flags);
  return 'fault' in found ? found.fault : found.text.split('\n').filter((line) => line !== '');
};

describe('the preprocessor of podman and buildah', () => {
  // What `cpp -E -traditional -undef` prints, without empty lines and line markers.
  test.each<readonly [string, readonly string[]]>([
    ['#define BASE alpine\nFROM BASE:3', ['FROM alpine:3']],
    ['#define A B\n#define B c\nA-A $A xA', ['c-c $c xA']],
    ['#define A b\nRUN "A" it\'s A \\\n A\nA', ['RUN "A" it\'s A  A', 'b']],
    ['# syntax=x\n# a comment\n # kept\nFROM a', [' # kept', 'FROM a']],
    ['#define A b\n#undef A\nA', ['A']],
    ['#define A\n#ifdef A\nx\n#else\ny\n#endif\n#ifndef A\nz\n#endif', ['x']],
    ['#if 0\nx\n#elif defined(A)\ny\n#else\nz\n#endif', ['z']],
    ['#ifdef A\n#if X > 1\n#include "none"\n#endif\n#endif\nx', ['x']],
    [' #define A b\nA', [' #define A b', 'A']],
  ])('reads %j', async (text, expected) => {
    expect(await linesOf(text)).toEqual(expected);
  });

  test('flags define and undefine macros', async () => {
    expect(await linesOf('A B C', ['-DA=x', '-DB', '-DC', '-UC'])).toEqual(['x 1 C']);
  });

  test('included files are looked for beside the file that includes them, then beside the first', async () => {
    const files = {
      'a/D.in': '#include "b/x.inc"\nFROM BASE',
      'a/b/x.inc': '#include "y.inc"\n#include "z.inc"',
      'a/b/y.inc': '#define BASE one',
      'a/z.inc': 'ARG Z',
    };
    expect(await read(files)).toEqual({ text: 'ARG Z\nFROM one\n' });
  });

  test.each([
    'COPY a/* b\nFROM hidden',
    '#include <x>',
    '#include "none"',
    '#include "../../x"',
    '#include NAME',
    '#if X > 1\nFROM a\n#endif',
    '#define F(a) a',
    '#error no',
    '#else',
    '#ifdef A\nFROM a',
    '#include "D.in"',
    '#define A A\nA',
    `#define A ${'x'.repeat(4000)}\n${'A '.repeat(4000)}`,
  ])('%# is a fault, since any image may come of it', async (text) => {
    expect(await linesOf(text)).toEqual(expect.any(String));
  });

  test('a flag that is none of a macro is a fault', async () => {
    expect(await linesOf('FROM a', ['-include=x'])).toEqual(expect.any(String));
  });

  test('any text ends in a text or a fault', async () => {
    const line = fc.constantFrom(
      '#if 0',
      '#ifdef A',
      '#else',
      '#endif',
      '#define A B',
      '#define B A',
      'A',
      '"',
      '\\',
      '#',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 20 }), async (lines) => {
        expect(Object.keys(await read({ 'a/D.in': lines.join('\n') }))).toHaveLength(1);
      }),
      { numRuns: 200 },
    );
  });
});
