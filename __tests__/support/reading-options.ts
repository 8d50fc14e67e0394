import type { ReadingOptions } from '../../src/build-files/reading.js';

/** A reading of what git tracks, with nothing given. */
export const READING_OPTIONS: ReadingOptions = {
  buildArgs: {},
  buildContexts: {},
  platforms: ['linux/amd64'],
  perFile: {},
  include: [],
  exclude: [],
  allFiles: false,
};
