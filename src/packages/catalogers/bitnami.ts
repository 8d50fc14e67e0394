import { z } from 'zod';
import { type Purl, parsePurl } from '../purl.js';
import { type CatalogedPackage, type Cataloger, EMPTY, type FileCatalog, readWhole } from './cataloger.js';
import { CATALOG_LIMITS } from './limits.js';

const document = z.object({
  spdxVersion: z.string(),
  packages: z.array(
    z.object({
      name: z.string(),
      versionInfo: z.string().optional(),
      licenseDeclared: z.string().optional(),
      externalRefs: z.array(z.object({ referenceType: z.string(), referenceLocator: z.string() })).optional(),
    }),
  ),
});

/**
 * Reads the SPDX file that Bitnami's images have for each component: the component itself, which Bitnami's advisories are
 * about, and the libraries that are named in it.
 *
 * @see https://github.com/bitnami/vulndb
 */
export const bitnamiCataloger: Cataloger = {
  id: 'bitnami',
  names: /(?:^|\/)opt\/bitnami\/[^/]+\/\.spdx-[^/]+\.spdx$/,
  open: (file) => readWhole(file, CATALOG_LIMITS['package-list-bytes'], readDocument, 'package-list-bytes'),
};

function readDocument(text: string): FileCatalog {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ...EMPTY, problems: ['it is not JSON'] };
  }
  const read = document.safeParse(value);
  if (!read.success) return { ...EMPTY, problems: ['it is not the SPDX document of a component'] };
  if (read.data.packages.length > CATALOG_LIMITS['packages']) {
    return { ...EMPTY, problems: [`it has more than ${CATALOG_LIMITS['packages']} packages (limit packages)`] };
  }
  const packages = read.data.packages.flatMap((one): CatalogedPackage[] => {
    const { name, versionInfo, externalRefs = [], licenseDeclared = 'NOASSERTION' } = one;
    const stated = /^(?:NOASSERTION|NONE)$/.test(licenseDeclared) ? {} : { licenses: [licenseDeclared] };
    if (name === '') return [];
    const purl = externalRefs.find(({ referenceType }) => referenceType === 'purl')?.referenceLocator;
    const known = purl === undefined ? undefined : parsePurl(purl);
    if (known?.ok !== true) return [{ type: 'generic', name, version: versionInfo ?? '', ...stated }];
    return [{ ...packageOf(known.value), ...stated }];
  });
  return { ...EMPTY, packages };
}

/** The packages whose purl type is known here; advisories can't be queried for other types. */
function packageOf({ type, namespace, name, version = '' }: Purl): CatalogedPackage {
  const path = namespace === undefined ? name : `${namespace}/${name}`;
  switch (type) {
    case 'bitnami':
    case 'cargo':
    case 'gem':
    case 'npm':
    case 'pypi':
      return { type, name: path, version };
    case 'golang':
      return { type, name: path, version: version.replace(/^v/, '') };
    case 'maven':
      return { type, name: namespace === undefined ? name : `${namespace}:${name}`, version };
    default:
      return { type: 'generic', name: path, version };
  }
}
