import { plural } from '../lib/text.js';
import type { Build } from './build.js';
import { definedBuilds, namedBuildOf } from './defined-builds.js';
import type { BuildFile } from './image-use.js';
import type { ReadingOptions, UnseenBuild } from './reading.js';
import { type RepositoryTree, reasonOf, type TreeEntry } from './repository-tree.js';
import type { RequestedBuilds } from './script/build-command.js';
import type { PlacedBuild } from './unseen-builds.js';
import { buildsInWorkflow, isWorkflow, MAX_WORKFLOW_BYTES } from './workflow/workflow-builds.js';

/** What the files of a repository ask to be built. */
interface RepositoryBuilds {
  readonly workflows: readonly PlacedBuild[];
  /** Of bake, Compose and dev container definitions. */
  readonly defined: readonly PlacedBuild[];
  readonly builds: readonly Build[];
  readonly unseen: readonly UnseenBuild[];
  /** Workflows that could not be had: what they build is not known. */
  readonly unreadable: readonly BuildFile[];
}

/** Reads what workflows, the repository's own actions and build definitions build. */
export async function requestedBuilds(
  tree: RepositoryTree,
  entries: readonly TreeEntry[],
  options: Pick<ReadingOptions, 'definitions' | 'environment' | 'only'>,
): Promise<RepositoryBuilds> {
  const unreadable: BuildFile[] = [];
  const unseen: UnseenBuild[] = [];
  const known = new Set(entries.map(({ path }) => path));
  const take = (path: string, { named, unseen: clauses }: RequestedBuilds, into: PlacedBuild[]) => {
    into.push(...named.map((build) => ({ path, build: { ...build, file: foundAs(build.file, known) } })));
    unseen.push(...clauses.map((what) => ({ path, what })));
  };

  const workflows: PlacedBuild[] = [];
  let left = MAX_WORKFLOW_BYTES;
  for (const { path } of entries.filter(({ path, kind }) => kind === 'file' && isWorkflow(path))) {
    const content = await tree.read(path, left);
    if (content.ok) {
      left -= content.value.length;
      const directory = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
      take(path, await buildsInWorkflow(content.value, directory), workflows);
    } else if (content.error.code === 'too-large') {
      const reason = `the workflows have more than ${plural(MAX_WORKFLOW_BYTES, 'byte')} (limit workflow-bytes)`;
      unreadable.push({ path, status: 'unreadable', reason });
    } else if (content.error.code === 'not-found') {
      unseen.push({ path, what: 'is tracked and not here' });
    } else {
      unreadable.push({ path, status: 'unreadable', reason: reasonOf(content.error) });
    }
  }

  const { builds, ...others } = await definedBuilds(tree, entries, options);
  unreadable.push(...others.unreadable);
  unseen.push(...others.unseen.filter(({ path }) => options.only?.includes(path) !== false));
  const defined: PlacedBuild[] = [];
  for (const build of builds) {
    const named = namedBuildOf(build);
    if (typeof named === 'string') unseen.push({ path: build.definition, what: named });
    else defined.push({ path: build.definition, build: { ...named, file: foundAs(named.file, known) } });
  }
  return { workflows, defined, builds, unseen, unreadable };
}

/** The file that is built where there is none of the name: BuildKit and Podman have names that they fall back to. */
function foundAs(file: string, known: ReadonlySet<string>): string {
  if (known.has(file) || !/(?:^|\/)Dockerfile$/.test(file)) return file;
  const directory = file.slice(0, -'Dockerfile'.length);
  return [`${directory}dockerfile`, `${directory}Containerfile`].find((other) => known.has(other)) ?? file;
}
