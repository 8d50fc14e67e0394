import { groupBy } from '../lib/collections.js';
import type { BuildFile, ImageUse } from './image-use.js';
import type { Reading } from './reading.js';
import type { Stage } from './stage.js';

/** A reading that is searched for one use after another: a repository may have thousands of files. */
export interface ReadingIndex {
  readonly stages: readonly Stage[];
  fileOf(use: ImageUse): BuildFile;
  /** The stages of the use's file, in order. */
  stagesOf(use: ImageUse): readonly Stage[];
}

/** Indexes a reading by its files' paths; it is used only for uses of that reading. */
export function indexReading({ files, stages }: Pick<Reading, 'files' | 'stages'>): ReadingIndex {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const stagesByPath = groupBy(stages, ({ file }) => file);
  return {
    stages,
    fileOf: ({ file }) => byPath.get(file) ?? { path: file, status: 'read' },
    stagesOf: ({ file }) => stagesByPath.get(file) ?? [],
  };
}
