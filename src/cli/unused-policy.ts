import { readRepository } from '../build-files/read.js';
import { openWorkingTree } from '../build-files/working-tree.js';
import type { Policy } from '../policy/policy.js';
import type { PolicyProblem } from '../policy/problem.js';
import { readingOptions } from '../policy/reading-options.js';
import { unusedParts } from '../policy/unused.js';

/** What a policy says of nothing that its repository has; nothing where the repository can't be read. */
export async function unusedInRepository(policy: Policy, directory: string): Promise<readonly PolicyProblem[]> {
  const options = readingOptions({}, {}, policy);
  if (!options.ok) return [];
  const tree = openWorkingTree(directory, { allFiles: false });
  const read = await readRepository(tree, options.value);
  const entries = await tree.entries();
  if (!read.ok || !entries.ok) return [];
  return unusedParts(policy, { uses: read.value.uses, paths: entries.value.map(({ path }) => path) });
}
