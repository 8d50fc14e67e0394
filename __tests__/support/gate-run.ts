import type { RepositoryTree } from '../../src/build-files/repository-tree.js';
import { openWorkingTree } from '../../src/build-files/working-tree.js';
import { loadCatalog } from '../../src/catalog/catalog.js';
import type { RunSettings } from '../../src/evidence/collector.js';
import { collectors } from '../../src/evidence/collectors.js';
import type { Change } from '../../src/gate/change.js';
import { runGate } from '../../src/gate/run.js';
import { optionalField } from '../../src/lib/collections.js';
import { readingOptions } from '../../src/policy/reading-options.js';
import type { ImageSource } from '../../src/registry/image-source.js';
import { offlineSource } from '../../src/registry/refusing-source.js';
import type { Report } from '../../src/reports/report.js';
import { rules } from '../../src/rules/index.js';
import { validPolicy } from './load-policy-text.js';
import { makeDirectory } from './process/scratch-repository.js';

export interface GateRun {
  /** What is evaluated: files that are put in a directory, or a tree that is there. */
  readonly files: Readonly<Record<string, string>> | RepositoryTree;
  /** The policy file's text. */
  readonly policy: string;
  readonly policyFiles?: Readonly<Record<string, string>>;
  readonly source?: ImageSource;
  readonly change?: Change;
  readonly all?: boolean;
  readonly now?: Date;
  readonly settings?: Partial<RunSettings>;
  readonly evaluated?: (done: number, of: number) => void;
}

/** Runs the whole gate over files in a directory of their own, as the command line does, and returns its report. */
export async function gateRun(run: GateRun): Promise<Report> {
  const policy = await validPolicy(run.policy, {
    rules,
    files: run.policyFiles ?? {},
    ...optionalField('now', run.now),
  });
  const reading = readingOptions({}, {}, policy);
  if (!reading.ok) throw new Error(reading.error);
  const report = await runGate({
    tree: isTree(run.files) ? run.files : openWorkingTree(makeDirectory(run.files), { allFiles: true }),
    reading: reading.value,
    policy,
    catalog: loadCatalog(),
    source: run.source ?? offlineSource,
    collectors,
    settings: { now: run.now ?? new Date(), offline: true, ...run.settings },
    change: run.change ?? null,
    all: run.all ?? false,
    ...optionalField('evaluated', run.evaluated),
    preliminary: { findings: [], notices: [] },
  });
  if (!report.ok) throw new Error(report.error.message);
  return report.value;
}

function isTree(files: GateRun['files']): files is RepositoryTree {
  return typeof files['entries'] === 'function';
}
