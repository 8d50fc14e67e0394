import { describe, expect, test } from '@jest/globals';
import { terminalStyle } from '../../src/cli/terminal.js';

const TERMINAL = { isTTY: true, columns: 120 };

describe('the width of lines', () => {
  test.each([
    [{}, TERMINAL, 120],
    [{ COLUMNS: '90' }, TERMINAL, 90],
    [{ COLUMNS: '10' }, TERMINAL, 80],
    [{ COLUMNS: '900' }, {}, 160],
    [{ COLUMNS: 'wide' }, {}, 100],
    [{}, {}, 100],
  ])('with %j on %j is %d', (env, stream, columns) => {
    expect(terminalStyle(env, stream).columns).toBe(columns);
  });
});

describe('colors', () => {
  test.each([
    [{}, TERMINAL, true],
    [{}, {}, false],
    [{ NO_COLOR: '1' }, TERMINAL, false],
    [{ NO_COLOR: '' }, TERMINAL, true],
    [{ TERM: 'dumb' }, TERMINAL, false],
    [{ FORCE_COLOR: '1' }, {}, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, {}, true],
    [{ FORCE_COLOR: '0' }, TERMINAL, false],
  ])('with %j on %j are written: %s', (env, stream, color) => {
    expect(terminalStyle(env, stream).color).toBe(color);
  });
});
