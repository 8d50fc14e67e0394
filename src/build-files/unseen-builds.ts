import { optionalField } from '../lib/collections.js';
import { nameKind } from './file-names.js';
import type { BuildFile } from './image-use.js';
import type { Reading, UnseenBuild } from './reading.js';
import type { TreeEntry } from './repository-tree.js';
import type { PlacedBuild } from './script/named-build.js';

/** What is named like a build file and is not read as one: other endings may be those of programs and prose. */
function isNamedAlmost(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return nameKind(path) === 'other' && /^.*(?:[-_](?:docker|container)|(?:Docker|Container))file$/s.test(name);
}

/** What has to be reported by the names of files alone. */
export function unseenByName(entries: readonly TreeEntry[], read: ReadonlySet<string>): readonly UnseenBuild[] {
  return entries.flatMap(({ path, kind }) => {
    if (kind === 'submodule')
      return [{ path, what: 'is a submodule: its build files are in another repository', fixKind: 'elsewhere' }];
    if (read.has(path)) return [];
    return isNamedAlmost(path) ? [{ path, what: 'has the name of a build file but is not read' }] : [];
  });
}

/** Builds of files that are not read, or that are perhaps others. */
export function unseenOf(
  builds: readonly PlacedBuild[],
  { files }: Pick<Reading, 'files'>,
  entries: readonly TreeEntry[],
): readonly UnseenBuild[] {
  const status = new Map(files.map((file): [string, BuildFile['status']] => [file.path, file.status]));
  const there = new Set(entries.map(({ path }) => path));
  return builds.flatMap(({ path, build: { file, inline, open, request } }) => {
    const place = { path, ...optionalField('line', request?.line) };
    const found = inline === undefined ? status.get(file) : 'read';
    if (found === undefined)
      return [{ ...place, what: `builds ${file}, which ${there.has(file) ? 'is not read' : 'does not exist'}` }];
    return found === 'skipped' || open?.file !== true
      ? []
      : [{ ...place, what: `builds ${file}, or another file that a run names` }];
  });
}
