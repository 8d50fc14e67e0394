import { headCommit } from '../build-files/git-index.js';
import type { RepositoryTree } from '../build-files/repository-tree.js';
import { cloneObjects } from '../github/repository/clone-objects.js';
import { type CommitTree, makeCommitTree } from '../github/repository/commit-tree.js';
import type { Policy } from '../policy/policy.js';
import type { LocalRun } from './local-gate.js';

const MAX_BYTES = 16 * 1024 * 1024;

/** The tree of a commit of the checkout whose top is `directory`. */
export function committedTree(directory: string, id: string): CommitTree {
  return makeCommitTree(cloneObjects(directory, id), id);
}

/** The first of these paths that a working tree has otherwise than a commit; null where there is none. */
export async function changedFile(
  tree: RepositoryTree,
  commit: RepositoryTree,
  paths: readonly string[],
): Promise<string | null> {
  for (const path of new Set(paths)) {
    const [read, committed] = await Promise.all([tree.read(path, MAX_BYTES), commit.read(path, MAX_BYTES)]);
    const isSame = read.ok && committed.ok ? Buffer.from(read.value).equals(committed.value) : read.ok === committed.ok;
    if (!isSame) return path;
  }
  return null;
}

/** The files that a policy was read from, as far as they are in the repository. */
export function policyFiles({ source, dependsOn }: Policy): readonly string[] {
  return source.path === undefined ? dependsOn : [source.path, ...dependsOn];
}

/** The policy with the commit of the working tree, where that has the policy's files as they were read. */
export async function withPolicyCommit({ directory, tree, policy }: LocalRun): Promise<Policy> {
  const { source } = policy;
  if (source.path === undefined || source.commit !== undefined || source.repository !== undefined) return policy;
  const id = await headCommit(directory);
  if (id === undefined) return policy;
  const changed = await changedFile(tree, committedTree(directory, id), policyFiles(policy));
  return changed === null ? { ...policy, source: { ...source, commit: id } } : policy;
}
