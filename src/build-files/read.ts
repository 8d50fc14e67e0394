import { distinct, groupBy } from '../lib/collections.js';
import { ok, type Result } from '../lib/result.js';
import { plural } from '../lib/text.js';
import { type Recoded, recodedPaths, whyRecoded, withOtherLineEnds } from './checkout-encoding.js';
import { discover, excludes, isIncluded } from './discovery.js';
import { type DockerfileOptions, type DockerfileReading, readDockerfile } from './dockerfile/dockerfile.js';
import { MAX_DOCKERFILE_BYTES } from './dockerfile/limits.js';
import { isOfProgram } from './file-names.js';
import type { BuildFile, ImageUse } from './image-use.js';
import { openArguments } from './open-arguments.js';
import { type DistinctBuild, dockerfileOptions, mergeReadings, readBuild } from './read-build.js';
import type { ReadingOptions, ReadRepository, UnseenBuild } from './reading.js';
import { type RepositoryTree, reasonOf, type TreeError } from './repository-tree.js';
import { requestedBuilds } from './requested-builds.js';
import type { PlacedBuild } from './script/named-build.js';
import { unseenByName, unseenOf } from './unseen-builds.js';

/** Files that are read at a time: enough to keep the disk or the API busy. */
const AT_ONCE = 16;

/** All build files of a repository together. */
const MAX_BUILD_FILES_BYTES = 256 * 1024 * 1024;

/** Ways in which workflows build one file: targets, platforms and arguments. */
const MAX_NAMED_BUILDS = 100;

/** What is read again for those ways, all files together: reading a megabyte takes a tenth of a second. */
const MAX_REREAD_BYTES = 32 * 1024 * 1024;

/** References of a run: each is evaluated, and stands in the report. */
const MAX_REFERENCES = 50_000;

/** What is left of the limits that all build files share. */
interface ReadingBudget {
  bytes: number;
  reread: number;
  references: number;
}

/**
 * Finds and reads every build file of a repository. A file that can't be had is listed as unreadable; the answer fails
 * only where the repository itself can't be listed.
 */
