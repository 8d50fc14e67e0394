import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type Progress, startProgress } from '../../src/cli/local-gate.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** What a terminal of so many columns shows after all that was written to it. */
function terminalOf(columns: number, progress = true): { readonly line: Progress; readonly shown: () => string } {
  const cells: string[] = [];
  let column = 0;
  const stderr = (text: string): void => {
    for (const character of text) {
      if (character === '\r') column = 0;
      else cells[column++] = character;
    }
  };
  return { line: startProgress({ progress, stderr, columns }), shown: () => cells.join('').trimEnd() };
}

describe('progress', () => {
  test('is reported once a run is long, and gone when it ends', () => {
    const { line, shown } = terminalOf(80);
    line.evaluated(0, 11);
    jest.advanceTimersByTime(999);
    expect(shown()).toBe('');
    jest.advanceTimersByTime(1);
    expect(shown()).toBe('Evaluating image uses: 0 of 11 (1 s)');
    line.evaluated(10, 11);
    jest.advanceTimersByTime(1000);
    expect(shown()).toBe('Evaluating image uses: 10 of 11 (2 s)');
    line.clear();
    expect(shown()).toBe('');
    jest.advanceTimersByTime(1000);
    line.end();
    jest.advanceTimersByTime(5000);
    expect(shown()).toBe('');
  });

  test('keeps to the width of the terminal', () => {
    const { shown } = terminalOf(10);
    jest.advanceTimersByTime(1000);
    expect(shown()).toBe('Reading b');
  });

  test('is written to terminals alone', () => {
    const started = jest.spyOn(globalThis, 'setInterval');
    const { line, shown } = terminalOf(80, false);
    line.evaluated(1, 2);
    jest.advanceTimersByTime(5000);
    line.end();
    expect(shown()).toBe('');
    expect(started).not.toHaveBeenCalled();
    started.mockRestore();
  });
});
