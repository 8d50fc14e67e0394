import { exitCodeOf } from '../gate/verdict.js';
import { readChoice } from './arguments.js';
import type { Command } from './command.js';
import { defineCommand } from './define-command.js';
import { GATE_OPTIONS, GATE_USAGE, runGateAtDesk } from './local-gate.js';
import { refuse } from './refusal.js';
import { REPORT_FORMATS, renderReport } from './render-report.js';
import { writeOutput } from './write-output.js';

const USAGE = `Usage: base-image-gate check [DIR] [--format text|json|sarif|markdown] [--output FILE] [--base DIR]
       ${GATE_USAGE}

Judges every image that the build files below DIR (default: this directory) build on, by DIR's
.github/base-image-gate.yml or the policy given. --all opens images whose identity failed, too.
With --base, DIR is judged as a pull request that starts from there: by the base's policy, only for what it changes.
Exit codes: 0 pass, 1 fail, 2 indeterminate, 3 wrong usage or policy.
`;

const OPTIONS = {
  ...GATE_OPTIONS,
  format: { type: 'string' },
  output: { type: 'string' },
  base: { type: 'string' },
} as const;

/** `check`: the gate at the desk. */
export const check: Command = defineCommand(
  { name: 'check', usage: USAGE, options: OPTIONS, arguments: 1 },
  async ({ values, positionals, io, wrong }) => {
    const format = readChoice('--format', values.format, REPORT_FORMATS, 'text');
    if (!format.ok) return wrong(format.error);
    const run = await runGateAtDesk(values, positionals[0], io);
    if (!run.ok) return refuse('check', run.error, io);
    const { report, tree } = run.value;
    const text = await renderReport(report, format.value, tree, {
      colour: io.colour && values.output === undefined,
      width: io.columns,
      program: io.program,
    });
    const written = await writeOutput(text, values.output, io);
    return written ? exitCodeOf(report.verdict) : 2;
  },
);
