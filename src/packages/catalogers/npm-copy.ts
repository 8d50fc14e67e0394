import { z } from 'zod';
import { readNpmPackage } from '../language-packages.js';
import { type Cataloger, EMPTY, type FileCatalog, readWhole } from './cataloger.js';
import { CATALOG_LIMITS } from './limits.js';

const kept = z.looseObject({ private: z.unknown() });

/**
 * Reads npm packages that were copied or unpacked outside `node_modules`, such as `/opt/yarn-v1.22.22` and
 * `app/vendor/lodash`. A directory that is called as its package, with or without the version, is such a package; an
 * application's own directory is not, nor is what is marked as private. Directories of the name in an installed package
 * are its tests and examples.
 */
export const npmCopyCataloger: Cataloger = {
  id: 'npm-copy',
  names: /^(?!(?:.*\/)?node_modules\/).*[^/]\/package\.json$/,
  kinds: ['other'],
  open: (file) => readWhole(file, CATALOG_LIMITS['metadata-bytes'], (text) => readCopy(text, file.path)),
};

/** What is no JSON is a template, or a test of a parser. */
function readCopy(text: string, path: string): FileCatalog {
  const [one] = readNpmPackage(text, path).packages;
  if (one === undefined || isPrivate(text)) return EMPTY;
  const directory = path.split('/').at(-2) ?? '';
  const bare = one.name.slice(one.name.lastIndexOf('/') + 1);
  const isNamed = [bare, `${bare}-${one.version}`, `${bare}-v${one.version}`, `${bare}@${one.version}`].includes(
    directory,
  );
  return isNamed ? { ...EMPTY, packages: [{ type: 'npm', name: one.name, version: one.version }] } : EMPTY;
}

function isPrivate(text: string): boolean {
  const read = kept.safeParse(JSON.parse(text.replace(/^\uFEFF/, '')));
  return read.success && read.data.private === true;
}