export const readRepository: ReadRepository = async (tree, options) => {
  const entries = await tree.entries();
  if (!entries.ok) return entries;
  const requested = await requestedBuilds(tree, entries.value, options);
  const placed = [...requested.workflows, ...requested.defined];
  const isExcluded = excludes(options);
  const named = distinctBuilds(
    placed.filter(({ build }) => build.inline === undefined),
    isExcluded,
  );
  const inline = distinctBuilds(
    placed.filter(({ build }) => build.inline !== undefined),
    isExcluded,
  );
  const { paths, skipped } = discover(entries.value, options, named);
  const recoded = await recodedPaths(tree, entries.value, paths);
  const readings: DockerfileReading[] = [];
  const budget = { bytes: MAX_BUILD_FILES_BYTES, reread: MAX_REREAD_BYTES, references: MAX_REFERENCES };
  const namedByFile = groupBy(named, ({ file }) => file);
  for (let start = 0; start < paths.length; start += AT_ONCE) {
    const some = paths.slice(start, start + AT_ONCE);
    readings.push(
      ...(await Promise.all(
        some.map((path) => readFile(tree, path, options, namedByFile.get(path) ?? [], budget, recoded.get(path))),
      )),
    );
  }
  const parts = new Set(inline.flatMap((build) => build.parts ?? []));
  const read = readings.map(({ file }) => file);
  const held =
    inline.length === 0 ? [] : await (await import('./inline-builds.js')).readInlineBuilds(tree, inline, options);
  const unreadable = [
    ...requested.unreadable,
    ...held.map(({ file }) => file).filter(({ status }) => status !== 'read'),
  ];
  const files = [
    ...[...read, ...skipped].map((file) => (parts.has(file.path) ? asPart(file) : file)),
    ...unreadDefinitions(unreadable, options),
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
  const run =
    requested.images.length === 0
      ? []
      : await (await import('./run-images.js')).runUses(tree, requested.images, options);
  const reading = {
    files,
    uses: [...[...readings, ...held].flatMap(({ uses }) => uses), ...run],
    stages: [...readings, ...held].flatMap(({ stages }) => stages),
  };
  const unseen = [
    ...requested.unseen,
    ...unseenByName(entries.value, new Set(files.map(({ path }) => path))),
    ...unseenOf(placed, reading, entries.value),
  ];
  return ok({ ...reading, builds: requested.builds, unseen: distinctUnseen(unseen, options) });
};

/** A file that is nothing alone, and was read with those that a command joins it to. */
function asPart(file: BuildFile): BuildFile {
  const isNothingAlone = file.status === 'skipped' || file.isUnreferenced === true;
  const reason = 'it was read as part of a podman build that joins or preprocesses it';
  return isNothingAlone ? { path: file.path, status: 'skipped', reason } : file;
}

/** Definitions that could not be read, each once; those that are excluded, or not chosen, are skipped as build files are. */
function unreadDefinitions(unreadable: readonly BuildFile[], options: ReadingOptions): readonly BuildFile[] {
  const isExcluded = excludes(options);
  const distinct = new Map(unreadable.map((file) => [file.path, file]));
  return [...distinct.values()].flatMap((file): readonly BuildFile[] => {
    if (isExcluded(file.path)) return [{ path: file.path, status: 'skipped', reason: 'excluded by files.exclude' }];
    return options.only?.includes(file.path) === false ? [] : [file];
  });
}

/** Builds that differ only in what is open, or in where they are requested, are read once. */
function distinctBuilds(
  placed: readonly PlacedBuild[],
  isExcluded: (path: string) => boolean,
): readonly DistinctBuild[] {
  const same = groupBy(placed, ({ build: { open: _, request, inline, ...build } }) =>
    JSON.stringify([build, inline === undefined ? null : [inline, request]]),
  );
  return [...same.values()].map((all) => ({
    ...all[0].build,
    // What the policy excludes leaves nothing open.
    openArguments: distinct(all.filter(({ path }) => !isExcluded(path)).flatMap(openArguments)),
  }));
}

/** A definition that is excluded, or not among the files to evaluate, has been reported already. */
function distinctUnseen(unseen: readonly UnseenBuild[], options: ReadingOptions): readonly UnseenBuild[] {
  const isExcluded = excludes(options);
  const reported = unseen.filter(({ path }) => !isExcluded(path));
  return [...new Map(reported.map((one) => [`${one.path}:${one.line ?? ''} ${one.what}`, one])).values()];
}

/** What stands in the commit is evaluated all the same: it is one of the two texts. */
function unlessRecoded(
  reading: DockerfileReading,
  content: Uint8Array,
  recoded: readonly Recoded[] | undefined,
  usual: DockerfileOptions,
): DockerfileReading {
  const { file } = reading;
  const recodedTo = whyRecoded(content, recoded);
  // What BuildKit's parser says of bytes that it never gets would lead nowhere.
  if (recodedTo !== undefined)
    return { ...reading, file: { path: file.path, status: 'unreadable', reason: recodedTo, recoded: true } };
  if (file.status === 'unreadable') return reading;
  const reason = otherLineEnds(reading, content, recoded, usual);
  return reason === undefined ? reading : { ...reading, file: { ...file, status: 'unreadable', reason } };
}

/** Line ends mostly change nothing that a build pulls: only where they do, the two texts are two builds. */
function otherLineEnds(
  { file: { path }, uses }: DockerfileReading,
  content: Uint8Array,
  recoded: readonly Recoded[] | undefined,
  usual: DockerfileOptions,
): string | undefined {
  const other = withOtherLineEnds(content, recoded);
  if (other === undefined) return undefined;
  const reading = readDockerfile(path, other, usual);
  const named = (all: readonly ImageUse[]) =>
    JSON.stringify(all.map(({ instruction, expanded, role, unresolved }) => [instruction, expanded, role, unresolved]));
  return reading.file.status === 'read' && named(reading.uses) === named(uses)
    ? undefined
    : 'it names other images with the line endings that a checkout may give it; remove text and eol from it in .gitattributes';
}

async function readFile(
  tree: RepositoryTree,
  path: string,
  options: ReadingOptions,
  builds: readonly DistinctBuild[],
  budget: ReadingBudget,
  recoded: readonly Recoded[] | undefined,
): Promise<DockerfileReading> {
  const none = (reason: string): DockerfileReading => ({
    file: { path, status: 'unreadable', reason },
    uses: [],
    stages: [],
  });
  if (budget.bytes < 0)
    return none(
      `the build files have more than ${plural(MAX_BUILD_FILES_BYTES, 'byte')} in total (limit build-file-bytes)`,
    );
  if (budget.references < 0)
    return none(`the build files name more than ${plural(MAX_REFERENCES, 'image')} in total (limit references)`);
  const content: Result<Uint8Array, TreeError> = await tree.read(path, MAX_DOCKERFILE_BYTES);
  if (!content.ok) {
    return none(reasonOf(content.error));
  }
  budget.bytes -= content.value.length;
  const usual = dockerfileOptions(path, options);
  const reading = unlessRecoded(
    withUse(readDockerfile(path, content.value, usual), content.value, builds, options),
    content.value,
    recoded,
    usual,
  );
  budget.references -= reading.uses.length;
  budget.reread -= builds.length * content.value.length;
  if (builds.length > MAX_NAMED_BUILDS || budget.reread < 0) {
    const reason =
      builds.length > MAX_NAMED_BUILDS
        ? `workflows build it in more than ${MAX_NAMED_BUILDS} ways (limit workflow-builds)`
        : `workflows build it and other files in too many ways: more than ${plural(MAX_REREAD_BYTES, 'byte')} in total (limit workflow-build-bytes)`;
    return { ...reading, file: { ...reading.file, status: 'unreadable', reason } };
  }
  return mergeReadings(
    reading,
    builds.map((build) => readBuild(path, content.value, build, options)),
  );
}

/**
 * A file that BuildKit's parser refuses is often a fragment, or data of a test, where nothing shows that it is built.
 * One whose name ends as a program's does, and that has no FROM, is a program.
 */
function withUse(
  reading: DockerfileReading,
  content: Uint8Array,
  builds: readonly DistinctBuild[],
  options: Pick<ReadingOptions, 'include'>,
): DockerfileReading {
  const { file } = reading;
  const isBuildFile = builds.length > 0 || /^(?:Docker|Container|docker)file$/.test(file.path);
  if (isBuildFile || file.status !== 'unreadable' || file.line === undefined) return reading;
  if (isOfProgram(file.path) && !isIncluded(file.path, options) && !hasFrom(content)) {
    const reason = 'its name ends like that of a program or data, and it has no FROM';
    return { file: { path: file.path, status: 'skipped', reason }, uses: [], stages: [] };
  }
  return { ...reading, file: { ...file, isUnreferenced: true } };
}

/** Whether any builder could find a FROM: with either escape character, and with comments between the lines of one. */
function hasFrom(content: Uint8Array): boolean {
  const text = new TextDecoder().decode(content).replace(/^\s*#.*\n?/gm, '');
  return /^\s*from\b/im.test(text.replace(/[\\`][ \t]*\r?\n/g, ''));
}
