import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { codeFrame } from '../../../src/reports/text/code-frame.js';
import { displayWidth } from '../../../src/reports/text/display-width.js';
import { paint } from '../../../src/reports/text/paint.js';

function frame(source: string, marked: string, width = 80): readonly string[] {
  const lines = source.split('\n');
  const line = lines.findIndex((one) => one.includes(marked)) + 1;
  const column = (lines[line - 1] ?? '').indexOf(marked) + 1;
  const range = { line, column, endLine: line, endColumn: column + marked.length };
  return codeFrame(source, range, { width, paint: paint(false), mark: (text) => text });
}

describe('codeFrame', () => {
  test('puts carets below what is meant', () => {
    expect(frame('FROM node:20 AS x', 'node:20')).toEqual([' 1 | FROM node:20 AS x', '   |      ^^^^^^^']);
  });

  test('tabs are as wide as they look', () => {
    expect(frame('\tFROM\tnode', 'node')).toEqual([' 1 |     FROM    node', '   |             ^^^^']);
  });

  test('wide characters take two columns, combining ones none', () => {
    expect(frame('# 漢字e\u0301🐳 node', 'node')).toEqual([' 1 | # 漢字e\u0301🐳 node', '   |           ^^^^']);
  });

  test('a carriage return before the line end is not shown', () => {
    expect(frame('A\r\nFROM node\r\nB', 'node')).toEqual([' 2 | FROM node', '   |      ^^^^']);
  });

  test('unseen characters are written out, and counted as written', () => {
    expect(frame('FR\u200bOM node\u001b[0m', 'node')).toEqual([
      ' 1 | FR\\u{200B}OM node\\u{1B}[0m',
      '   |              ^^^^',
    ]);
  });

  test('a very long line is cut around the caret', () => {
    const [line = '', carets = ''] = frame(`${'a'.repeat(100_000)} node:20 ${'b'.repeat(100_000)}`, 'node:20', 60);
    expect(line).toMatch(/^ 1 \| …a+ node:20 b+…$/);
    expect(displayWidth(line)).toBeLessThanOrEqual(60);
    expect(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('node:20');
  });

  test('a range over several lines is marked on each, four at the most', () => {
    const range = { line: 1, column: 6, endLine: 2, endColumn: 5 };
    const options = { width: 80, paint: paint(false), mark: (text: string) => text };
    expect(codeFrame('FROM \\\n  no', { ...range, endColumn: 5 }, options)).toEqual([
      ' 1 | FROM \\',
      '   |      ^',
      ' 2 |   no',
      '   |   ^^',
    ]);
    expect(codeFrame('a\n'.repeat(20), { line: 1, column: 1, endLine: 12, endColumn: 2 }, options).at(-1)).toBe(
      '   | …',
    );
  });

  test('a place behind the end has no frame', () => {
    const range = { line: 9, column: 1, endLine: 9, endColumn: 2 };
    expect(codeFrame('one line', range, { width: 80, paint: paint(false), mark: (text) => text })).toEqual([]);
  });

  test('whatever the line, the carets stand below the range and the frame keeps its width', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.string({ unit: 'binary', maxLength: 300 }),
        (before, after) => {
          const source = `${before}NODE${after}`.replaceAll('\n', ' ').replaceAll('\r', ' ');
          const [line = '', carets = ''] = frame(source, 'NODE', 80);
          expect(displayWidth(line)).toBeLessThanOrEqual(80);
          const start = displayWidth(line.slice(0, line.indexOf('NODE')));
          expect(carets.slice(0, start).trim()).toBe('|');
          expect(carets.slice(start).trim()).toBe('^^^^');
        },
      ),
    );
  });
});
