import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { evaluateExpression, type Lookup } from '../../../src/build-files/workflow/evaluate-expression.js';
import '../../support/property-seed.js';

const KNOWN: Lookup = (path) => {
  if (path.join('.') === 'matrix.arch') return { options: ['arm64'], isComplete: true };
  return path.join('.') === 'inputs.base' ? { options: ['alpine:3'], isComplete: false } : undefined;
};
const evaluate = (expression: string) => {
  const { options, isComplete } = evaluateExpression(expression, KNOWN);
  return [options, isComplete];
};

describe('an expression of a workflow', () => {
  test.each([
    ["'it''s'", ["it's"]],
    ['1.5', [1.5]],
    ['true', [true]],
    ['null', [null]],
    ['matrix.arch', ['arm64']],
    ["matrix['arch']", ['arm64']],
    ["matrix.arch == 'ARM64' && 'ubuntu-24.04-arm' || 'ubuntu-latest'", ['ubuntu-24.04-arm']],
    ["matrix.arch != 'arm64' && 'a' || 'b'", ['b']],
    ["(github.ref == 'refs/heads/main' && 'a') || 'b'", ['a', 'b']],
    ["inputs.debug && 'debug' || 'release'", ['debug', 'release']],
    ["!inputs.debug && 'debug' || 'release'", ['debug', 'release']],
    ["startsWith(github.ref, 'refs/tags/') && 'a' || 'b'", ['a', 'b']],
    ["format('{0}-{{x}}', matrix.arch)", ['arm64-{x}']],
    ["'' || 'b'", ['b']],
    ["'a' && ''", ['']],
  ])('%s has the values %j and no others', (expression, values) => {
    expect(evaluate(expression)).toEqual([values, true]);
  });

  test.each([
    ['inputs.base', ['alpine:3']],
    ["vars.BASE || 'alpine:3'", ['alpine:3']],
    ["inputs.base || 'alpine:4'", ['alpine:3', 'alpine:4']],
    ['steps.meta.outputs.base', []],
    ['fromJSON(inputs.x).base', []],
    ["hashFiles('**')", []],
    ['matrix.*', []],
  ])('%s may have the values %j and others', (expression, values) => {
    expect(evaluate(expression)).toEqual([values, false]);
  });

  test.each([
    '',
    '(',
    "'a",
    'a b',
    '1 2',
    '&& a',
    'format(',
    'format(,)',
    `${'('.repeat(5_000)}1`,
    `${'!'.repeat(1_000)}a`,
  ])('that is none (%#) has no known value', (expression) => {
    const { isComplete, options } = evaluateExpression(expression, KNOWN);
    expect(isComplete && options.length === 1).toBe(false);
  });

  test('is evaluated whatever it holds, and has few values', () => {
    const part = fc.constantFrom(
      "'a'",
      'inputs.base',
      '||',
      '&&',
      '(',
      ')',
      '!',
      '==',
      'format(',
      ',',
      '.',
      '[',
      ']',
      '1',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part).map((parts) => parts.join('')),
        ),
        (expression) => {
          expect(evaluateExpression(expression, KNOWN).options.length).toBeLessThanOrEqual(32);
        },
      ),
      { numRuns: 500 },
    );
  });
});
