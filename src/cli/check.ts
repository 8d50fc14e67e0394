import type { RepositoryTree } from '../build-files/repository-tree.js';
import { exitCodeOf } from '../gate/verdict.js';
import { REPORT_FORMATS } from '../reports/formats.js';
import type { Report } from '../reports/report.js';
import { readChoice } from './arguments.js';
import type { Command } from './command.js';
import { defineCommand } from './define-command.js';
import { GATE_OPTIONS, GATE_USAGE, runLocalGate } from './local-gate.js';
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

const USAGE = `Usage: base-image-gate check [DIR] [--format ${REPORT_FORMATS.map(({ name }) => name).join('|')}] [--output FILE] [--base DIR]
       ${GATE_USAGE}

Evaluates every image that the build files below DIR (default: this directory) build on, by DIR's
.github/base-image-gate.yml or the policy given. --all opens images whose identity failed, too.
With --base, DIR is evaluated as a pull request that starts from there: by the base's policy, only for what it changes.
Exit codes: 0 pass, 1 fail, 2 indeterminate, 3 wrong usage or policy.
`;

const OPTIONS = {
  ...GATE_OPTIONS,
  format: { type: 'string' },
  output: { type: 'string' },
  base: { type: 'string' },
} as const;

/** `check`: the gate on the command line. */
export const check: Command = defineCommand(
  { name: 'check', usage: USAGE, options: OPTIONS, arguments: 1 },
  async ({ values, positionals, io, wrong }) => {
    const names = REPORT_FORMATS.map(({ name }) => name);
    const chosen = readChoice('--format', values.format, names, REPORT_FORMATS[0].name);
    if (!chosen.ok) return wrong(chosen.error);
    const format = REPORT_FORMATS.find(({ name }) => name === chosen.value) ?? REPORT_FORMATS[0];
    const run = await runLocalGate(values, positionals[0], io);
    if (!run.ok) return refuse('check', run.error, io);
    const { report, tree } = run.value;
    const data = await format.render(report, {
      color: io.color && values.output === undefined,
      width: io.columns,
      program: io.program,
      sources: () => sourcesOf(report, tree),
    });
    const written = await writeOutput(data, values.output, io);
    return written ? exitCodeOf(report.verdict) : 2;
  },
);
