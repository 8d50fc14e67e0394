import { isComposeFile } from './compose/discover-projects.js';
import { composedBuilds, type DefinedBuilds, NOTHING, together } from './defined-builds.js';
import type { RepositoryTree, TreeEntry } from './repository-tree.js';
import type { ComposeRun } from './script/named-build.js';

/** A run of Compose, and the file that asks for it. */
export interface PlacedCompose {
  readonly path: string;
  readonly run: ComposeRun;
}

/** Runs of Compose that are read in one repository. */
const MAX_RUNS = 100;

/**
 * What runs of Compose build and run by files that do not have the name of a Compose file, together with those that they
 * are joined to. Files that have the name are read without being asked for.
 *
 * @see https://docs.docker.com/reference/cli/docker/compose/
 */
export async function composeRuns(
  tree: RepositoryTree,
  entries: readonly TreeEntry[],
  runs: readonly PlacedCompose[],
  environment: Readonly<Record<string, string>> = {},
): Promise<DefinedBuilds> {
  const known = new Set(entries.map(({ path }) => path));
  const other = runs.filter(({ run }) => !run.files.every(isComposeFile));
  const distinct = [...new Map(other.map((one) => [JSON.stringify(one.run.files), one])).values()];
  const found: DefinedBuilds[] = [];
  for (const { path, run } of distinct.slice(0, MAX_RUNS)) {
    const missing = run.files.filter((file) => !known.has(file));
    if (missing.length === 0) found.push(await composedBuilds(tree, entries, run.files, environment));
    else {
      const what = `runs Compose on ${missing.join(', ')}, which does not exist`;
      found.push({ ...NOTHING, unseen: [{ path, line: run.line, what }] });
    }
  }
  const [beyond] = distinct.slice(MAX_RUNS);
  const what = `runs Compose in more than ${MAX_RUNS} ways (limit compose-runs)`;
  return together([...found, beyond === undefined ? NOTHING : { ...NOTHING, unseen: [{ path: beyond.path, what }] }]);
}
