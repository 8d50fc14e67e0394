import type { RepositoryTree } from '../build-files/repository-tree.js';
import { exitCodeOf } from '../gate/verdict.js';
import { REPORT_FORMATS } from '../reports/formats.js';
import type { Report } from '../reports/report.js';
import type { Command } from './command.js';
import { defineCommand } from './define-command.js';
import { CHECK } from './definitions.js';
import { runLocalGate } from './local-gate.js';
import { refuse } from './refusal.js';
import { writeOutput } from './write-output.js';

/** Code frames show a few lines; a file above this size is shown without. */
const MAX_SOURCE_BYTES = 1024 * 1024;

async function sourcesOf(report: Report, tree: RepositoryTree): Promise<ReadonlyMap<string, string>> {
  const sources = new Map<string, string>();
  for (const path of new Set(report.findings.map(({ location }) => location.file))) {
    const read = await tree.read(path, MAX_SOURCE_BYTES);
    // A byte order mark is a column like others: places are counted with it.
    if (read.ok) sources.set(path, new TextDecoder('utf-8', { ignoreBOM: true }).decode(read.value));
  }
  return sources;
}

/** `check`: the gate on the command line. */
export const check: Command = defineCommand(CHECK, async ({ values, positionals, io }) => {
  const format = REPORT_FORMATS.find(({ name }) => name === values.format) ?? REPORT_FORMATS[0];
  const run = await runLocalGate(values, positionals, io);
  if (!run.ok) return refuse('check', run.error, io);
  const { report, tree } = run.value;
  const data = await format.render(report, {
    color: io.color && values.output === undefined,
    width: io.columns,
    details: values.details === true,
    program: io.program,
    sources: () => sourcesOf(report, tree),
  });
  const written = await writeOutput(data, values.output, io);
  if (values.vsa !== undefined) {
    const { writeSummaries } = await import('./write-summaries.js');
    const isPartial = positionals.length > 1 || run.value.reading.only !== undefined || values.definition !== undefined;
    if (!(await writeSummaries(run.value, values.vsa, isPartial, io))) return 2;
  }
  return written ? exitCodeOf(report.verdict) : 2;
});
