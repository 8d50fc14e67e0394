import type { Sbom, SbomPackage } from '../attestations/sbom/sbom.js';
import type { Purl } from '../packages/purl.js';

/** An SBOM's package with its purl, where it has one that can be read. */
export interface ReadPackage {
  readonly item: SbomPackage;
  readonly purl?: Purl;
}

/** Packages of a distribution's package manager, which its advisories are about. */
export const DISTRIBUTION_TYPES: ReadonlySet<string> = new Set(['apk', 'deb', 'rpm']);

/** What an image or one of its layers is called; what is in it is listed by itself. */
const IMAGE_TYPES: ReadonlySet<string> = new Set(['oci', 'docker']);
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** CycloneDX lists keys, certificates and data as components too. @see https://cyclonedx.org/docs/1.6/json/#components_items_type */
const NO_SOFTWARE: ReadonlySet<string> = new Set(['cryptographic-asset', 'data']);

/** How Trivy and apko name the distribution as a whole in SPDX 2.2, which has no field for the purpose of a package. */
const OPERATING_SYSTEM = 'SPDXRef-OperatingSystem-';

/** The source code and the build file that apko and melange name beside each package. */
const MADE_FROM: ReadonlySet<string> = new Set(['GENERATED_FROM', 'DESCRIBED_BY']);
const HOLDS: ReadonlySet<string> = new Set(['CONTAINS', 'DEPENDS_ON']);
/** Syft's OTHER says that a distribution's package owns the files that something was found in. */
const BROUGHT: ReadonlySet<string> = new Set([...HOLDS, 'OTHER']);

/** What of an SBOM is no installed package, or is another one's to answer for. */
export interface Structure {
  /** Images, layers, the distribution itself, what something was built from, and names that only group others. */
  isNoPackage(one: ReadPackage): boolean;
  /** Something that a distribution's package installed: its advisories know which fixes it took back. */
  isBrought(one: ReadPackage): boolean;
}

/**
 * Reads the structure of an SBOM from its relationships.
 *
 * @param isInstalled whether the databases in the layers have a package of the distribution: what only claims to be one
 *   brought nothing, such as an application that is called a deb package and depends on all the rest
 */
export function structureOf(
  { relationships }: Sbom,
  all: readonly ReadPackage[],
  isInstalled: (purl: Purl) => boolean,
): Structure {
  const distribution = new Set(
    all.flatMap(({ item, purl }) =>
      purl !== undefined && DISTRIBUTION_TYPES.has(purl.type) && isInstalled(purl) ? [item.id] : [],
    ),
  );
  const sources = new Set<string>();
  const groups = new Set<string>();
  const brought = new Set<string>();
  for (const { from, type, to } of relationships) {
    if (MADE_FROM.has(type)) sources.add(to);
    if (HOLDS.has(type)) groups.add(from);
    if (BROUGHT.has(type) && distribution.has(from)) brought.add(to);
  }
  return {
    isNoPackage: ({ item, purl }) =>
      sources.has(item.id) ||
      NO_SOFTWARE.has(item.purpose ?? '') ||
      (purl === undefined ? isStructural(item, groups) : IMAGE_TYPES.has(purl.type)),
    isBrought: ({ item, purl }) => brought.has(item.id) && !(purl !== undefined && DISTRIBUTION_TYPES.has(purl.type)),
  };
}

function isStructural({ id, name, version, purl, identifiers }: SbomPackage, groups: ReadonlySet<string>): boolean {
  if (purl !== undefined) return false;
  if (DIGEST.test(name) || id.startsWith(OPERATING_SYSTEM)) return true;
  return version === undefined && identifiers.length === 0 && groups.has(id);
}
