import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { loadCatalog } from '../catalog/catalog.js';
import { plural } from '../lib/text.js';
import { type PolicyProblem, withVisibleText } from '../policy/problem.js';
import { codeFrame } from '../reports/text/code-frame.js';
import { paint } from '../reports/text/paint.js';
import type { Command, CommandIo, ExitCode } from './command.js';
import { defineCommand } from './define-command.js';
import { POLICY_VALIDATE } from './definitions.js';
import { unusedInRepository } from './unused-policy.js';
import { checkPolicyFile, policyFileOf } from './working-tree-policy.js';

/** `policy validate [FILE|DIR]`. */
export const policyValidate: Command = defineCommand(POLICY_VALIDATE, async ({ positionals, io }) =>
  validate(policyFileOf(positionals[0] ?? '.', io), io),
);

async function validate(file: string, io: CommandIo): Promise<ExitCode> {
  const path = resolve(io.cwd, file);
  const checked = await checkPolicyFile(path, loadCatalog(), io);
  if (typeof checked === 'string') {
    io.stderr(checked);
    return 3;
  }
  const unused =
    checked.policy === undefined || checked.repository === undefined
      ? []
      : await unusedInRepository(checked.policy, checked.repository);
  const problems = [...checked.problems, ...unused.map(withVisibleText)];
  for (const problem of problems) {
    const place = checked.pathOf(problem.file);
    // Decoded as the policy is read: a byte order mark is no column of it.
    const text = place === null ? null : await readFile(place).then(decode, () => null);
    io.stderr(described(problem, place === path ? file : problem.file, text, io));
  }
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  const tally = `${plural(errors, 'error')}, ${plural(warnings, 'warning')}`;
  io.stdout(errors > 0 ? `${file} can't be applied: ${tally}.\n` : `${file} is valid: ${tally}.\n`);
  return errors > 0 ? 3 : 0;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** A problem with the lines it is about, where their file can be read. */
function described(problem: PolicyProblem, file: string, text: string | null, io: CommandIo): string {
  // `color` concerns standard output; problems go to standard error, which may be a file.
  const colors = paint(io.color && io.progress);
  const mark = problem.severity === 'error' ? colors.red : colors.yellow;
  const frame = text === null ? [] : codeFrame(text, problem, { width: io.columns, paint: colors, mark });
  const lines = [
    `${file}:${problem.line}:${problem.column}: ${mark(problem.severity)}: ${problem.message}`,
    ...frame,
    ...(problem.expected === undefined ? [] : [`  expected: ${problem.expected}`]),
    ...(problem.fix === undefined ? [] : [`  fix: ${problem.fix}`]),
  ];
  return `${lines.join('\n')}\n\n`;
}
