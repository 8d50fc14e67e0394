import type { DockerfileReading } from './dockerfile/dockerfile.js';
import { strictest } from './dockerfile/image-uses.js';
import type { BuildFile, ImageUse } from './image-use.js';
import { mergeStage } from './merge-stage.js';

/**
 * Puts together what one file tells with its usual parameters and with those of the builds that workflows name. No
 * build hides what another pulls. Only where the usual parameters leave a reference unknown, and a workflow's make it
 * known, does the known one stand for both.
 */
export function mergeReadings(usual: DockerfileReading, others: readonly DockerfileReading[]): DockerfileReading {
  if (others.length === 0) return usual;
  const uses = new Map<string, ImageUse>();
  for (const use of [usual, ...others].flatMap((reading) => reading.uses)) {
    const known = uses.get(use.id);
    uses.set(use.id, known === undefined ? use : mergeUses(known, use));
  }
  const resolved = new Set(others.flatMap((reading) => reading.uses.filter(isKnown).map(place)));
  const kept = [...uses.values()].filter((use) => isKnown(use) || !resolved.has(place(use)));
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

function isKnown(use: ImageUse): boolean {
  return use.unresolved === undefined;
}

function place(use: ImageUse): string {
  return `${use.instruction}:${use.line}:${use.column}`;
}

function mergeUses(first: ImageUse, second: ImageUse): ImageUse {
  return {
    ...first,
    role: strictest(first.role, second.role),
    reachable: first.reachable || second.reachable,
    targetPlatforms: [...new Set([...first.targetPlatforms, ...second.targetPlatforms])],
    overridable: [...new Set([...first.overridable, ...second.overridable])].sort(),
  };
}
