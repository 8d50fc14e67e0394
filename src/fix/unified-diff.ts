import { terminal } from '../lib/escape/visible.js';
import { err, ok, type Result } from '../lib/result.js';

const CONTEXT = 3;

/** More lines than that on both sides of a change, multiplied, are not aligned, but compared one by one where their numbers are equal. */
const MAX_ALIGNED = 4_000_000;

/**
 * A unified diff of two versions of a file, as `git apply` and `patch` read it; empty where nothing differs. Fails with
 * the number of a line around a change that a diff can't show as it is: it is not UTF-8, or acts on a terminal or on a
 * GitHub runner that reads the log.
 *
 * @see https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html
 */
export function unifiedDiff(path: string, before: Uint8Array, after: Uint8Array): Result<string, number> {
  const [old, changed] = [linesOf(before), linesOf(after)];
  const steps = aligned(old, changed);
  const differing = steps.flatMap(({ sign }, index) => (sign === ' ' ? [] : [index]));
  if (differing.length === 0) return ok('');
  const ranges = hunksOf(differing, steps.length);
  for (const [from, to] of ranges) {
    const odd = steps.slice(from, to).find(({ sign, line }) => sign !== '+' && !isPlain(line));
    if (odd !== undefined) return err(odd.number);
  }
  const hunks: string[] = [];
  let [done, oldLine, newLine] = [0, 1, 1];
  for (const [from, to] of ranges) {
    oldLine += count(steps, done, from, '+');
    newLine += count(steps, done, from, '-');
    const [oldCount, newCount] = [count(steps, from, to, '+'), count(steps, from, to, '-')];
    // Of nothing, the line before is named.
    const [oldStart, newStart] = [oldCount === 0 ? oldLine - 1 : oldLine, newCount === 0 ? newLine - 1 : newLine];
    const lines = steps.slice(from, to).map(({ sign, line }) => `${sign}${shown(line)}`);
    hunks.push(`@@ -${oldStart},${oldCount} +${newStart},${newCount} @@\n${lines.join('')}`);
    oldLine += oldCount;
    newLine += newCount;
    done = to;
  }
  return ok(`--- ${fileName('a', path)}\n+++ ${fileName('b', path)}\n${hunks.join('')}`);
}

/** A line of one version or of both; `number` is the old version's, or that of the next line there. */
interface Step {
  readonly sign: ' ' | '-' | '+';
  readonly line: string;
  readonly number: number;
}

function count(steps: readonly Step[], from: number, to: number, but: Step['sign']): number {
  return steps.slice(from, to).filter(({ sign }) => sign !== but).length;
}

/** Versions that differ within lines. */
function sideBySide(old: readonly string[], changed: readonly string[]): readonly Step[] {
  const steps: Step[] = [];
  for (let index = 0; index < old.length; ) {
    const start = index;
    while (index < old.length && old[index] !== changed[index]) index++;
    steps.push(...stepsOf('-', old, start, index, start), ...stepsOf('+', changed, start, index, start));
    if (index < old.length) steps.push(...stepsOf(' ', old, index, index + 1, index));
    index++;
  }
  return steps;
}

function stepsOf(
  sign: Step['sign'],
  lines: readonly string[],
  from: number,
  to: number,
  number: number,
): readonly Step[] {
  return lines.slice(from, to).map((line, index) => ({ sign, line, number: number + 1 + (sign === '+' ? 0 : index) }));
}

/** The longest common subsequence of lines stays; what is equal at both ends is left out of the table. */
function aligned(old: readonly string[], changed: readonly string[]): readonly Step[] {
  const shorter = Math.min(old.length, changed.length);
  let first = 0;
  while (first < shorter && old[first] === changed[first]) first++;
  let last = 0;
  while (last < shorter - first && old.at(-1 - last) === changed.at(-1 - last)) last++;
  const [oldEnd, newEnd] = [old.length - last, changed.length - last];
  const [height, width] = [oldEnd - first, newEnd - first];
  if (height * width > MAX_ALIGNED && height === width) return sideBySide(old, changed);
  const middle: Step[] = [];
  let [row, column] = [0, 0];
  if (height * width <= MAX_ALIGNED) {
    const common = new Uint32Array((height + 1) * (width + 1));
    const at = (r: number, c: number) => common[r * (width + 1) + c] ?? 0;
    for (let r = height - 1; r >= 0; r--)
      for (let c = width - 1; c >= 0; c--)
        common[r * (width + 1) + c] =
          old[first + r] === changed[first + c] ? at(r + 1, c + 1) + 1 : Math.max(at(r + 1, c), at(r, c + 1));
    while (row < height && column < width) {
      const [line, other] = [old[first + row] ?? '', changed[first + column] ?? ''];
      const number = first + row + 1;
      if (line === other) {
        middle.push({ sign: ' ', line, number });
        row++;
        column++;
      } else if (at(row + 1, column) >= at(row, column + 1)) {
        middle.push({ sign: '-', line, number });
        row++;
      } else {
        middle.push({ sign: '+', line: other, number });
        column++;
      }
    }
  }
  return [
    ...stepsOf(' ', old, 0, first, 0),
    ...middle,
    ...stepsOf('-', old, first + row, oldEnd, first + row),
    ...stepsOf('+', changed, first + column, newEnd, oldEnd),
    ...stepsOf(' ', old, oldEnd, old.length, oldEnd),
  ];
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

/** Whether a reader of the diff sees, and git applies, what is in the file. */
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
