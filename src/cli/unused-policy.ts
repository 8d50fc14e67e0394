import { readRepository } from '../build-files/read.js';
import type { RepositoryTree } from '../build-files/repository-tree.js';
import { openWorkingTree } from '../build-files/working-tree.js';
import type { Policy } from '../policy/policy.js';
import type { PolicyProblem } from '../policy/problem.js';
import { readingOptions } from '../policy/reading-options.js';
import { type Governed, unusedParts } from '../policy/unused.js';

/** What a policy says of nothing that its repository has; nothing where the repository can't be listed. */
export async function unusedIn(
  policy: Policy,
  tree: RepositoryTree,
  uses: Governed['uses'],
): Promise<readonly PolicyProblem[]> {
  const entries = await tree.entries();
  return entries.ok ? unusedParts(policy, { uses, paths: entries.value.map(({ path }) => path) }) : [];
}

/** The same for a policy that is looked at alone: the repository's build files are read. */
export async function unusedInRepository(policy: Policy, directory: string): Promise<readonly PolicyProblem[]> {
  const options = readingOptions({}, {}, policy);
  if (!options.ok) return [];
  const tree = openWorkingTree(directory, { allFiles: false });
  const read = await readRepository(tree, options.value);
  return read.ok ? await unusedIn(policy, tree, read.value.uses) : [];
}
