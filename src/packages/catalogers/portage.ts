import { type Cataloger, EMPTY } from './cataloger.js';

const PLACE = /(?:^|\/)var\/db\/pkg\/([^/]+)\/([^/]+)\/PF$/;
/** A package, its version and its revision. @see https://projects.gentoo.org/pms/8/pms.html#version-specifications */
const NAME_AND_VERSION =
  /^([A-Za-z0-9_][\w+-]*?)-([0-9]+(?:\.[0-9]+)*[a-z]?(?:_(?:alpha|beta|pre|rc|p)[0-9]*)*(?:-r[0-9]+)?)$/;

/** Reads Portage's database: a directory for each package, named by category, package and version. */
export const portageCataloger: Cataloger = {
  id: 'portage',
  names: PLACE,
  open: ({ path }) => ({
    write: () => undefined,
    end: () => {
      const [, category = '', directory = ''] = PLACE.exec(path) ?? [];
      const [, name, version] = NAME_AND_VERSION.exec(directory) ?? [];
      if (name === undefined || version === undefined)
        return { ...EMPTY, problems: ['the name of its directory is not a package name with a version'] };
      return { ...EMPTY, packages: [{ type: 'ebuild', name: `${category}/${name}`, version }] };
    },
  }),
};
