/** A document format and its version, such as `{ name: 'SPDX', version: '2.3', encoding: 'JSON' }`. */
export interface SbomFormat {
  readonly name: 'SPDX' | 'CycloneDX';
  readonly version: string;
  readonly encoding: 'JSON' | 'JSON-LD' | 'tag-value' | 'XML';
}

/** What an SBOM says about itself. Fields it leaves out, or fills with NOASSERTION, are left out here. */
export interface SbomDocument {
  readonly name?: string;
  /** Persons and organizations; a tool is no author. */
  readonly authors: readonly string[];
  readonly tools: readonly SbomTool[];
  /** As written; RFC 3339 by both specifications. */
  readonly created?: string;
  /** CycloneDX `version`; SPDX 2 asks for a new `documentNamespace` with every version instead. */
  readonly version?: string;
  /** The phase of the software's life it was made in: CycloneDX `lifecycles`, SPDX `creationInfo.comment`. */
  readonly context: readonly string[];
  /** SPDX `documentNamespace`, CycloneDX `serialNumber`. */
  readonly identity?: string;
  /** A signature inside the document (CycloneDX JSF), which is not verified. */
  readonly hasEmbeddedSignature: boolean;
}

export interface SbomTool {
  readonly name: string;
  readonly version?: string;
}

export interface SbomHash {
  /** As the document writes it: `SHA256`, `SHA-256`. */
  readonly algorithm: string;
  readonly value: string;
}

/** An identifier other than the purl: `{ type: 'cpe23Type', value: 'cpe:2.3:…' }`. */
export interface SbomIdentifier {
  readonly type: string;
  readonly value: string;
}

/** The upstream or distribution package that a binary package was built from. */
export interface SourcePackage {
  readonly name: string;
  readonly version?: string;
}

/** Fields of a package whose place in the document is reported. */
export type SbomField = 'name' | 'version' | 'purl' | 'source' | 'producer' | 'licenses' | 'hashes' | 'purpose';

/** An SPDX package or a CycloneDX component. */
export interface SbomPackage {
  /** SPDXID or bom-ref; where the document gives none, its place. */
  readonly id: string;
  /** Where it stands: a JSON pointer (for XML into the same document in JSON), or `line 12` of a tag-value document. */
  readonly at: string;
  /** What the document calls it: an SPDX package or a CycloneDX component. */
  readonly kind: 'package' | 'component';
  /** With its CycloneDX group or npm scope before a slash. May be empty: apko's layers have no name. */
  readonly name: string;
  readonly version?: string;
  /** As written; not every one can be read (src/packages/purl.ts). */
  readonly purl?: string;
  readonly identifiers: readonly SbomIdentifier[];
  readonly source?: SourcePackage;
  readonly producer?: string;
  readonly licenses: readonly string[];
  readonly hashes: readonly SbomHash[];
  /** SPDX primaryPackagePurpose or CycloneDX type, in lower case: `container`, `operating-system`, `library`. */
  readonly purpose?: string;
  /** Whether the document says that it describes this one: the image itself, usually. */
  readonly root: boolean;
  /** Whether it is nested in another component. */
  readonly nested: boolean;
  /** Which field of the document each value was taken from, relative to `at`. */
  readonly from: Readonly<Partial<Record<SbomField, string>>>;
}

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
