// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Compose files
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readEnvironmentFile } from '../../../src/build-files/compose/environment-file.js';

const GIVEN = new Map([['SHELL_VALUE', { text: 'given', open: [], defaulted: [] }]]);

function read(text: string): Record<string, string> {
  const found = readEnvironmentFile(new TextEncoder().encode(text), GIVEN);
  if (!(found instanceof Map)) throw new Error(found.reason);
  return Object.fromEntries([...found].map(([name, { text: value }]) => [name, value]));
}

test.each([
  ['A=1\nB=2', { A: '1', B: '2' }],
  ['# comment\n\n  export A = x # c\n', { A: 'x' }],
  ['A=a#b', { A: 'a#b' }],
  ['A: yaml', { A: 'yaml' }],
  [`A='$B\\n'`, { A: '$B\\n' }],
  ['A="l\\nm \\"q\\" \\$B"', { A: 'l\nm "q" $B' }],
  ['A="\\0101"', { A: 'A' }],
  ['A=1\nB=${A}-$SHELL_VALUE', { A: '1', B: '1-given' }],
  ['SHELL_VALUE\nMISSING\n', { SHELL_VALUE: 'given' }],
  ['A="two\nlines"\nB=1', { A: 'two\nlines', B: '1' }],
  ['\uFEFFA=1', { A: '1' }],
  ['A=', { A: '' }],
])('readEnvironmentFile reads %j', (text, expected) => {
  expect(read(text)).toEqual(expected);
});

test('readEnvironmentFile says which variables a value needs', () => {
  const found = readEnvironmentFile(new TextEncoder().encode('A=$NOWHERE'), GIVEN);
  expect(found instanceof Map && found.get('A')).toEqual({ text: '', open: ['NOWHERE'], defaulted: [] });
});

test.each([
  ['A=1\nB="x', 2],
  ['a b=1', 1],
  ['A%=1', 1],
  ['A=${', 1],
])('readEnvironmentFile refuses %j', (text, line) => {
  expect(readEnvironmentFile(new TextEncoder().encode(text), GIVEN)).toMatchObject({ line });
});

test('readEnvironmentFile refuses values that multiply each other', () => {
  const lines = Array.from({ length: 40 }, (_, index) => `V${index + 1}=$V${index}$V${index}`);
  const found = readEnvironmentFile(new TextEncoder().encode(['V0=xxxxxxxx', ...lines].join('\n')), GIVEN);
  expect(found).not.toBeInstanceOf(Map);
});

test('readEnvironmentFile never throws, and ends', () => {
  const pieces = fc.constantFrom('A', '=', '"', "'", '\\', '\n', ' ', '#', '$', '{', '}', 'export ', ':', '\0', 'é');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
      readEnvironmentFile(new TextEncoder().encode(parts.join('')), GIVEN);
    }),
  );
});
