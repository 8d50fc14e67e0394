import { normalizeVersion } from '../attestations/sbom/distribution-packages.js';
import type { ImageSbom } from '../attestations/sbom/image-sbom.js';
import { installedPackages, type SbomPackage } from '../attestations/sbom/sbom.js';
import { optionalField } from '../lib/collections.js';
import type { Inventory } from '../packages/inventory.js';
import { type Purl, parsePurl } from '../packages/purl.js';
import { normalizeName } from './matching/ecosystems.js';
import { DISTRIBUTION_TYPES, type ReadPackage, structureOf } from './no-packages.js';
import {
  languageEcosystem,
  packageCalled,
  type QueriedPackage,
  type Uncovered,
  type Unevaluated,
} from './sources/queries.js';

/** Everything whose vulnerabilities are queried, and what no source can be queried about. */
export interface EvaluatedPackages {
  readonly packages: readonly QueriedPackage[];
  /** Packages whose entry in an SBOM can't be read. */
  readonly unevaluated: readonly Unevaluated[];
  /** Packages that an SBOM lists without saying of which ecosystem they are. */
  readonly uncovered: readonly Uncovered[];
}

/**
 * What the databases in the layers tell, and what an SBOM that counts has next to it: packages of the
 * distribution, whose database entry may have been removed, and what no database lists, such as the libraries
 * inside a program. What a distribution's package installed is left to the distribution.
 */
export function evaluatedPackages(inventory: Inventory, sbom: ImageSbom | null): EvaluatedPackages {
  const { packages } = inventory;
  if (sbom === null) return { packages, unevaluated: [], uncovered: [] };
  const { sbom: document, place } = sbom.chosen;
  const all = installedPackages(document).map(readPackage);
  const installed = new Set(packages.map(identityOf));
  // The advisories of no other package cover what a third party's package installed, so it is queried.
  const own = new Set(packages.filter(({ thirdParty }) => thirdParty === undefined).map(identityOf));
  const structure = structureOf(document, all, ({ type, name }) => own.has(identityOf({ type, name, version: '' })));
  const named = new Set(packages.map(({ name, version }) => `${name}\n${version}`));
  const added = new Map<string, QueriedPackage>();
  const unevaluated: Unevaluated[] = [];
  const uncovered: Uncovered[] = [];
  for (const one of all) {
    const { item, purl } = one;
    if (structure.isNoPackage(one) || structure.isBrought(one)) continue;
    if (purl === undefined) {
      if (named.has(`${item.name}\n${item.version ?? ''}`)) continue;
      const what = `${packageCalled(item.name === '' ? item.id : item.name, item.version)} of ${place}`;
      if (item.purl === undefined) {
        uncovered.push({
          type: 'unknown',
          name: item.name,
          what,
          reason: 'it has no purl, so its ecosystem is unknown',
        });
      } else unevaluated.push({ what, reason: `its purl can't be read: ${item.purl.slice(0, 100)}` });
      continue;
    }
    if (isSource(purl)) continue;
    const queried = packageOf(item, purl, place);
    if (!installed.has(identityOf(queried))) added.set(`${identityOf(queried)}\n${queried.version}`, queried);
  }
  return { packages: [...packages, ...added.values()], unevaluated, uncovered };
}

function readPackage(item: SbomPackage): ReadPackage {
  const purl = item.purl === undefined ? undefined : parsePurl(item.purl);
  return purl?.ok === true ? { item, purl: purl.value } : { item };
}

function isSource({ type, qualifiers }: Purl): boolean {
  const architecture = qualifiers.get('arch');
  return DISTRIBUTION_TYPES.has(type) && (architecture === 'source' || architecture === 'src');
}

/** A distribution has one package of a name; of a library there may be several versions. */
function identityOf({ type, name, version }: Pick<QueriedPackage, 'type' | 'name' | 'version'>): string {
  const ecosystem = languageEcosystem(type);
  return ecosystem === undefined ? `${type}\n${name}` : `${type}\n${normalizeName(ecosystem, name)}\n${version}`;
}

function packageOf(item: SbomPackage, purl: Purl, place: string): QueriedPackage {
  const name = nameOf(item, purl);
  const architecture = purl.qualifiers.get('arch');
  const version = purl.version ?? item.version ?? '';
  return {
    type: purl.type,
    name,
    // Records about Go modules write versions without the v that the modules have.
    version:
      purl.type === 'golang' ? version.replace(/^v/, '') : normalizeVersion(version, purl.qualifiers.get('epoch')),
    ...optionalField('architecture', architecture),
    source: item.source ?? { name },
    purl: item.purl ?? '',
    where: place,
    isListed: true,
  };
}

/** Purls write Go's modules in lower case, advisories as they are: the document's own name shows which it is. */
function nameOf(item: SbomPackage, purl: Purl): string {
  if (DISTRIBUTION_TYPES.has(purl.type) || purl.namespace === undefined) return purl.name;
  if (purl.type === 'maven') return `${purl.namespace}:${purl.name}`;
  const name = `${purl.namespace}/${purl.name}`;
  if (purl.type !== 'golang') return name;
  const written = item.purl?.replace(/^pkg:\/*golang\//i, '').slice(0, name.length) ?? '';
  return [item.name, written].find((candidate) => candidate.toLowerCase() === name) ?? name;
}
