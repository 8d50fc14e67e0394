import { optionalField } from '../../lib/collections.js';
import { readParagraphs } from '../paragraphs.js';
import { type CatalogedPackage, type Cataloger, EMPTY, type FileCatalog, readWhole } from './cataloger.js';
import { CATALOG_LIMITS } from './limits.js';

/**
 * Reads the packages that opkg installed, as OpenWrt and Yocto do. Its format is that of dpkg.
 *
 * @see https://openwrt.org/docs/guide-user/additional-software/opkg
 */
export const opkgCataloger: Cataloger = {
  id: 'opkg',
  names: /(?:^|\/)(?:usr|var)\/lib\/opkg\/status$/,
  open: (file) => readWhole(file, CATALOG_LIMITS['package-list-bytes'], readStatus, 'package-list-bytes'),
};

function readStatus(text: string): FileCatalog {
  const packages: CatalogedPackage[] = [];
  const problems: string[] = [];
  for (const fields of readParagraphs(text)) {
    const name = fields.get('package');
    const version = fields.get('version');
    if (/(?:^|\s)not-installed$/.test(fields.get('status') ?? '')) continue;
    if (!name || !version) {
      if (problems.length === 0) problems.push('a paragraph has no Package or no Version');
      continue;
    }
    if (packages.length >= CATALOG_LIMITS['packages']) {
      problems.push(`it has more than ${CATALOG_LIMITS['packages']} packages (limit packages)`);
      break;
    }
    const license = fields.get('license');
    packages.push({
      type: 'opkg',
      name,
      version,
      ...optionalField('architecture', fields.get('architecture')),
      ...(license ? { licenses: [license] } : {}),
    });
  }
  return { ...EMPTY, packages, problems };
}
