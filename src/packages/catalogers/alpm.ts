import { optionalField } from '../../lib/collections.js';
import { type Cataloger, EMPTY, type FileCatalog, readWhole } from './cataloger.js';
import { CATALOG_LIMITS } from './limits.js';

/**
 * Reads pacman's database: a file for each package, with `%FIELD%` lines before the lines of a value.
 *
 * @see https://man.archlinux.org/man/alpm-desc.5
 */
export const alpmCataloger: Cataloger = {
  id: 'alpm',
  names: /(?:^|\/)var\/lib\/pacman\/local\/[^/]+\/desc$/,
  open: (file) => readWhole(file, CATALOG_LIMITS['metadata-bytes'], readDescription),
};

function readDescription(text: string): FileCatalog {
  const fields = new Map<string, readonly string[]>();
  let values: string[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const field = /^%([A-Z0-9]+)%$/.exec(line)?.[1];
    if (field !== undefined) {
      values = [];
      if (!fields.has(field)) fields.set(field, values);
    } else if (line !== '') values.push(line);
  }
  const name = fields.get('NAME')?.[0];
  const version = fields.get('VERSION')?.[0];
  if (name === undefined || version === undefined) return { ...EMPTY, problems: ['it has no %NAME% or no %VERSION%'] };
  return {
    ...EMPTY,
    packages: [
      {
        type: 'alpm',
        name,
        version,
        ...optionalField('architecture', fields.get('ARCH')?.[0]),
        ...optionalField('licenses', fields.get('LICENSE')),
      },
    ],
  };
}
