import { optionalField } from '../lib/collections.js';
import { DEFAULT_PLATFORM, isSamePlatform, readablePlatforms } from '../references/platform.js';
import { type DockerfileOptions, type DockerfileReading, readDockerfile } from './dockerfile/dockerfile.js';
import { strictest } from './dockerfile/image-uses.js';
import type { BuildFile, ImageUse, OpenArgument } from './image-use.js';
import { mergeStage } from './merge-stage.js';
import {
  givenArguments,
  PLATFORM,
  placeKey,
  sharedOpenArguments,
  TARGET,
  withOpenArguments,
  withOpenSurroundings,
} from './open-arguments.js';
import type { ReadingOptions } from './reading.js';
import type { NamedBuild } from './script/named-build.js';

/** A build however many definitions ask for it, with what each of them leaves open. */
export interface DistinctBuild extends NamedBuild {
  readonly openArguments: readonly OpenArgument[];
}

/** What a build file shows as one build takes it. */
interface BuildReading extends DockerfileReading {
  /** No run comes to that build: what it is given says nothing of what others get. */
  readonly neverRuns?: true;
}

/** Reads a build file as one build takes it; `path` is what its uses are named by. */
export function readBuild(
  path: string,
  bytes: Uint8Array,
  build: DistinctBuild,
  options: ReadingOptions,
): BuildReading {
  const given = withBuild(dockerfileOptions(build.file, options), build);
  const reading = readDockerfile(path, bytes, given);
  const open = build.openArguments.filter(({ argument }) => !isGiven(argument, build.file, options));
  const uses = withOpenSurroundings(
    withOpenArguments(reading.uses, open, givenArguments(build.file, options)),
    open,
    build.buildContexts,
    (other) => readDockerfile(path, bytes, { ...given, ...other }).uses,
    build.otherTexts?.map((text) => readDockerfile(path, new TextEncoder().encode(text), given)),
  );
  return { ...reading, uses, ...optionalField('neverRuns', build.neverRuns) };
}

/** Whether the policy or a flag says what a parameter of the build is. */
function isGiven(argument: string, file: string, { target, perFile, platforms }: ReadingOptions): boolean {
  if (argument === TARGET) return target !== undefined || perFile[file]?.targets !== undefined;
  return argument === PLATFORM && (platforms.length > 0 || perFile[file]?.platforms !== undefined);
}

/**
 * Puts together what one file shows with its usual parameters and with those of the builds that workflows name. No
 * build hides what another pulls. Only where the usual parameters leave a reference unknown, and those of a build that
 * may run make it known, does the known one stand for both.
 */
export function mergeReadings(usual: DockerfileReading, others: readonly BuildReading[]): DockerfileReading {
  if (others.length === 0) return { ...usual, uses: sharedOpenArguments(usual.uses) };
  const uses = new Map<string, ImageUse>();
  for (const use of [usual, ...others].flatMap((reading) => reading.uses)) {
    const known = uses.get(use.id);
    uses.set(use.id, known === undefined ? use : mergeUses(known, use));
  }
  const running = others.filter(({ neverRuns }) => neverRuns !== true);
  const resolved = new Set(running.flatMap((reading) => reading.uses.filter(isKnown).map(placeKey)));
  // What is no image in a build that runs, but a stage or a context, is as well known.
  for (const use of usual.uses)
    if (use.instruction === 'FROM' && running.some((reading) => isNoImage(use, reading))) resolved.add(placeKey(use));
  const shared = sharedOpenArguments([...uses.values()]);
  const kept = shared.filter((use) => isKnown(use) || !resolved.has(placeKey(use)));
  const ids = new Set(kept.map(({ id }) => id));
  return {
    file: fileOf(usual, others),
    uses: kept.sort((a, b) => a.line - b.line || a.column - b.column),
    stages: usual.stages.map((stage, index) =>
      mergeStage(
        stage,
        others.flatMap((reading) => reading.stages[index] ?? []),
        (id) => ids.has(id),
      ),
    ),
  };
}

/** A build that passes a limit could pull anything, however well the usual one is read. */
function fileOf(usual: DockerfileReading, others: readonly DockerfileReading[]): BuildFile {
  const worse = others.find(({ file }) => file.status === 'unreadable');
  return usual.file.status === 'unreadable' || worse === undefined ? usual.file : worse.file;
}

function isNoImage({ stage }: ImageUse, { file, stages }: DockerfileReading): boolean {
  const base = stage === null ? undefined : stages[stage.index]?.base;
  return file.status === 'read' && base !== undefined && base.kind !== 'image';
}

function isKnown(use: ImageUse): boolean {
  return use.unresolved === undefined;
}

function mergeUses(first: ImageUse, second: ImageUse): ImageUse {
  const { assumesPlatform: _, ...known } = first;
  const forUsual = [first, second].filter(({ targetPlatforms }) =>
    targetPlatforms.some((one) => isSamePlatform(one, DEFAULT_PLATFORM)),
  );
  const isAssumed = forUsual.length > 0 && forUsual.every(({ assumesPlatform }) => assumesPlatform === true);
  return {
    ...known,
    role: strictest(first.role, second.role),
    reachable: first.reachable || second.reachable,
    targetPlatforms: [
      ...first.targetPlatforms,
      ...second.targetPlatforms.filter((one) => !first.targetPlatforms.some((known) => isSamePlatform(known, one))),
    ],
    ...(isAssumed ? { assumesPlatform: true } : {}),
    overridable: [...new Set([...first.overridable, ...second.overridable])].sort(),
    ...(first.open === undefined && second.open === undefined
      ? {}
      : { open: [...(first.open ?? []), ...(second.open ?? [])] }),
  };
}

/** What the policy and flags give every build of a file. */
export function dockerfileOptions(path: string, options: ReadingOptions): DockerfileOptions {
  const own = Object.hasOwn(options.perFile, path) ? options.perFile[path] : undefined;
  const targets = options.target === undefined ? own?.targets : [options.target];
  return {
    buildArgs: { ...own?.buildArgs, ...options.buildArgs },
    buildContexts: options.buildContexts,
    platforms: own?.platforms ?? options.platforms,
    ...optionalField('targets', targets),
  };
}

/** What a workflow gives a build comes first: it is what the build really gets. */
function withBuild(usual: DockerfileOptions, build: NamedBuild): DockerfileOptions {
  return {
    buildArgs: { ...usual.buildArgs, ...build.buildArgs },
    buildContexts: { ...usual.buildContexts, ...build.buildContexts },
    platforms: build.platforms === undefined ? usual.platforms : readablePlatforms(build.platforms),
    ...(build.target === undefined ? {} : { targets: [build.target] }),
    ...optionalField('firstBase', build.firstBase),
  };
}
