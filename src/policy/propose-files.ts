import type { Build } from '../build-files/build.js';
import type { BuildFile, ImageUse } from '../build-files/image-use.js';
import { groupBy } from '../lib/collections.js';
import { inComment, plainOrQuoted } from './proposal-text.js';

/** As many files of one directory that can't be read, and none that can, are one pattern. */
const DIRECTORY_FROM = 3;
const REASON_LENGTH = 60;

/** A file that no builder builds as it is, and why, in a clause. */
interface Excluded {
  readonly path: string;
  readonly reason?: string;
}

const TEST_DATA = /(?:^|\/)(?:testdata|test-fixtures|__?fixtures__?|fixtures)\//;

/**
 * Files with a reference that no argument makes known, since it is none, and test data with arguments that a test gives:
 * nothing here builds them, and tools do not look for them by their names.
 */
export function unbuiltFiles(
  unknown: readonly ImageUse[],
  builds: readonly Pick<Build, 'dockerfile'>[],
): readonly Excluded[] {
  const built = new Set(builds.map(({ dockerfile }) => dockerfile));
  const found = unknown.flatMap(({ file, written, expanded, reachable, instruction }): readonly Excluded[] => {
    const isLiteral = reachable && instruction === 'FROM' && written === expanded && !written.includes('$');
    if (built.has(file) || /^(?:Docker|Container|docker)file$/.test(file)) return [];
    if (isLiteral) return [{ path: file, reason: `${expanded} is no image` }];
    return TEST_DATA.test(file) ? [{ path: file, reason: `test data: ${written} has no value` }] : [];
  });
  return [...new Map(found.map((one) => [one.path, one])).values()];
}

/** Files that BuildKit can't read and nothing here builds. */
export function unreadFragments(files: readonly BuildFile[]): readonly BuildFile[] {
  return files.filter(({ status, isUnreferenced }) => status === 'unreadable' && isUnreferenced === true);
}

/** The lines of `files.exclude` for files that BuildKit can't read or build, and that nothing here builds. */
export function excludeLines(files: readonly BuildFile[], unbuilt: readonly Excluded[]): readonly string[] {
  const excluded: readonly Excluded[] = [...unreadFragments(files), ...unbuilt];
  if (excluded.length === 0) return [];
  const left = new Set(excluded.map(({ path }) => path));
  const read = files.filter(({ path, status }) => status === 'read' && !left.has(path)).map(({ path }) => path);
  const directoryOf = (path: string) => path.slice(0, path.lastIndexOf('/') + 1);
  const lines = [...groupBy(excluded, ({ path }) => directoryOf(path))].flatMap(([directory, group]) => {
    const isAlone = directory !== '' && !read.some((path) => path.startsWith(directory));
    if (isAlone && group.length >= DIRECTORY_FROM) return [`    - ${JSON.stringify(`${globOf(directory)}**`)}`];
    return group.map(({ path, reason = '' }) => {
      const why = reason.replace(/\s+/g, ' ').slice(0, REASON_LENGTH);
      return `    - ${JSON.stringify(globOf(path))} # ${inComment(why)}`;
    });
  });
  return [
    "# Files that can't be read or built and that nothing here builds: fragments, templates and test data.",
    'files:',
    '  exclude:',
    ...lines,
    '',
  ];
}

/** A path as a glob that matches it. */
function globOf(path: string): string {
  return path.replace(/[*?[\]{}\\!]/g, '*');
}

/** Comments on what to fill in: arguments without a value, and images that the file does not determine. */
export function unknownLines(unknown: readonly ImageUse[]): readonly string[] {
  const byFile = groupBy(
    unknown.filter((use) => argumentsOf(use).length > 0),
    ({ file }) => file,
  );
  const others = unknown.filter((use) => argumentsOf(use).length === 0);
  const places = [...new Set(others.map(({ file, line }) => `${inComment(file)}:${line}`))].sort();
  const given = [...byFile].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...(given.length === 0
      ? []
      : [
          '# Arguments without a value: the images that they name are not known. Fill in what the pipeline passes, under files:',
          '#   build-args:',
          ...given.flatMap(([file, uses]) => [
            `#     ${plainOrQuoted(inComment(file))}:`,
            ...[...new Set(uses.flatMap(argumentsOf))].sort().map((name) => `#       ${name}: "…"`),
          ]),
        ]),
    ...(places.length === 0
      ? []
      : [
          '# Images that are not known without running the build; give the argument a default, or list them under contexts:',
          ...places.map((place) => `#   ${place}`),
        ]),
  ];
}

/** The arguments that a reference which is not known is written with. */
function argumentsOf({ written, overridable }: ImageUse): readonly string[] {
  const named = [...written.matchAll(/\$\{?([A-Za-z_]\w*)/g)].flatMap(([, name]) => name ?? []);
  return named.filter((name) => overridable.length === 0 || overridable.includes(name));
}
