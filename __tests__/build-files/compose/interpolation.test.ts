// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Compose files
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { interpolate } from '../../../src/build-files/compose/interpolation.js';
import { processorTime } from '../../support/process/processor-time.js';

const VARIABLES = new Map([
  ['A', { text: 'a', open: [], defaulted: [] }],
  ['EMPTY', { text: '', open: [], defaulted: [] }],
  ['HALF', { text: 'x', open: ['FROM_SHELL'], defaulted: ['OF_FILE'] }],
]);

test.each([
  ['plain', 'plain', []],
  ['$A-$A', 'a-a', []],
  ['$${A}', '${A}', []],
  ['$5 $(x) $', '$5 $(x) $', []],
  ['${A}', 'a', []],
  ['${UNSET}', '', ['UNSET']],
  ['${UNSET:-d}', 'd', []],
  ['${UNSET-d}', 'd', []],
  ['${EMPTY:-d}', 'd', []],
  ['${EMPTY-d}', '', []],
  ['${UNSET:-${A:-b}c}', 'ac', []],
  ['${UNSET:-${OTHER}}', '', ['OTHER']],
  ['${A:+r}', 'r', []],
  ['${UNSET:+r}', '', []],
  ['${EMPTY+r}', 'r', []],
  ['${EMPTY:+r}', '', []],
  ['${UNSET:?no value}', '', ['UNSET']],
  ['${A?no value}', 'a', []],
  ['${HALF}', 'x', ['FROM_SHELL']],
  ['${UNSET:-a}/${A:-b}', 'a/a', []],
])('interpolate makes of %s what Compose does', (text, expected, open) => {
  expect(interpolate(text, VARIABLES)).toMatchObject({ text: expected, open });
});

test.each([
  ['${UNSET:-d}', ['UNSET']],
  ['${UNSET-d}', ['UNSET']],
  ['${UNSET:+r}', ['UNSET']],
  ['${UNSET:-${OTHER:-d}}', ['OTHER', 'UNSET']],
  ['${HALF}', ['OF_FILE']],
  ['${A:-d}${EMPTY:-d}${UNSET:?no value}$$UNSET', []],
])('interpolate names what may replace the defaults in %s', (text, defaulted) => {
  expect(interpolate(text, VARIABLES)).toMatchObject({ defaulted });
});

test.each(['${', '${A', '${}', '${A:x}', '${1}', '${A b}'])('interpolate refuses %s', (text) => {
  expect(interpolate(text, VARIABLES)).toBeUndefined();
});

test('interpolate refuses what nests too deep or grows too long', () => {
  expect(interpolate('${U:-'.repeat(500) + '}'.repeat(500), VARIABLES)).toBeUndefined();
  const long = new Map([['L', { text: 'x'.repeat(100_000), open: [], defaulted: [] }]]);
  expect(interpolate('$L$L$L', long)).toBeUndefined();
});

test('interpolate takes time in proportion to the text', () => {
  const spent = processorTime();
  interpolate('${A:-x}'.repeat(30_000), VARIABLES);
  interpolate('${A-'.repeat(60_000), VARIABLES);
  interpolate('$A$'.repeat(60_000), VARIABLES);
  expect(spent()).toBeLessThan(2_000);
});

test('interpolate leaves a text alone whose dollars are doubled', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(interpolate(text.replaceAll('$', '$$$$'), VARIABLES)).toEqual({ text, open: [], defaulted: [] });
    }),
  );
});
