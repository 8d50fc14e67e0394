import type { Instruction } from '../../build-files/dockerfile/instruction.js';
import { sourceSpan } from '../../build-files/dockerfile/logical-lines.js';
import { shellCommands } from '../../build-files/script/shell-commands.js';
import { err, ok, type Result } from '../../lib/result.js';
import type { Edit } from './edits.js';
import { scriptOf } from './run-edits.js';

/** Accounts that a stage can name on the image in the other's place. */
export interface Accounts {
  /** Made by the stages themselves. */
  readonly made: ReadonlySet<string>;
  /** The image's own user, in whose place that of the official image is named. */
  readonly own: string | undefined;
}

const EVERYWHERE = /^(?:root|\d+)?$/;

/**
 * Names in USER, `--chown` and `chown` that only the official image has: the image's own user takes their place. Fails
 * with a clause where that has none, or a variable names the account.
 */
export function accountEdits(instruction: Instruction, accounts: Accounts): Result<readonly Edit[], string> {
  const { keyword, line } = instruction;
  if (keyword === 'run') {
    const unknown = namesInScript(scriptOf(instruction)).find((name) => !isThere(name, accounts));
    return unknown === undefined ? ok([]) : err(`a RUN gives files to ${unknown}, whom the image need not have`);
  }
  if (keyword === 'user') {
    const replaced = replace(instruction.text, accounts);
    if (!replaced.ok) return replaced;
    if (replaced.value === instruction.text) return ok([]);
    const { textStart, text } = instruction;
    return ok([{ ...sourceSpan(line, textStart, textStart + text.length), text: replaced.value }]);
  }
  if (keyword !== 'copy' && keyword !== 'add') return ok([]);
  const edits: Edit[] = [];
  for (const { text, at } of instruction.flags) {
    if (!text.startsWith('--chown=')) continue;
    const value = text.slice('--chown='.length);
    const replaced = replace(value, accounts);
    if (!replaced.ok) return replaced;
    const [first, last] = [at['--chown='.length], at.at(-1)];
    if (replaced.value === value || first === undefined || last === undefined) continue;
    edits.push({ ...sourceSpan(line, first, last + 1), text: replaced.value });
  }
  return ok(edits);
}

/** Whether an account is one that every image has, or that the stages make. */
export function isThere(name: string, { made }: Accounts): boolean {
  return EVERYWHERE.test(name) || made.has(name);
}

function replace(text: string, accounts: Accounts): Result<string, string> {
  if (/["'$\\]/.test(text)) return err(`which account ${text} names is only known to the build`);
  const names = text.split(':');
  if (names.every((name) => isThere(name, accounts))) return ok(text);
  const { own } = accounts;
  if (own === undefined || own === 'root') return err(`it names the account ${text}, which the image need not have`);
  return ok(names.map((name) => (isThere(name, accounts) ? name : own)).join(':'));
}

/** `chown -R app:app /app` */
function namesInScript(script: string): readonly string[] {
  return shellCommands(script).flatMap(({ words }) => {
    const program = words.findIndex((word) => word === 'chown' || word === 'chgrp');
    const names = program < 0 ? undefined : words.slice(program + 1).find((word) => !word.startsWith('-'));
    return names?.split(/[:.]/) ?? [];
  });
}
