import { readParagraphs } from '../paragraphs.js';
import { type Cataloger, EMPTY, type FileCatalog, readWhole } from './cataloger.js';
import { CATALOG_LIMITS } from './limits.js';

/** Licenses of one file that are kept, and characters of one: packages have a few, in some words each. */
const MAX_LICENSES = 100;
const MAX_LICENSE = 200;

/** Debian's short names that SPDX writes otherwise. @see https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/#license-specification */
const SPDX_NAMES: Readonly<Record<string, string>> = {
  expat: 'MIT',
  artistic: 'Artistic-1.0',
  perl: 'Artistic-1.0-Perl OR GPL-1.0-or-later',
  'bsd-2-clause': 'BSD-2-Clause',
  'bsd-3-clause': 'BSD-3-Clause',
  'bsd-4-clause': 'BSD-4-Clause',
  'cc0-1.0': 'CC0-1.0',
  'public-domain': 'LicenseRef-public-domain',
  python: 'Python-2.0',
  zlib: 'Zlib',
};

/**
 * Reads the licenses of a Debian package, where its copyright file has the form that programs read. What holds for the
 * packaging alone (`debian/*`) is left out, and so is a file in free text.
 *
 * @see https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
 */
export const debianCopyrightCataloger: Cataloger = {
  id: 'debian-copyright',
  names: /(?:^|\/)usr\/share\/doc\/[^/]+\/copyright$/,
  open: (file) =>
    file.size > CATALOG_LIMITS['metadata-bytes']
      ? { write: () => undefined, end: () => EMPTY }
      : readWhole(file, CATALOG_LIMITS['metadata-bytes'], readCopyright),
};

function readCopyright(text: string): FileCatalog {
  const [header, ...paragraphs] = [...readParagraphs(text)];
  if (header?.get('format')?.includes('copyright-format') !== true) return EMPTY;
  const licenses = new Set<string>();
  for (const fields of [header, ...paragraphs]) {
    const files = fields.get('files')?.split(/\s+/) ?? [];
    // A paragraph with a license alone has its text.
    if (fields !== header && files.length === 0) continue;
    if (files.length > 0 && files.every((pattern) => pattern.startsWith('debian/'))) continue;
    const named = fields.get('license')?.split('\n', 1)[0]?.trim();
    if (named !== undefined && named !== '' && named.length <= MAX_LICENSE && licenses.size < MAX_LICENSES)
      licenses.add(spdxExpression(named));
  }
  return licenses.size === 0 ? EMPTY : { ...EMPTY, licenses: [...licenses] };
}

/**
 * `GPL-2+ with OpenSSL exception or Expat` as an SPDX expression; what has no name there stays as it is. `and` binds tighter than `or`, and
 * a comma separates more than both.
 */
function spdxExpression(text: string): string {
  const pieces = text.split(/,\s+(?=(?:and|or)\s)/i);
  const [first = '', ...rest] = pieces.map((piece) => {
    const [, operator = '', licenses = piece] = /^(?:(and|or)\s+)?(.*)$/is.exec(piece) ?? [];
    const words = licenses
      .split(/\s+(and|or)\s+/i)
      .map((one, index) => (index % 2 === 1 ? one.toUpperCase() : spdxLicense(one)));
    const expression = pieces.length > 1 && words.length > 1 ? `(${words.join(' ')})` : words.join(' ');
    return operator === '' ? expression : `${operator.toUpperCase()} ${expression}`;
  });
  return [first, ...rest].join(' ');
}

function spdxLicense(text: string): string {
  const [, license = text, exception] = /^(\S+)\s+with\s+(.+?)\s+exceptions?$/i.exec(text.trim()) ?? [];
  const name = spdxName(license.trim());
  return exception === undefined ? name : `${name} WITH ${exception.replace(/\s+/g, '-')}-exception`;
}

function spdxName(license: string): string {
  const known = SPDX_NAMES[license.toLowerCase()];
  if (known !== undefined) return known.includes(' ') ? `(${known})` : known;
  const [, family, number, minor = '.0', later] = /^([AL]?GPL|GFDL)-([0-9])(\.[0-9])?(\+?)$/i.exec(license) ?? [];
  if (family === undefined || number === undefined) return license;
  return `${family.toUpperCase()}-${number}${minor}-${later === '+' ? 'or-later' : 'only'}`;
}
