import { join } from 'node:path';
import { type Exported, onlyFile } from '../enforce/export-target.js';
import { EXPORT_TARGETS } from '../enforce/targets.js';
import { exitCodeOf } from '../gate/verdict.js';
import { terminal } from '../lib/escape/visible.js';
import { firstLines, plural } from '../lib/text.js';
import type { Command, CommandIo } from './command.js';
import { withPolicyCommit } from './committed-files.js';
import { defineCommand } from './define-command.js';
import { EXPORT } from './definitions.js';
import { runLocalGate } from './local-gate.js';
import { refuse } from './refusal.js';
import { writeOutput } from './write-output.js';

const MAX_STATED = 50;

/** `export`: what was verified, in a form that a build or a cluster enforces. */
export const exportCommand: Command = defineCommand(EXPORT, async ({ values, positionals, io, wrong }) => {
  const listed = EXPORT_TARGETS.find(({ name }) => name === values.format) ?? EXPORT_TARGETS[0];
  const target = await listed.load();
  if (target.inDirectory === true && values.output === undefined)
    return wrong(`--format ${target.name} is several files; name a directory for them with --output.`);
  const run = await runLocalGate(values, positionals, io);
  if (!run.ok) return refuse('export', run.error, io);
  const { report, now } = run.value;
  const policy = await withPolicyCommit(run.value);
  const exported = target.render({ report, policy, now });
  const { allowed, stated } = exported;
  const { one, many } = target.allows ?? { one: 'reference', many: 'references' };
  io.stderr(`${target.title}: ${plural(allowed, one, many)} allowed; the verdict is ${report.verdict}.\n`);
  for (const sentence of firstLines(stated, MAX_STATED)) io.stderr(`${terminal(sentence)}\n`);
  const written = await writeExport(exported, values.output, target.inDirectory === true, io);
  return written ? exitCodeOf(report.verdict) : 2;
});

async function writeExport(
  { files }: Exported,
  output: string | undefined,
  inDirectory: boolean,
  io: CommandIo,
): Promise<boolean> {
  if (output === undefined || !inDirectory) return await writeOutput(onlyFile({ files }), output, io);
  for (const [path, text] of Object.entries(files)) {
    if (!(await writeOutput(text, join(output, path), io))) return false;
  }
  return true;
}
