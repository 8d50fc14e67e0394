import { groupBy, optionalField } from '../lib/collections.js';
import { excludes } from './discovery.js';
import type { DockerfileReading } from './dockerfile/dockerfile.js';
import { MAX_DOCKERFILE_BYTES } from './dockerfile/limits.js';
import type { BuildFile, ImageUse, SourceRange } from './image-use.js';
import { type DistinctBuild, mergeReadings, readBuild } from './read-build.js';
import type { ReadingOptions } from './reading.js';
import type { RepositoryTree } from './repository-tree.js';
import type { Stage, StageBase, StageInstruction } from './stage.js';

/** Build files that stand in definitions of one repository; more are not read. */
const MAX_INLINE_BUILDS = 1_000;

/**
 * Reads the build files that stand in bake and Compose files. Their uses and stages are placed in the definition, where
 * the text stands there line by line, else at the line of the build. The stages of all build files of one definition
 * are counted on, as if it were one file.
 */
export async function readInlineBuilds(
  tree: RepositoryTree,
  builds: readonly DistinctBuild[],
  options: ReadingOptions,
): Promise<readonly DockerfileReading[]> {
  const isExcluded = excludes(options);
  const isLeftOut = (path: string) => isExcluded(path) || options.only?.includes(path) === false;
  const found: DockerfileReading[] = [];
  for (const [file, ofFile] of groupBy(builds.slice(0, MAX_INLINE_BUILDS), (build) => build.file)) {
    if (isLeftOut(file)) continue;
    const content = await tree.read(file, MAX_DOCKERFILE_BYTES);
    const lines = content.ok ? new TextDecoder().decode(content.value).split(/\r?\n/) : [];
    let stages = 0;
    const seen = new Set<string>();
    const same = groupBy(ofFile, ({ request, inline }) => JSON.stringify([request?.line, request?.name, inline]));
    for (const [index, all] of [...same.values()].entries()) {
      const [{ inline = '', request }] = all;
      const path = `${file}#${request?.name ?? index}`;
      const bytes = new TextEncoder().encode(inline);
      const [first, ...others] = all.map((build) => readBuild(path, bytes, build, options));
      if (first === undefined) continue;
      const reading = mergeReadings(first, others);
      const isAlternative = all.every((build) => build.isAlternative === true);
      if (isAlternative && reading.file.status === 'unreadable') continue;
      const place = placing(lines, inline, request?.line ?? 1);
      // What another text says, too, is listed once.
      const uses = isAlternative ? reading.uses.filter(({ id }) => !seen.has(id)) : reading.uses;
      for (const { id } of uses) seen.add(id);
      found.push({
        file: definitionStatus(file, reading.file, request?.name, request?.line),
        uses: uses.map((use) => placedUse(use, file, place, stages)),
        stages: reading.stages.map((stage) => placedStage(stage, file, place, stages)),
      });
      stages += reading.stages.length;
    }
  }
  return found;
}

/** What the reading says of the definition: it could be read, but a build file in it perhaps not. */
function definitionStatus(path: string, { status, reason }: BuildFile, name = 'a build', line = 1): BuildFile {
  if (status !== 'unreadable') return { path, status };
  return {
    path,
    status,
    reason: `the build file of ${name} in it can't be read: ${reason ?? ''}`,
    line,
    isDefinition: true,
  };
}

type Placing = (range: SourceRange) => SourceRange;

/** Where ranges of a text stand in a file that holds it: each line behind the same white space, or behind a key. */
function placing(lines: readonly string[], text: string, from: number): Placing {
  const wanted = text.split(/\r?\n/).map(unescaped);
  const [first = ''] = wanted;
  const isAt = (start: number) =>
    wanted.every((line, index) => {
      const found = unescaped(lines[start + index] ?? '');
      const at = found.lastIndexOf(line);
      return line === '' || (at >= 0 && (index === 0 || found.slice(0, at).trim() === ''));
    });
  const candidates =
    first === ''
      ? []
      : lines.flatMap((line, index) => (index >= from - 1 && unescaped(line).includes(first) ? [index] : []));
  const start = candidates.slice(0, MAX_CANDIDATES).find(isAt);
  if (start === undefined) return () => ({ line: from, column: 1, endLine: from, endColumn: 1 });
  const columnAt = (line: number, column: number) => {
    const written = lines[start + line - 1] ?? '';
    const wantedAt = unescaped(written).lastIndexOf(wanted[line - 1] ?? '') + column - 1;
    let at = 0;
    for (let passed = 0; passed < wantedAt; passed++) at += written.startsWith('$$', at) ? 2 : 1;
    return at + 1;
  };
  return ({ line, column, endLine, endColumn }) => ({
    line: start + line,
    column: columnAt(line, column),
    endLine: start + endLine,
    endColumn: columnAt(endLine, endColumn),
  });
}

/** Compose and bake write a dollar sign twice where it begins no variable of theirs. */
function unescaped(line: string): string {
  return line.replaceAll('$$', '$');
}

/** Lines that are examined as the first of a text. */
const MAX_CANDIDATES = 50;

function placedUse({ definedAt, stage, ...use }: ImageUse, file: string, place: Placing, stages: number): ImageUse {
  return {
    ...use,
    file,
    ...place(use),
    stage: stage === null ? null : { ...stage, index: stage.index + stages },
    ...optionalField('definedAt', definedAt === undefined ? undefined : place(definedAt)),
  };
}

function placedStage(stage: Stage, file: string, place: Placing, stages: number): Stage {
  const base = (one: StageBase): StageBase =>
    one.kind === 'stage' ? { kind: 'stage', index: one.index + stages } : one;
  return {
    ...stage,
    file,
    ...place(stage),
    index: stage.index + stages,
    base: base(stage.base),
    ...optionalField('otherBases', stage.otherBases?.map(base)),
    copiesFrom: stage.copiesFrom.map((index) => index + stages),
    instructions: stage.instructions.map((one): StageInstruction => ({ ...one, ...place(one) })),
  };
}
