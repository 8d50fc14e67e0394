import { plural } from '../../lib/text.js';
import type { DefinitionFile } from '../build-definition.js';
import type { BuildFile } from '../image-use.js';
import { MAX_DEFINITION_BYTES, readAll } from '../read-definitions.js';
import type { UnseenBuild } from '../reading.js';
import type { RepositoryTree } from '../repository-tree.js';
import { entriesOf, field, items } from '../workflow/yaml-fields.js';

/** Files that `docker buildx bake` looks for where it is run, in the order in which it merges them. */
const COMPOSE_NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const BAKE_NAMES = ['docker-bake.json', 'docker-bake.hcl', 'docker-bake.override.json', 'docker-bake.override.hcl'];

/** JSON and HCL that is examined for targets, all files of a repository together. */
const MAX_CANDIDATE_BYTES = 64 * 1024 * 1024;
/** JSON that is too long to be read, and is examined for bake targets; all files together. */
const MAX_LONG_BYTES = 128 * 1024 * 1024;

/** Bake files that are read together. */
interface BakeSet {
  readonly paths: readonly string[];
  /** Whether the name alone says that they are for bake; others are where they have targets. */
  readonly isNamed: boolean;
}

/** A path whose file may be one for bake: any HCL or JSON that is not another program's by its name. */
export function isBakeFile(path: string): boolean {
  if (/\.(?:pkr|nomad|tfvars|tftest)\.hcl$|(?:^|\/)(?:terragrunt|\.terraform\.lock)\.hcl$/.test(path)) return false;
  return /\.hcl$/.test(path) || (/\.json$/.test(path) && !OTHER_JSON.test(path));
}

/** JSON of package managers and dependencies, which is long, and no definition of a build of this repository. */
const OTHER_JSON = /(?:^|\/)(?:(?:node_modules|vendor)\/.*|(?:package(?:-lock)?|npm-shrinkwrap|composer)\.json)$/;

/**
 * The bake files of a repository, in the sets in which they are read: those that bake finds by their names, and each
 * other HCL or JSON that has targets. What is beyond a limit is named once.
 */
export async function bakeFiles(
  tree: RepositoryTree,
  paths: readonly string[],
): Promise<{
  readonly sets: readonly (readonly DefinitionFile[])[];
  readonly unreadable: readonly BuildFile[];
  readonly unseen: readonly UnseenBuild[];
}> {
  const sets: (readonly DefinitionFile[])[] = [];
  const unreadable: BuildFile[] = [];
  const beyond: string[] = [];
  const long: string[] = [];
  let left = MAX_CANDIDATE_BYTES;
  for (const set of bakeSets(paths)) {
    if (set.isNamed) {
      const read = await readAll(tree, set.paths);
      if (read.unreadable.length === 0) sets.push(read.files);
      unreadable.push(...read.unreadable);
      continue;
    }
    for (const path of set.paths) {
      const content = await tree.read(path, Math.min(left, MAX_DEFINITION_BYTES));
      if (!content.ok) {
        if (content.error.code === 'too-large') (left < MAX_DEFINITION_BYTES ? beyond : long).push(path);
      } else {
        left -= content.value.length;
        if (hasTargets(path, content.value)) sets.push([{ path, bytes: content.value }]);
      }
    }
  }
  // A file that is too long by itself is mostly data.
  let leftForLong = MAX_LONG_BYTES;
  for (const path of long) {
    const content = await tree.read(path, leftForLong);
    if (content.ok) leftForLong -= content.value.length;
    if (content.ok ? mayHaveTargets(content.value) : content.error.code === 'too-large') beyond.push(path);
  }
  const [path] = beyond;
  if (path === undefined) return { sets, unreadable, unseen: [] };
  const others = beyond.length === 1 ? '' : `, and so are ${plural(beyond.length - 1, 'other file')}`;
  const what = `is too long to be looked at for bake targets${others} (limit bake-candidates)`;
  return { sets, unreadable, unseen: [{ path, what }] };
}

/**
 * The bake definitions among the paths of a repository: in each directory the files that bake joins by itself, and each
 * other file alone.
 *
 * @see https://docs.docker.com/build/bake/introduction/ and `defaultFilenames` in buildx's bake/bake.go
 */
function bakeSets(paths: readonly string[]): readonly BakeSet[] {
  const candidates = paths.filter(isBakeFile);
  const known = new Set(paths);
  const sets = new Map<string, BakeSet>();
  for (const path of candidates) {
    const slash = path.lastIndexOf('/') + 1;
    const directory = path.slice(0, slash);
    const name = path.slice(slash);
    if (!BAKE_NAMES.includes(name)) sets.set(path, { paths: [path], isNamed: /^docker-bake\b/.test(name) });
    else if (!sets.has(directory)) {
      const all = [...COMPOSE_NAMES, ...BAKE_NAMES].map((one) => `${directory}${one}`);
      sets.set(directory, { paths: all.filter((one) => known.has(one)), isNamed: true });
    }
  }
  // Names that say something come first, while there are bytes left.
  return [...sets.values()].sort((a, b) => Number(isLikely(b)) - Number(isLikely(a)));
}

function isLikely({ isNamed, paths: [path = ''] }: BakeSet): boolean {
  return isNamed || /\.hcl$|(?:bake|docker|container|image|build|target)[^/]*$/i.test(path);
}

/** Fields that bake has in a target, which distinguish it from what other programs call a target. */
const TARGET_FIELDS = new Set([
  ...['args', 'cache-from', 'cache-to', 'context', 'contexts', 'dockerfile', 'dockerfile-inline', 'inherits', 'matrix'],
  ...['no-cache', 'output', 'platforms', 'pull', 'secret', 'ssh', 'tags'],
]);

/** Whether a text has targets as bake has them: HCL of other programs, and other JSON, is none of ours. */
function hasTargets(path: string, bytes: Uint8Array): boolean {
  if (path.endsWith('.hcl'))
    return /^[ \t]*target[ \t]+(?:"[^"\n]*"|[\w-]+)[ \t]*\{/m.test(new TextDecoder().decode(bytes));
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!buffer.includes('"target"') && !buffer.includes('\\u')) return false;
  const text = buffer.toString();
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    // HCL may take what JSON refuses, or someone is still writing it.
    return /"target"\s*:\s*[[{]/.test(text) && /"(?:dockerfile|context|inherits|dockerfile-inline)"\s*:/.test(text);
  }
  const targets = bodiesOf(file).flatMap((body) => bodiesOf(field(body, 'target')));
  return targets
    .flatMap((labels) => entriesOf(labels).flatMap(([, target]) => bodiesOf(target)))
    .some((target) => entriesOf(target).some(([name]) => TARGET_FIELDS.has(name)));
}

/** The same of a file that is too long to be read; a name of letters that are escaped is one that someone hides. */
function mayHaveTargets(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = buffer.includes('target') || buffer.includes('\\u00') ? buffer.toString() : '';
  return /"target"\s*:\s*[[{]|\\u00[4-7][\da-f](?:\w|\\u00[4-7][\da-f])*"\s*:|^[ \t]*target[ \t]+["\w]/im.test(text);
}

/** Where HCL has a block, its JSON has an object, or a list of them. */
function bodiesOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? items(value) : [value];
}
