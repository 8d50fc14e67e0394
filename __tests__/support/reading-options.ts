import type { ReadingOptions } from '../../src/build-files/reading.js';
import { DEFAULT_PLATFORM } from '../../src/references/platform.js';

/** A reading of what git tracks, with nothing given. */
export const READING_OPTIONS: ReadingOptions = {
  buildArgs: {},
  buildContexts: {},
  platforms: [DEFAULT_PLATFORM],
  perFile: {},
  include: [],
  exclude: [],
  allFiles: false,
};
