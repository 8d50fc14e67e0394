import { type Cataloger, EMPTY, type FileCatalog, readWhole } from './cataloger.js';
import { CATALOG_LIMITS } from './limits.js';

const NAME = '[A-Za-z0-9][A-Za-z0-9._-]{0,127}';
const VERSION = '[0-9][0-9A-Za-z.-]{0,127}';

/** RubyGems writes it into every specification that it installs. */
const STUB = new RegExp(`^# stub: (${NAME}) (${VERSION}) \\S`, 'm');
const BLANKS = '[ \\t]{0,64}';
const literal = (field: string, value: string) =>
  new RegExp(
    `^${BLANKS}[a-z_]{1,20}\\.${field}${BLANKS}=${BLANKS}(["'])(${value})\\1(?:\\.freeze)?[ \\t\\r]{0,64}$`,
    'm',
  );
const LITERAL_NAME = literal('name', NAME);
const LITERAL_VERSION = literal('version', VERSION);

const TEXT = '"[^"\\n]{1,128}"(?:\\.freeze)?';
const LITERAL_LICENSES = new RegExp(
  `^${BLANKS}[a-z_]{1,20}\\.licenses?${BLANKS}=${BLANKS}\\[?(${TEXT}(?:${BLANKS},${BLANKS}${TEXT}){0,15})\\]?(?:\\.freeze)?[ \\t\\r]{0,64}$`,
  'm',
);

/**
 * Reads the specifications of gems that are installed, the default ones of Ruby among them. A specification is a program:
 * one that computes its name or version is named as not read.
 *
 * @see https://guides.rubygems.org/specification-reference/
 */
export const gemCataloger: Cataloger = {
  id: 'gem',
  names: /(?:^|\/)(?:specifications\/(?:default\/)?|bundler\/gems\/[^/]+\/)[^/]+\.gemspec$/,
  open: (file) => readWhole(file, CATALOG_LIMITS['metadata-bytes'], readSpecification),
};

function readSpecification(text: string): FileCatalog {
  const [, stubName, stubVersion] = STUB.exec(text) ?? [];
  const name = stubName ?? LITERAL_NAME.exec(text)?.[2];
  const version = stubVersion ?? LITERAL_VERSION.exec(text)?.[2];
  if (name === undefined || version === undefined) return { ...EMPTY, unread: ['gem'] };
  const licenses = [...(LITERAL_LICENSES.exec(text)?.[1] ?? '').matchAll(/"([^"]*)"/g)].map(
    ([, license = '']) => license,
  );
  return { ...EMPTY, packages: [{ type: 'gem', name, version, ...(licenses.length === 0 ? {} : { licenses }) }] };
}
