import { terminal, visible } from '../lib/escape/visible.js';

const CONTEXT = 3;

/**
 * A unified diff of two versions of a file that differ within lines and have the same number of them, as `git apply`
 * and `patch` read it. What acts on a terminal, or on a GitHub runner that reads the log, is written out as `\u{1B}`; tabs
 * and carriage returns stay.
 *
 * @see https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html
 */
export function unifiedDiff(path: string, before: Uint8Array, after: Uint8Array): string {
  const [old, changed] = [linesOf(before), linesOf(after)];
  const differing = old.flatMap((line, index) => (line === changed[index] ? [] : [index]));
  if (differing.length === 0) return '';
  const hunks = hunksOf(differing, old.length).map(([from, to]) => {
    const lines: string[] = [];
    let index = from;
    while (index < to) {
      if (old[index] === changed[index]) {
        lines.push(` ${shown(old[index++])}`);
        continue;
      }
      const start = index;
      while (index < to && old[index] !== changed[index]) index++;
      lines.push(...old.slice(start, index).map((line) => `-${shown(line)}`));
      lines.push(...changed.slice(start, index).map((line) => `+${shown(line)}`));
    }
    const range = `${from + 1},${to - from}`;
    return `@@ -${range} +${range} @@\n${lines.join('')}`;
  });
  return `--- ${fileName('a', path)}\n+++ ${fileName('b', path)}\n${hunks.join('')}`;
}

/** Lines with their ends. */
function linesOf(bytes: Uint8Array): readonly string[] {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** The differing lines with the lines around them, joined where those meet: from, inclusive, and to, exclusive. */
function hunksOf(differing: readonly number[], length: number): readonly (readonly [number, number])[] {
  const hunks: [number, number][] = [];
  for (const index of differing) {
    const from = Math.max(0, index - CONTEXT);
    const to = Math.min(length, index + CONTEXT + 1);
    const last = hunks.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = to;
    else hunks.push([from, to]);
  }
  return hunks;
}

/** What a diff keeps as it is; split by it, every second part is one of these. */
const KEPT = /(\ufeff|\t|\r(?=\n)|\n)/;

/** A GitHub runner takes a line for a command that begins so, blanks before it left out. */
const COMMAND = /^([^\S\n]*):(?=:)/;

function shown(line = ''): string {
  const text = line
    .split(KEPT)
    .map((part, index) => (index % 2 === 1 ? part : terminal(part)))
    .join('')
    .replace(COMMAND, '$1\\u{3A}');
  return text.endsWith('\n') ? text : `${text}\n\\ No newline at end of file\n`;
}

/** Git quotes a name that holds anything but plain characters. */
function fileName(side: 'a' | 'b', path: string): string {
  const name = `${side}/${path}`;
  return /^[\w./@+-]+$/.test(name) ? name : JSON.stringify(visible(name));
}
