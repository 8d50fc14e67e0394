import { join } from 'node:path';
import { headCommit } from '../build-files/git-index.js';
import type { RepositoryTree } from '../build-files/repository-tree.js';
import { verificationSummaries } from '../enforce/vsa/verification-summaries.js';
import type { CommandIo } from './command.js';
import { changedFile, committedTree, policyFiles } from './committed-files.js';
import type { LocalRun } from './local-gate.js';
import { writeOutput } from './write-output.js';

/**
 * Writes the Verification Summary predicates of a run. The commit has one where the directory is the top of a checkout; it
 * passes only if what was read is what the commit has. Returns false, with a message, where a file can't be written.
 */
export async function writeSummaries(
  { directory, tree, report, policy, reading, now }: LocalRun,
  output: string,
  isPartial: boolean,
  io: CommandIo,
): Promise<boolean> {
  const id = await headCommit(directory);
  const differs =
    id === undefined
      ? null
      : await whyNotCommit(tree, directory, id, [
          ...report.files.map(({ path }) => path),
          ...report.definitions.map(({ path }) => path),
          ...policyFiles(policy),
        ]);
  const repository = io.env['GITHUB_REPOSITORY'];
  const server = io.env['GITHUB_SERVER_URL'] ?? 'https://github.com';
  const uri =
    repository === undefined
      ? `gitoid:commit:sha${id?.length === 64 ? 256 : 1}:${id}`
      : `git+${server}/${repository}@${id}`;
  const files = verificationSummaries({
    report,
    policy,
    now,
    commit: id === undefined ? null : { id, uri },
    server,
    platforms: reading.platforms,
    partial: isPartial ? 'Only some build files were evaluated.' : differs,
  });
  for (const [name, text] of Object.entries(files)) {
    if (!(await writeOutput(text, join(output, name), io))) return false;
  }
  return true;
}

/** Why the working tree does not stand for its commit; null where it does, as far as it was read. */
async function whyNotCommit(
  tree: RepositoryTree,
  directory: string,
  id: string,
  paths: readonly string[],
): Promise<string | null> {
  const commit = committedTree(directory, id);
  const [here, there] = await Promise.all([tree.entries(), commit.entries()]);
  if (!here.ok || !there.ok) return 'The files of the commit could not be listed.';
  const names = (entries: typeof here.value) =>
    entries
      .map(({ path, kind }) => `${kind} ${path}`)
      .sort()
      .join('\n');
  if (names(here.value) !== names(there.value)) return 'The working tree has other files than its commit.';
  const changed = await changedFile(tree, commit, paths);
  return changed === null ? null : `${changed} is not as in the commit.`;
}
