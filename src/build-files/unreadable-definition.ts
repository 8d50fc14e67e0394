import type { BuildFile } from './image-use.js';
import type { FileFault } from './script/named-build.js';

/** Where the tools look by themselves: elsewhere a file may be a template, or data of a test. */
const DEFAULT_PLACE = /^(?:[^/]+|\.(?:github|gitlab|circleci|buildkite|tekton|woodpecker|devcontainer)\/.*)$/s;

/** A build definition that was evaluated and could not be read: what it builds is not known. */
export function unreadableDefinition(path: string, fault: FileFault): BuildFile {
  const isUnreferenced = !DEFAULT_PLACE.test(path);
  return { path, status: 'unreadable', ...fault, isDefinition: true, ...(isUnreferenced ? { isUnreferenced } : {}) };
}
