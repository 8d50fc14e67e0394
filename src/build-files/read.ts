import { ok, type Result } from '../result.js';
import type { NamedBuild } from './build-command.js';
import { discover } from './discovery.js';
import { type DockerfileOptions, type DockerfileReading, readDockerfile } from './dockerfile/dockerfile.js';
import { MAX_DOCKERFILE_BYTES } from './dockerfile/limits.js';
import { mergeReadings } from './merge-readings.js';
import type { Reading, ReadingOptions, ReadRepository } from './reading.js';
import type { RepositoryTree, TreeEntry, TreeError } from './repository-tree.js';
import { buildsInWorkflow, isWorkflow, MAX_WORKFLOW_BYTES, MAX_WORKFLOWS } from './workflow-builds.js';

/**
 * Finds and reads every build file of a repository. A file that can't be had is listed as unreadable; the answer fails
 * only where the repository itself can't be listed.
 */
export const readRepository: ReadRepository = async (tree, options) => {
  const entries = await tree.entries();
  if (!entries.ok) return entries;
  const named = await findNamedBuilds(tree, entries.value);
  const { paths, skipped } = discover(entries.value, options, named);
  const readings: DockerfileReading[] = [];
  for (const path of paths) readings.push(await readFile(tree, path, options, named));
  const files = [...readings.map(({ file }) => file), ...skipped].sort((a, b) => (a.path < b.path ? -1 : 1));
  const reading: Reading = {
    files,
    uses: readings.flatMap(({ uses }) => uses),
    stages: readings.flatMap(({ stages }) => stages),
  };
  return ok(reading);
};

async function findNamedBuilds(tree: RepositoryTree, entries: readonly TreeEntry[]): Promise<readonly NamedBuild[]> {
  const workflows = entries.filter(({ path, kind }) => kind === 'file' && isWorkflow(path)).slice(0, MAX_WORKFLOWS);
  const builds: NamedBuild[] = [];
  for (const { path } of workflows) {
    const content = await tree.read(path, MAX_WORKFLOW_BYTES);
    // A workflow that can't be read asks for nothing; the files it would name are still found by their names.
    if (content.ok) builds.push(...(await buildsInWorkflow(content.value)));
  }
  return builds;
}

async function readFile(
  tree: RepositoryTree,
  path: string,
  options: ReadingOptions,
  named: readonly NamedBuild[],
): Promise<DockerfileReading> {
  const content: Result<Uint8Array, TreeError> = await tree.read(path, MAX_DOCKERFILE_BYTES);
  if (!content.ok) {
    const { message, remedy } = content.error;
    return { file: { path, status: 'unreadable', reason: `${message}; ${remedy}` }, uses: [], stages: [] };
  }
  const usual = dockerfileOptions(path, options);
  const reading = readDockerfile(path, content.value, usual);
  const others = named
    .filter((build) => build.file === path)
    .map((build) => readDockerfile(path, content.value, withBuild(usual, build)));
  return mergeReadings(reading, others);
}

function dockerfileOptions(path: string, options: ReadingOptions): DockerfileOptions {
  const own = Object.hasOwn(options.perFile, path) ? options.perFile[path] : undefined;
  const targets = options.target === undefined ? own?.targets : [options.target];
  return {
    buildArgs: { ...own?.buildArgs, ...options.buildArgs },
    buildContexts: options.buildContexts,
    platforms: own?.platforms ?? options.platforms,
    ...(targets === undefined ? {} : { targets }),
  };
}

/** What a workflow gives a build comes first: it is what the build really gets. */
function withBuild(usual: DockerfileOptions, build: NamedBuild): DockerfileOptions {
  return {
    buildArgs: { ...usual.buildArgs, ...build.buildArgs },
    buildContexts: { ...usual.buildContexts, ...build.buildContexts },
    platforms: build.platforms ?? usual.platforms,
    ...(build.target === undefined ? {} : { targets: [build.target] }),
  };
}
