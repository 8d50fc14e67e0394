import type { SbomJson } from '../../cli/sbom-document.js';

/** A document format and its version, such as `{ name: 'SPDX', version: '2.3', encoding: 'JSON' }`. */
export interface SbomFormat {
  readonly name: 'SPDX' | 'CycloneDX';
  readonly version: string;
  readonly encoding: 'JSON' | 'JSON-LD' | 'tag-value' | 'XML';
}

/** What an SBOM says about itself. Fields it leaves out, or fills with NOASSERTION, are left out here. */
export type SbomDocument = SbomJson['document'];
export type SbomTool = SbomDocument['tools'][number];

/** Fields of a package whose place in the document is reported. */
export const SBOM_FIELDS = ['name', 'version', 'purl', 'source', 'producer', 'licenses', 'hashes', 'purpose'] as const;
export type SbomField = (typeof SBOM_FIELDS)[number];

/** An SPDX package or a CycloneDX component. */
export type SbomPackage = SbomJson['packages'][number];
export type SbomHash = SbomPackage['hashes'][number];
export type SbomIdentifier = SbomPackage['identifiers'][number];
/** The upstream or distribution package that a binary package was built from. */
export type SourcePackage = NonNullable<SbomPackage['source']>;

/** A package while a reader fills it in, every object of one shape: a tenth of a second on 50,000 packages. */
export type PackageInMaking = { -readonly [K in keyof SbomPackage]: SbomPackage[K] } & {
  readonly from: Partial<Record<SbomField, string>>;
};

export interface SbomRelationship {
  /** An SbomPackage's id. */
  readonly from: string;
  /** SPDX's relationship types, also for CycloneDX: DEPENDS_ON, CONTAINS, PROVIDES … */
  readonly type: string;
  readonly to: string;
}

/** One inventory for all formats. Packages are in the document's order, the root first in CycloneDX. */
export interface Sbom {
  readonly format: SbomFormat;
  readonly document: SbomDocument;
  readonly packages: readonly SbomPackage[];
  /** Between packages; those of files and snippets are counted only. */
  readonly relationships: readonly SbomRelationship[];
  readonly otherRelationships: number;
  /** What the document says twice, and differently; each a sentence. A document with any cannot be called complete. */
  readonly contradictions: readonly string[];
}

/** The name of a format as people are reported it, such as `SPDX 2.3 (JSON)`. */
export function formatName(format: SbomFormat): string {
  return `${format.name} ${format.version} (${format.encoding})`;
}

/** Packages that stand for the image, a layer, a file or the distribution as a whole, and not for installed software. */
const WRAPPERS = new Set(['container', 'operating-system', 'operating_system', 'file', 'source']);

/**
 * The packages an inventory is evaluated by: without the root and without what merely wraps others. A document that says of
 * several packages that it describes them, as some list every package, means what is installed: of those only an image is
 * left out, which would otherwise hide the rest.
 */
export function installedPackages(sbom: Sbom): readonly SbomPackage[] {
  const roots = sbom.packages.filter(({ root }) => root).length;
  return sbom.packages.filter((item) => {
    if (item.purpose !== undefined && WRAPPERS.has(item.purpose)) return false;
    return !item.root || (roots > 1 && !/^pkg:\/*(?:oci|docker)\//i.test(item.purl ?? ''));
  });
}
