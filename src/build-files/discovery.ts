import { type Glob, globMatches, parseGlob } from '../references/glob.js';
import { nameKind } from './file-names.js';
import type { BuildFile } from './image-use.js';
import type { ReadingOptions } from './reading.js';
import type { TreeEntry } from './repository-tree.js';
import type { NamedBuild } from './script/named-build.js';

/** Which files of a repository are read, and which are only listed. */
export interface Discovery {
  readonly paths: readonly string[];
  readonly skipped: readonly BuildFile[];
}

/**
 * Finds the build files of a repository: by their names, what `include` adds to them, and what workflows build from,
 * but never what `exclude` matches. Templates, excluded files and, with `only`, untouched files are listed as skipped.
 * `include` takes nothing away: a glob written to add a file must not hide all the others.
 */
export function discover(
  entries: readonly TreeEntry[],
  options: Pick<ReadingOptions, 'include' | 'exclude' | 'only'>,
  named: readonly NamedBuild[],
): Discovery {
  const include = globs(options.include);
  const isExcluded = excludes(options);
  const only = options.only === undefined ? undefined : new Set(options.only);
  const built = new Set(named.map((build) => build.file));
  const paths: string[] = [];
  const skipped: BuildFile[] = [];
  const skip = (path: string, reason: string) => skipped.push({ path, status: 'skipped', reason });
  for (const { path, kind } of entries) {
    if (kind === 'submodule') continue;
    const name = nameKind(path);
    const wanted = name === 'dockerfile' || (name === 'other' && matches(include, path));
    if (!wanted && !built.has(path)) {
      if (name === 'template') skip(path, 'a template is not a Dockerfile until it is rendered');
      if (name === 'prose') skip(path, 'documentation is not a build file');
    } else if (isExcluded(path)) skip(path, 'excluded by files.exclude');
    else if (only !== undefined && !only.has(path)) skip(path, 'not selected by `paths` or `changed-files-only`');
    else paths.push(path);
  }
  const known = new Set(entries.map((entry) => entry.path));
  for (const path of built)
    if (!known.has(path) && nameKind(path) === 'dockerfile')
      skip(path, 'a build definition builds from it, but it does not exist');
  return { paths: paths.sort(), skipped };
}

/** Whether the policy adds a path under any name. */
export function isIncluded(path: string, { include }: Pick<ReadingOptions, 'include'>): boolean {
  return matches(globs(include), path);
}

/** Whether a path is one that the options keep from being read. */
export function excludes({ exclude }: Pick<ReadingOptions, 'exclude'>): (path: string) => boolean {
  const patterns = globs(exclude);
  return (path) => matches(patterns, path);
}

/** Bad globs are the policy's errors, and reported there. */
function globs(texts: readonly string[]): readonly Glob[] {
  return texts.flatMap((text) => {
    const glob = parseGlob(text);
    return glob.ok ? [glob.value] : [];
  });
}

function matches(patterns: readonly Glob[], path: string): boolean {
  return patterns.some((glob) => globMatches(glob, path));
}
