import type { Inventory } from '../packages/inventory.js';
import { type Purl, parsePurl } from '../purl/purl.js';
import { normaliseVersion } from '../sbom/distribution-packages.js';
import type { ImageSbom } from '../sbom/image-sbom.js';
import { installedPackages, type SbomPackage } from '../sbom/sbom.js';
import type { AskedPackage } from './questions.js';

const DISTRIBUTION_TYPES: ReadonlySet<string> = new Set(['apk', 'deb', 'rpm']);
/** Libraries inside programs, which no database in the layers tells of. */
const LIBRARY_TYPES: ReadonlySet<string> = new Set(['golang', 'cargo', 'npm', 'pypi']);

/**
 * Everything whose vulnerabilities are asked for: what the databases in the layers tell, and what a bill of materials that
 * counts has beside it. A package of the distribution that only the document lists may be one whose database entry was
 * removed. Libraries count where no distribution is there to speak for them, as in an image with one program.
 */
export function judgedPackages(inventory: Inventory, sbom: ImageSbom | null): readonly AskedPackage[] {
  const { packages } = inventory;
  if (sbom === null) return packages;
  const installed = new Set(packages.map(({ type, name }) => `${type}\n${name}`));
  const hasDistribution = packages.some(({ type }) => DISTRIBUTION_TYPES.has(type));
  const added = new Map<string, AskedPackage>();
  for (const item of installedPackages(sbom.chosen.sbom)) {
    const purl = item.purl === undefined ? undefined : parsePurl(item.purl);
    if (purl?.ok !== true || purl.value.qualifiers.get('arch') === 'source') continue;
    const { type } = purl.value;
    if (!DISTRIBUTION_TYPES.has(type) && (hasDistribution || !LIBRARY_TYPES.has(type))) continue;
    const one = packageOf(item, purl.value, sbom.chosen.place);
    if (!installed.has(`${type}\n${one.name}`)) added.set(`${type}\n${one.name}\n${one.version}`, one);
  }
  return [...packages, ...added.values()];
}

function packageOf(item: SbomPackage, purl: Purl, place: string): AskedPackage {
  const isLibrary = LIBRARY_TYPES.has(purl.type);
  const name = isLibrary && purl.namespace !== undefined ? `${purl.namespace}/${purl.name}` : purl.name;
  const architecture = purl.qualifiers.get('arch');
  const version = purl.version ?? item.version ?? '';
  return {
    type: purl.type,
    name,
    // Records about Go modules write versions without the v that the modules have.
    version:
      purl.type === 'golang' ? version.replace(/^v/, '') : normaliseVersion(version, purl.qualifiers.get('epoch')),
    ...(architecture === undefined ? {} : { architecture }),
    source: item.source ?? { name },
    purl: item.purl ?? '',
    where: place,
  };
}
