import type { Build } from '../build-files/build.js';
import { isRun } from '../build-files/image-use.js';
import type { Reading } from '../build-files/reading.js';
import { groupBy } from '../lib/collections.js';
import { familiarReference, parseReference, type Reference, repositoryName } from '../references/reference.js';
import { canonicalHost } from '../references/registry-host.js';
import { inComment, plainOrQuoted } from './proposal-text.js';

/** An image that the repository builds itself under a name without a host, and builds on. */
export interface OwnImage {
  readonly name: string;
  readonly build: Build;
  readonly file: string;
  /** Ids of the uses. */
  readonly names: ReadonlySet<string>;
}

/** What is built here and built on by a name of Docker Hub's official images, which it is not. */
export function ownImages({
  uses,
  files,
  builds = [],
}: Pick<Reading, 'uses' | 'files' | 'builds'>): readonly OwnImage[] {
  const read = new Set(files.flatMap(({ path, status }) => (status === 'read' ? [path] : [])));
  const built = new Map<string, { readonly build: Build; readonly file: string }>();
  for (const build of builds) {
    const { dockerfile, tags = [] } = build;
    if (dockerfile === undefined || !read.has(dockerfile)) continue;
    for (const tag of tags) {
      const parsed = parseReference(tag);
      if (parsed.ok && isBare(parsed.value)) built.set(repositoryName(parsed.value), { build, file: dockerfile });
    }
  }
  const named = uses.flatMap((use) => {
    const { reference, file } = use;
    const found = reference === null || isRun(use) ? undefined : built.get(repositoryName(reference));
    // A file that builds on the name it gives its own image builds on the official one.
    if (reference === null || found === undefined || found.file === file) return [];
    return [{ name: familiarReference(reference).replace(/:latest$/, ''), id: use.id, ...found }];
  });
  return [...groupBy(named, ({ name }) => name)].map(([name, group]) => {
    const [{ build, file }] = group;
    return { name, build, file, names: new Set(group.map(({ id }) => id)) };
  });
}

function isBare({ registry, repository }: Reference): boolean {
  return canonicalHost(registry) === 'docker.io' && repository.startsWith('library/');
}

/** The lines of `contexts` for them. */
export function contextLines(own: readonly OwnImage[]): readonly string[] {
  if (own.length === 0) return [];
  return [
    '# Images that are built in this repository; they are not looked up in a registry.',
    'contexts:',
    ...own.flatMap(({ name, build, file }) => [
      `  # Built by ${inComment(build.definition)}:${build.line}.`,
      `  ${plainOrQuoted(name)}: ${plainOrQuoted(file)}`,
    ]),
    '',
  ];
}
