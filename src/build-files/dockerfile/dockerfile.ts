import { optionalField } from '../../lib/collections.js';
import { plural } from '../../lib/text.js';
import { DEFAULT_PLATFORM, type Platform } from '../../references/platform.js';
import { parseReference, repositoryName } from '../../references/reference.js';
import { contextImage } from '../build.js';
import type { BuildFile, ImageUse } from '../image-use.js';
import { mergeStage } from '../merge-stage.js';
import type { Stage, StageBase } from '../stage.js';
import { findBuild, namedContext } from './build.js';
import { own } from './build-arguments.js';
import { detectSyntax } from './directives.js';
import { type Document, readDocument } from './document.js';
import type { FoundBase, FoundBuild, FoundStage, FoundUse } from './found-build.js';
import { UseGatherer } from './image-uses.js';
import { LimitPassed, MAX_BUILDS, MAX_DOCKERFILE_BYTES, WorkBudget } from './limits.js';
import { shortReason } from './read-error.js';
import { printable, SourceText } from './source-text.js';
import { rangeOf, stageInstructions } from './stage-environment.js';

/** What a build of one file is given. */
export interface DockerfileOptions {
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Name → what stands for it; an image where it begins with `docker-image://`. */
  readonly buildContexts: Readonly<Record<string, string>>;
  /** None is linux/amd64. */
  readonly platforms: readonly Platform[];
  /** The stages that are built for; none means the last. */
  readonly targets?: readonly string[];
  /** Whether any stage may be the target. */
  readonly anyTarget?: boolean;
  /** What takes the place of the first FROM (`podman build --from`). */
  readonly firstBase?: string;
}

/** What one Dockerfile shows. */
export interface DockerfileReading {
  readonly file: BuildFile;
  readonly uses: readonly ImageUse[];
  readonly stages: readonly Stage[];
}

/** Built into BuildKit, so nothing is pulled for it. */
const BUILT_IN_FRONTEND = 'dockerfile.v0';

/**
 * Reads a Dockerfile with BuildKit's semantics: which images its builds pull, and where in the source each is named.
 *
 * `path` is relative to the repository, with `/`. What BuildKit's parsers refuse is `unreadable`, with line and
 * reason; the uses that can be seen are answered all the same. An error that only a build would meet, and that
 * concerns a use, makes that use `unresolved`. It never throws.
 */
export function readDockerfile(path: string, bytes: Uint8Array, options: DockerfileOptions): DockerfileReading {
  if (bytes.length > MAX_DOCKERFILE_BYTES) {
    const reason = `it has ${plural(bytes.length, 'byte')}; BuildKit reads at most ${plural(MAX_DOCKERFILE_BYTES, 'byte')}`;
    return { file: { path, status: 'unreadable', reason }, uses: [], stages: [] };
  }
  const source = new SourceText(bytes);
  const isAssumed = options.platforms.length === 0;
  const platforms = isAssumed ? [DEFAULT_PLATFORM] : options.platforms;
  const gatherer = new UseGatherer(path, source, isAssumed);
  const frontend = findFrontend(source, options);
  if (frontend !== undefined) for (const platform of platforms) gatherer.add(frontend, null, platform);
  const about = { path, ...optionalField('frontend', frontend?.expanded) };
  try {
    const document = readDocument(source);
    const budget = new WorkBudget();
    const found = findBuilds(document, platforms, options, budget);
    const gather = ({ builds }: Builds) => {
      for (const { build, platform } of builds)
        for (const use of build.uses) {
          const stage = use.stage === null ? undefined : build.stages[use.stage];
          gatherer.add(use, stage?.written.name ?? null, platform);
        }
    };
    gather(found);
    if (frontend !== undefined && mayBeOld(frontend.expanded)) {
      const old = readDocument(source, 'before-1.4');
      // What it refuses, it does not build.
      if (old.error === undefined) gather(findBuilds(old, platforms, options, budget));
    }
    const { uses, idOf } = gatherer.finish();
    const stages = mergeStages(
      path,
      source,
      found.builds.map(({ build }) => build),
      (build) => stageInstructions(build, source, document.escape, options.buildArgs, budget),
      idOf,
    );
    return { file: { ...about, ...statusOf(document, source, frontend, found.missing) }, uses, stages };
  } catch (error) {
    if (!(error instanceof LimitPassed)) throw error;
    const reason = `${error.message} (limit ${error.limit})`;
    return { file: { ...about, status: 'unreadable', reason }, uses: gatherer.finish().uses, stages: [] };
  }
}

/** The image that reads the file: what BUILDKIT_SYNTAX says, else what the file itself does. */
function findFrontend(source: SourceText, options: DockerfileOptions): FoundUse | undefined {
  const syntax = detectSyntax(source);
  const given = own(options.buildArgs, 'BUILDKIT_SYNTAX')?.trim().split(' ', 1)[0];
  const reference = given === undefined || given === '' ? syntax?.reference : given;
  if (reference === undefined || reference === BUILT_IN_FRONTEND) return undefined;
  const [platform = DEFAULT_PLATFORM] = options.platforms;
  const context = namedContext(options.buildContexts, reference, platform);
  const image = context === undefined ? reference : contextImage(context);
  return {
    instruction: 'SYNTAX',
    stage: null,
    start: syntax?.start ?? 0,
    end: syntax?.end ?? 0,
    expanded: printable(image ?? reference),
    ...(image === undefined ? { unresolved: `the named context ${printable(context ?? '')} replaces it` } : {}),
    platform: null,
    overridable: [],
    role: 'frontend',
    reachable: true,
  };
}

