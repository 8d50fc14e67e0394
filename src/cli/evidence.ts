import { basename } from 'node:path';
import { exitCodeOf } from '../gate/verdict.js';
import { readChoice } from './arguments.js';
import type { Command } from './command.js';
import { defineCommand } from './define-command.js';
import { GATE_OPTIONS, GATE_USAGE, runLocalGate } from './local-gate.js';
import { refuse } from './refusal.js';
import { writeOutput } from './write-output.js';

const USAGE = `Usage: base-image-gate evidence [DIR] --framework nist-800-53|fedramp|govramp
       [--format markdown|json|oscal] [--output FILE]
       ${GATE_USAGE}

Runs the gate and lays out what was observed by the controls and points that it is evidence toward: on which images,
by which digests, signers and timestamps, which waivers apply, and what could not be observed. It is evidence toward them,
and never says that one is met. oscal is OSCAL assessment results 1.2.1.
Exit codes: those of check: 0 pass, 1 fail, 2 indeterminate, 3 wrong usage or policy.
`;

const OPTIONS = {
  ...GATE_OPTIONS,
  framework: { type: 'string' },
  format: { type: 'string' },
  output: { type: 'string' },
} as const;

/** `evidence`: what a run of the gate is evidence toward. */
export const evidence: Command = defineCommand(
  { name: 'evidence', usage: USAGE, options: OPTIONS, arguments: 1 },
  async ({ values, positionals, io, wrong }) => {
    const [{ FRAMEWORKS }, { EVIDENCE_FORMATS, renderEvidence }, { complianceEvidence }] = await Promise.all([
      import('../compliance/frameworks.js'),
      import('../compliance/render-evidence.js'),
      import('../compliance/evidence.js'),
    ]);
    if (values.framework === undefined) return wrong(`Which framework? Expected --framework ${FRAMEWORKS.join('|')}.`);
    const framework = readChoice('--framework', values.framework, FRAMEWORKS, 'nist-800-53');
    if (!framework.ok) return wrong(framework.error);
    const format = readChoice('--format', values.format, EVIDENCE_FORMATS, 'markdown');
    if (!format.ok) return wrong(format.error);

    const run = await runLocalGate(values, positionals[0], io);
    if (!run.ok) return refuse('evidence', run.error, io);
    const { report, now, directory } = run.value;
    const evaluated = `the working tree ${basename(directory)}`;
    const text = await renderEvidence(
      complianceEvidence(report, framework.value, { collected: now, evaluated }),
      format.value,
    );
    const written = await writeOutput(text, values.output, io);
    return written ? exitCodeOf(report.verdict) : 2;
  },
);
