import { type Cataloger, EMPTY, readWhole } from './cataloger.js';
import { CATALOG_LIMITS } from './limits.js';

/** A file in which a package manager lists what it installed, apart from what it says of the packages. */
interface FileList {
  readonly id: string;
  /** What stands before the database in a path is captured: another root. */
  readonly names: RegExp;
  /** The path of a line, from the root; undefined where it names no file. */
  readonly path: (line: string) => string | undefined;
}

const LISTS: readonly FileList[] = [
  // https://man.archlinux.org/man/alpm-files.5 has paths without a slash, and directories with one at their end
  {
    id: 'alpm-files',
    names: /^(.*\/)?var\/lib\/pacman\/local\/[^/]+\/files$/,
    path: (line) => (/^%|\/$/.test(line) ? undefined : line),
  },
  // https://projects.gentoo.org/pms/8/pms.html#vdb has `obj PATH MD5 TIME`, `sym PATH -> TARGET TIME` and `dir PATH`
  {
    id: 'portage-files',
    names: /^(.*\/)?var\/db\/pkg\/[^/]+\/[^/]+\/CONTENTS$/,
    path: (line) => /^obj (.+) [0-9a-f]{32} [0-9]+$|^sym (.+?) -> /.exec(line)?.slice(1).find(Boolean),
  },
  {
    id: 'opkg-files',
    names: /^(.*\/)?(?:usr|var)\/lib\/opkg\/info\/[^/]+\.list$/,
    path: (line) => line.split('\t')[0],
  },
];

/** Reads which files the packages of pacman, Portage and opkg brought. */
export const fileListCatalogers: readonly Cataloger[] = LISTS.map(({ id, names, path }) => ({
  id,
  names,
  open: (file) =>
    readWhole(
      file,
      CATALOG_LIMITS['package-list-bytes'],
      (text) => ({
        ...EMPTY,
        owned: ownedBelow(
          names.exec(file.path)?.[1] ?? '',
          text.split('\n').flatMap((line) => path(line) ?? []),
        ),
      }),
      'package-list-bytes',
    ),
}));

/** Paths of files as a catalog has them: below a directory (empty, or with a slash at its end), one a line. */
export function ownedBelow(directory: string, paths: readonly string[]): string {
  return paths.flatMap((path) => (path === '' ? [] : [`${directory}${path.replace(/^\/+/, '')}`])).join('\n');
}
