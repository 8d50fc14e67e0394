import {
  type DockerfileOptions,
  type DockerfileReading,
  readDockerfile,
} from '../../../src/build-files/dockerfile/dockerfile.js';
import { DEFAULT_PLATFORM } from '../../../src/references/platform.js';

/** Reads Dockerfile text with the usual parameters, and those that a test is about. */
export function read(text: string | Uint8Array, options: Partial<DockerfileOptions> = {}): DockerfileReading {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return readDockerfile('Dockerfile', bytes, {
    buildArgs: {},
    buildContexts: {},
    platforms: [DEFAULT_PLATFORM],
    ...options,
  });
}

/** The references of all uses, short, in the order of the file; what is unknown is `?`. */
export function expansions(reading: DockerfileReading): readonly string[] {
  return reading.uses.map((use) => (use.unresolved === undefined ? use.expanded : '?'));
}
