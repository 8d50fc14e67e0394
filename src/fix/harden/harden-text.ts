import { terminal } from '../../lib/escape/visible.js';
import { plural } from '../../lib/text.js';
import type { LeftUse } from '../pin-decisions.js';
import type { HardenedFile } from './harden-file.js';

/** One line a replaced image, what to look at below it, and a sentence at the end. */
export function hardenedText(files: readonly HardenedFile[], written: boolean): string {
  const lines = files.flatMap(({ replaced }) =>
    replaced.flatMap(({ use, image, notes }) => [
      `${place(use)} ${terminal(use.written)} -> ${terminal(image)}\n`,
      ...notes.map((note) => `  look at: ${terminal(note)}\n`),
    ]),
  );
  const count = files.reduce((sum, { replaced }) => sum + replaced.length, 0);
  const touched = files.filter(({ replaced }) => replaced.length > 0).length;
  if (count === 0) return 'Nothing was rewritten.\n';
  const done = `${plural(count, 'image')} in ${plural(touched, 'build file')}`;
  return `${lines.join('')}${written ? `Replaced ${done}.` : `Would replace ${done}; --write writes them, --diff shows the lines.`}\n`;
}

/** What was left and why, one line each; `comment` begins each of them. */
export function leftStagesText(left: readonly LeftUse[], comment = ''): string {
  return left
    .map(
      ({ use, reason }) => `${comment}${place(use)} ${terminal(use.written)} is left as it is: ${sentence(reason)}\n`,
    )
    .join('');
}

/** What to check in a diff, as comments before it. */
export function notesText({ replaced }: HardenedFile, comment: string): string {
  return replaced
    .flatMap(({ use, notes }) => notes.map((note) => `${comment}${place(use)} ${sentence(note)}\n`))
    .join('');
}

function sentence(reason: string): string {
  const text = terminal(reason);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function place({ file, line, column }: LeftUse['use']): string {
  return `${terminal(file)}:${line}:${column}`;
}
