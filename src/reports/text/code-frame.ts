import type { SourceRange } from '../../build-files/image-use.js';
import { visible } from '../../lib/escape/visible.js';
import { characterWidth } from './display-width.js';
import type { Paint } from './paint.js';

/** What is examined around a range; a line may be 50 MB long. */
const UNITS_BEFORE = 400;
const UNITS_OF_LINE = 1200;
const MAX_LINES = 4;
const TAB_STOP = 4;

export interface FrameOptions {
  /** Columns the frame may take, its gutter included. */
  readonly width: number;
  readonly paint: Paint;
  readonly mark: (text: string) => string;
}

/** What is drawn for one code point, and its position in the line. */
interface Cell {
  readonly text: string;
  readonly width: number;
  readonly start: number;
}

/**
 * The source lines of a range with carets below what is meant: tabs expanded, wide characters measured, unseen ones
 * shown, long lines cut around the caret. Returns lines without line ends; none where the range is outside the source.
 */
export function codeFrame(source: string, range: SourceRange, options: FrameOptions): readonly string[] {
  const last = Math.min(range.endLine, range.line + MAX_LINES - 1);
  const gutter = String(last).length;
  const frame: string[] = [];
  for (let number = range.line; number <= last; number++) {
    const line = lineOf(source, number);
    if (line === null) break;
    const from = number === range.line ? range.column - 1 : line.length - line.trimStart().length;
    const to = number === range.endLine ? range.endColumn - 1 : line.length;
    if (number > range.line && to <= from) continue;
    const drawn = drawLine(line, from, Math.max(to, from + 1), options.width - gutter - 4);
    const margin = `${String(number).padStart(gutter)} | `;
    frame.push(options.paint.dim(` ${margin}`) + drawn.text);
    frame.push(
      options.paint.dim(` ${' '.repeat(gutter)} | `) +
        ' '.repeat(drawn.indent) +
        options.mark('^'.repeat(drawn.carets)),
    );
  }
  if (frame.length > 0 && range.endLine > last) frame.push(options.paint.dim(` ${' '.repeat(gutter)} | …`));
  return frame;
}

/** The nth line (1-based) without its line end, found without splitting the whole text; null behind the last one. */
function lineOf(source: string, number: number): string | null {
  let start = 0;
  for (let current = 1; current < number; current++) {
    const end = source.indexOf('\n', start);
    if (end < 0) return null;
    start = end + 1;
  }
  const end = source.indexOf('\n', start);
  const line = source.slice(start, end < 0 ? undefined : end);
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function drawLine(
  line: string,
  from: number,
  to: number,
  columns: number,
): { text: string; indent: number; carets: number } {
  const sliceStart = from > UNITS_BEFORE ? from - UNITS_BEFORE : 0;
  const cells = cellsOf(line.slice(sliceStart, sliceStart + UNITS_OF_LINE), sliceStart);
  const marked = (cell: Cell) => cell.start >= from && cell.start < to;
  const before = cells.filter((cell) => cell.start < from);
  const cutEnd = sliceStart + UNITS_OF_LINE < line.length;

  const all = widthOf(cells);
  const budget = Math.max(columns, 20);
  let first = 0;
  if (all > budget || sliceStart > 0) {
    // Keep a third of the space for what stands before the caret.
    let space = Math.floor(budget / 3);
    first = before.length;
    while (first > 0) {
      const cell = cells[first - 1];
      if (cell === undefined || cell.width > space) break;
      space -= cell.width;
      first -= 1;
    }
  }
  const cutStart = first > 0 || sliceStart > 0;
  let space = budget - (cutStart ? 1 : 0) - 1;
  let end = first;
  while (end < cells.length) {
    const cell = cells[end];
    if (cell === undefined || cell.width > space) break;
    space -= cell.width;
    end += 1;
  }
  const shown = cells.slice(first, end);
  const text = shown.map((cell) => cell.text).join('');
  return {
    text: `${cutStart ? '…' : ''}${text}${end < cells.length || cutEnd ? '…' : ''}`,
    indent: (cutStart ? 1 : 0) + widthOf(shown.filter((cell) => cell.start < from)),
    carets: Math.max(1, widthOf(shown.filter(marked))),
  };
}

function cellsOf(text: string, offset: number): readonly Cell[] {
  const cells: Cell[] = [];
  let position = 0;
  let column = 0;
  for (const character of text) {
    const shown = cellText(text, position, character, column);
    const width = shown.length === character.length ? characterWidth(character) : shown.length;
    cells.push({ text: shown, width, start: offset + position });
    position += character.length;
    column += width;
  }
  return cells;
}

function cellText(text: string, position: number, character: string, column: number): string {
  if (character === '\t') return ' '.repeat(TAB_STOP - (column % TAB_STOP));
  const breaksCommand = character === '[' && text.startsWith('##[', position - 2) && position >= 2;
  return breaksCommand ? '\\u{5B}' : visible(character);
}

function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, cell) => sum + cell.width, 0);
}
