import { terminal } from '../lib/escape/visible.js';
import { err, ok, type Result } from '../lib/result.js';

const CONTEXT = 3;

/**
 * A unified diff of two versions of a file that differ within lines and have the same number of them, as `git apply`
 * and `patch` read it; empty where nothing differs. Fails with the number of a line around a change that a diff can't
 * show as it is: it is not UTF-8, or acts on a terminal or on a GitHub runner that reads the log.
 *
 * @see https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html
 */
export function unifiedDiff(path: string, before: Uint8Array, after: Uint8Array): Result<string, number> {
  const [old, changed] = [linesOf(before), linesOf(after)];
  const differing = old.flatMap((line, index) => (line === changed[index] ? [] : [index]));
  if (differing.length === 0) return ok('');
  const ranges = hunksOf(differing, old.length);
  for (const [from, to] of ranges)
    for (let index = from; index < to; index++) if (!isPlain(old[index])) return err(index + 1);
  const hunks = ranges.map(([from, to]) => {
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
  return ok(`--- ${fileName('a', path)}\n+++ ${fileName('b', path)}\n${hunks.join('')}`);
}

/** Lines with their ends, a character for each byte. */
function linesOf(bytes: Uint8Array): readonly string[] {
  return (
    Buffer.from(bytes)
      .toString('latin1')
      .match(/[^\n]*\n|[^\n]+$/g) ?? []
  );
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
const COMMAND = /^[^\S\n]*::/;

/** Whether whoever reads the diff sees, and git applies, what stands in the file. */
function isPlain(line = ''): boolean {
  const text = textOf(line);
  return (
    Buffer.from(text).toString('latin1') === line &&
    !COMMAND.test(text) &&
    text.split(KEPT).every((part, index) => index % 2 === 1 || terminal(part) === part)
  );
}

function textOf(line: string): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(line, 'latin1'));
}

function shown(line = ''): string {
  const text = textOf(line);
  return text.endsWith('\n') ? text : `${text}\n\\ No newline at end of file\n`;
}

const ESCAPES = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
]);

/**
 * A name as git writes it: in quotes, each byte that is no plain character in octal; behind one with a space, a tab ends
 * it.
 *
 * @see https://git-scm.com/docs/diff-format#generate_patch_text_with_p
 */
function fileName(side: 'a' | 'b', path: string): string {
  const name = `${side}/${path}`;
  if (/^[ !#-[\]-~]+$/.test(name)) return name.includes(' ') ? `${name}\t` : name;
  const quoted = Array.from(Buffer.from(name), (byte) => {
    const character = String.fromCharCode(byte);
    if (byte < 0x20 || byte > 0x7e) return `\\${byte.toString(8).padStart(3, '0')}`;
    return ESCAPES.get(character) ?? character;
  });
  return `"${quoted.join('')}"`;
}
