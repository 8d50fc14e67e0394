import { basename } from 'node:path';
import { renderEvidence } from '../compliance/render-evidence.js';
import { exitCodeOf } from '../gate/verdict.js';
import type { Command } from './command.js';
import { defineCommand } from './define-command.js';
import { EVIDENCE } from './definitions.js';
import { runLocalGate } from './local-gate.js';
import { refuse } from './refusal.js';
import { writeOutput } from './write-output.js';

/** `evidence`: what a run of the gate is evidence toward. */
export const evidence: Command = defineCommand(EVIDENCE, async ({ values, positionals, io, wrong }) => {
  const { FRAMEWORKS } = await import('../compliance/frameworks.js');
  const { complianceEvidence } = await import('../compliance/evidence.js');
  if (values.framework === undefined) return wrong(`Which framework? Expected --framework ${FRAMEWORKS.join('|')}.`);
  const framework = FRAMEWORKS.find((known) => known === values.framework);
  if (framework === undefined) return wrong(`--framework is "${values.framework}"; expected ${FRAMEWORKS.join(', ')}.`);

  const run = await runLocalGate(values, positionals, io);
  if (!run.ok) return refuse('evidence', run.error, io);
  const { report, now, directory } = run.value;
  const evaluated = `the working tree ${basename(directory)}`;
  const text = await renderEvidence(
    complianceEvidence(report, framework, { collected: now, evaluated }),
    values.format,
  );
  const written = await writeOutput(text, values.output, io);
  return written ? exitCodeOf(report.verdict) : 2;
});