/** Tags of `docker/dockerfile` that move on with its releases, and those of releases from 1.4 on. */
const CURRENT_TAG = /^(?:latest|labs|master(?:-labs)?|(?:1|1\.(?:[4-9]|[1-9]\d+)(?:\.\d+)*|[2-9][\d.]*)(?:-labs)?)$/;

/**
 * Whether a frontend may be one without heredocs: `docker/dockerfile` before 1.4, and any that its name does not say to
 * be newer, since a tag beside a digest proves nothing. The tags with `experimental` ended before heredocs.
 */
function mayBeOld(reference: string): boolean {
  const known = /^(?:docker\.io\/)?docker\/dockerfile(?:-upstream)?(?::([\w.-]+))?$/.exec(reference);
  return known === null || !CURRENT_TAG.test(known[1] ?? 'latest');
}

interface Builds {
  readonly builds: readonly { readonly build: FoundBuild; readonly platform: Platform }[];
  /** Targets that are no stages of the file. */
  readonly missing: readonly string[];
}

/** One build for each platform and target. If a target is not there, every stage counts as one. */
function findBuilds(
  document: Document,
  platforms: readonly Platform[],
  options: DockerfileOptions,
  budget: WorkBudget,
): Builds {
  const { buildArgs, buildContexts, firstBase } = options;
  const find = (platform: Platform, target: string | undefined, everyStage: boolean) => {
    const given = { ...optionalField('target', target), ...optionalField('firstBase', firstBase) };
    const parameters = { platform, everyStage, buildArgs, buildContexts, ...given };
    return { build: findBuild(document, parameters, budget), platform };
  };
  const targets = options.targets === undefined || options.targets.length === 0 ? [undefined] : options.targets;
  if (platforms.length * targets.length > MAX_BUILDS)
    throw new LimitPassed('builds', `it is built for more than ${MAX_BUILDS} combinations of platform and target`);
  const builds = platforms.flatMap((platform) => targets.map((target) => find(platform, target, false)));
  const missing = targets.filter((target, index) => target !== undefined && builds[index]?.build.targetFound === false);
  if (missing.length > 0 || options.anyTarget === true)
    builds.push(...platforms.map((platform) => find(platform, undefined, true)));
  return { builds, missing: missing.filter((target) => target !== undefined) };
}

function statusOf(
  document: Document,
  source: SourceText,
  frontend: FoundUse | undefined,
  missing: readonly string[],
): Omit<BuildFile, 'path' | 'frontend'> {
  const { error } = document;
  if (error !== undefined) {
    const binary = source.text.includes('\0') ? 'it looks like a binary file; ' : '';
    const foreign = frontend !== undefined && !isDockerfileFrontend(frontend.expanded);
    const reader = foreign ? `it is written for the frontend ${frontend.expanded}; read as a Dockerfile, ` : '';
    return { status: 'unreadable', reason: shortReason(`${reader}${binary}${error.reason}`), line: error.line };
  }
  if (missing.length === 0) return { status: 'read' };
  const names = missing.map((target) => `"${target}"`).join(', ');
  return { status: 'read', reason: `there is no stage ${names}, so every stage counts as a target` };
}

function isDockerfileFrontend(text: string): boolean {
  const reference = parseReference(text);
  return reference.ok && /^docker\.io\/docker\/dockerfile(?:-upstream)?$/.test(repositoryName(reference.value));
}

/** The stages over all builds. Their instructions are read in the first, and in the others only where a USER may differ. */
function mergeStages(
  path: string,
  source: SourceText,
  builds: readonly FoundBuild[],
  instructionsOf: (build: FoundBuild) => ReturnType<typeof stageInstructions>,
  idOf: (use: FoundUse) => string,
): readonly Stage[] {
  const [first] = builds;
  if (first === undefined) return [];
  const ofFirst = instructionsOf(first);
  const mayDiffer = ofFirst.some((all) => all.some(({ keyword, text }) => keyword === 'USER' && text.includes('$')));
  const perBuild = builds.map((build) => {
    const instructions = build === first || !mayDiffer ? ofFirst : instructionsOf(build);
    return build.stages.map((stage, index) => toStage(path, source, stage, index, instructions[index] ?? [], idOf));
  });
  const [stages = [], ...others] = perBuild;
  return stages.map((stage, index) =>
    mergeStage(
      stage,
      others.flatMap((all) => all[index] ?? []),
      () => true,
    ),
  );
}

function toStage(
  path: string,
  source: SourceText,
  stage: FoundStage,
  index: number,
  instructions: Stage['instructions'],
  idOf: (use: FoundUse) => string,
): Stage {
  return {
    file: path,
    ...rangeOf(stage.written.from, source),
    index,
    name: stage.written.name,
    base: toBase(stage.base, idOf),
    ships: stage.ships,
    target: stage.target,
    reachable: stage.reachable,
    copiesFrom: [...stage.copiesFrom].sort((a, b) => a - b),
    usesFrom: [...new Set(stage.uses.map(idOf))],
    instructions,
  };
}

function toBase(base: FoundBase, idOf: (use: FoundUse) => string): StageBase {
  return base.kind === 'image' ? { kind: 'image', use: idOf(base.use) } : base;
}
