import type { BuildFile, ImageUse } from '../build-files/image-use.js';
import { groupBy } from '../lib/collections.js';
import { inComment, plainOrQuoted } from './proposal-text.js';

/** As many files of one directory that can't be read, and none that can, are one pattern. */
const DIRECTORY_FROM = 3;
const REASON_LENGTH = 60;

/** The lines of `files.exclude` for what BuildKit can't read and nothing here builds. */
export function excludeLines(files: readonly BuildFile[]): readonly string[] {
  const excluded = files.filter(({ status, isUnreferenced }) => status === 'unreadable' && isUnreferenced === true);
  if (excluded.length === 0) return [];
  const read = files.filter(({ status }) => status === 'read').map(({ path }) => path);
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
    "# Files that can't be read and that nothing here builds: fragments, templates and test data.",
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

/** What is to be filled in, in comments: arguments without a value, and images that nothing in the file decides. */
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
