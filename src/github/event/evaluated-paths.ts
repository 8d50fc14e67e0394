import type { TreeEntry, TreeError } from '../../build-files/repository-tree.js';
import { isScriptFile } from '../../build-files/script/script-files.js';
import { LOCK_PATH } from '../../enforce/lock/lock.js';
import { err, ok, type Result } from '../../lib/result.js';
import { type Glob, globMatches, parseGlob } from '../../references/glob.js';
import type { Stop } from '../engine.js';
import type { CommitTree } from '../repository/commit-tree.js';
import type { ActionInputs } from './inputs.js';
import type { RunPlan } from './run-plan.js';

/**
 * The paths that `paths` and `changed-files-only` leave; null where everything is evaluated. A line of `paths` that matches
 * no file would evaluate nothing and pass for ever, so it is wrong usage, unless this change removes the last file it
 * matched. A line that matches files and no build file among them is in order: services come without one.
 */
export async function evaluatedPaths(
  { paths, changedFilesOnly }: ActionInputs,
  { evaluated, base, changedFiles }: RunPlan,
): Promise<Result<readonly string[] | null, Stop>> {
  if (paths.length === 0 && !changedFilesOnly) return ok(null);
  const entries = await evaluated.entries();
  if (!entries.ok) return unlisted(entries.error);
  const isNarrowed = changedFilesOnly && changedFiles !== null && !changedFiles.some(mayChangeOthers);
  const changed = isNarrowed ? withLinks(changedFiles, entries.value) : null;
  if (paths.length === 0) return ok(changed);
  const globs: { readonly line: string; readonly glob: Glob }[] = [];
  for (const line of paths) {
    const glob = parseGlob(line);
    if (!glob.ok) return wrongPaths(`has an invalid glob: ${glob.error}`);
    globs.push({ line, glob: glob.value });
  }
  const all = entries.value.map(({ path }) => path);
  for (const { line, glob } of globs) {
    if (all.some((path) => globMatches(glob, path))) continue;
    const before = base === null ? ok([]) : await pathsOf(base);
    if (!before.ok) return unlisted(before.error);
    if (!before.value.some((path) => globMatches(glob, path))) {
      return wrongPaths(`has the line ${JSON.stringify(line)}, which matches no file of the evaluated commit`);
    }
  }
  return ok((changed ?? all).filter((path) => globs.some(({ glob }) => globMatches(glob, path))));
}

/** Attributes, which change a file's bytes on checkout; what requests builds; and values that such files are read with. */
const CHANGES_OTHERS: readonly RegExp[] = [
  /(?:^|\/)\.gitattributes$/i,
  /\.(?:ya?ml|hcl)$/i,
  // `docker buildx bake -f` and `docker compose -f` take JSON by any name.
  /(?<!(?:^|\/)(?:package-lock|npm-shrinkwrap|\.package-lock))\.json$/i,
  /\.env(?:\.[^/]*)?$/i,
];

/** Whether a change of this file can change what another one builds, or name a build file that was there before. */
function mayChangeOthers(path: string): boolean {
  return path === LOCK_PATH || CHANGES_OTHERS.some((pattern) => pattern.test(path)) || isScriptFile(path);
}

/** What a link leads to may have changed where the link has not. */
function withLinks(changed: readonly string[], entries: readonly TreeEntry[]): readonly string[] {
  const links = entries.flatMap(({ path, kind }) => (kind === 'link' ? [path] : []));
  return [...new Set([...changed, ...links])];
}

async function pathsOf(tree: CommitTree): Promise<Result<readonly string[], TreeError>> {
  const entries = await tree.entries();
  return entries.ok ? ok(entries.value.map(({ path }) => path)) : entries;
}

function wrongPaths(what: string): Result<never, Stop> {
  return err({
    code: 'usage',
    message: `The input \`paths\` ${what}.`,
    fix: "Write one glob per line, relative to the repository's root, such as services/*/Dockerfile or services/api/**.",
  });
}

function unlisted({ message, fix }: TreeError): Result<never, Stop> {
  return err({ code: 'indeterminate', message, fix });
}
