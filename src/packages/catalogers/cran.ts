import { readParagraphs } from '../paragraphs.js';
import { type Cataloger, EMPTY, type FileCatalog, readWhole } from './cataloger.js';
import { CATALOG_LIMITS } from './limits.js';

/** Where a DESCRIPTION is an installed package's even if it can't be read. */
const LIBRARY = /(?:^|\/)(?:site-)?library\/[^/]+\/DESCRIPTION$/;
/** CRAN, and mirrors that serve its packages under other names. */
const FROM_CRAN = /^(?:CRAN|RSPM|PPM|Posit|https:\/\/(?:cran|cloud)\.r-project\.org)/i;

/**
 * Reads the DESCRIPTION of installed R packages, which has a field `Built` that sources lack. The packages of R itself
 * stand for R; packages of other repositories than CRAN have no advisories and are of the type `generic`.
 *
 * @see https://cran.r-project.org/doc/manuals/r-release/R-exts.html#The-DESCRIPTION-file
 */
export const cranCataloger: Cataloger = {
  id: 'cran',
  names: /(?:^|\/)DESCRIPTION$/,
  kinds: ['other'],
  open: (file) =>
    readWhole(file, CATALOG_LIMITS['metadata-bytes'], (text) => readDescription(text, LIBRARY.test(file.path))),
};

function readDescription(text: string, isLibrary: boolean): FileCatalog {
  const [fields] = readParagraphs(text);
  const name = fields?.get('package');
  const version = fields?.get('version');
  if (!name || !version) return isLibrary ? { ...EMPTY, problems: ['it has no Package or no Version'] } : EMPTY;
  if (!isLibrary && !fields?.has('built')) return EMPTY;
  const license = fields?.get('license');
  const rest = { version, ...(license ? { licenses: [license] } : {}) };
  const priority = fields?.get('priority');
  if (priority === 'base')
    return name === 'base' ? { ...EMPTY, packages: [{ type: 'generic', name: 'R', ...rest }] } : EMPTY;
  const isCran = priority === 'recommended' || FROM_CRAN.test(fields?.get('repository') ?? '');
  return { ...EMPTY, packages: [{ type: isCran ? 'cran' : 'generic', name, ...rest }] };
}
