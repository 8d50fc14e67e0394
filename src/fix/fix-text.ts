import { familiarReference } from '../images/reference.js';
import { terminal } from '../reports/escape/visible.js';
import type { LeftUse } from './pin-decisions.js';
import type { PinnedFile } from './pin-files.js';

/** One line a pin, and a sentence at the end. */
export function pinsText(
  files: readonly PinnedFile[],
  { written, pinnedBefore }: { readonly written: boolean; readonly pinnedBefore: number },
): string {
  const pins = files.flatMap(({ pinned }) => pinned);
  const lines = pins.map(({ use, digest }) => `${place(use)} ${terminal(nameOf(use))} -> ${digest}\n`);
  const touched = files.filter(({ pinned }) => pinned.length > 0).length;
  const before = pinnedBefore === 0 ? '' : ` ${count(pinnedBefore, 'reference')} pinned before.`;
  if (pins.length === 0) return `Nothing to pin.${before}\n`;
  const done = `${count(pins.length, 'reference')} in ${count(touched, 'build file')}`;
  const summary = written ? `Pinned ${done}.` : `Would pin ${done}; --write writes them, --diff shows the lines.`;
  return `${lines.join('')}${summary}${before}\n`;
}

/** What is left as it is, and why. */
export function leftText(left: readonly LeftUse[]): string {
  const lines = left.map(
    ({ use, reason }) => `${place(use)} ${terminal(use.written)} is not pinned: ${sentence(reason)}`,
  );
  return `${lines.join('\n')}\n`;
}

function sentence(reason: string): string {
  const text = terminal(reason);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function nameOf({ reference, expanded }: LeftUse['use']): string {
  return reference === null ? expanded : familiarReference(reference);
}

function place({ file, line, column, definedAt }: LeftUse['use']): string {
  const at = definedAt ?? { line, column };
  return `${terminal(file)}:${at.line}:${at.column}`;
}

function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? '' : 's'}`;
}
