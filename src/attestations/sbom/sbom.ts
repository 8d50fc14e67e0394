import { z } from 'zod';
import type { DeepReadonly } from '../../lib/collections.js';

/** A document format and its version, such as `{ name: 'SPDX', version: '2.3', encoding: 'JSON' }`. */
export interface SbomFormat {
  readonly name: 'SPDX' | 'CycloneDX';
  readonly version: string;
  readonly encoding: 'JSON' | 'JSON-LD' | 'tag-value' | 'XML';
}

const named = z.strictObject({ name: z.string(), version: z.exactOptional(z.string()) });

/** What an SBOM says about itself. Fields it leaves out, or fills with NOASSERTION, are left out here. */
export const describedDocumentSchema = z.strictObject({
  name: z.exactOptional(z.string()),
  authors: z.array(z.string()).describe('Persons and organizations; a tool is no author.'),
  tools: z.array(named),
  created: z.exactOptional(z.string()).describe('As written; RFC 3339 by both specifications.'),
  version: z
    .exactOptional(z.string())
    .describe('CycloneDX version; SPDX 2 has a new documentNamespace for every version instead.'),
  context: z
    .array(z.string())
    .describe('The phase of the life cycle it was made in: CycloneDX lifecycles, SPDX creationInfo.comment.'),
  identity: z.exactOptional(z.string()).describe('SPDX documentNamespace, CycloneDX serialNumber.'),
  hasEmbeddedSignature: z.boolean().describe('A signature inside the document (CycloneDX JSF), which is not verified.'),
});

export type SbomDocument = DeepReadonly<z.infer<typeof describedDocumentSchema>>;
export type SbomTool = SbomDocument['tools'][number];

/** Fields of a package whose place in the document is reported. */
export const SBOM_FIELDS = ['name', 'version', 'purl', 'source', 'producer', 'licenses', 'hashes', 'purpose'] as const;
export type SbomField = (typeof SBOM_FIELDS)[number];

export const sbomPackageSchema = z
  .strictObject({
    id: z.string().describe('SPDXID or bom-ref; where the document gives none, its place.'),
    at: z.string().describe('Where it stands: a JSON pointer, or the line of a tag-value document.'),
    kind: z.enum(['package', 'component']).describe('An SPDX package or a CycloneDX component.'),
    name: z
      .string()
      .describe("With its CycloneDX group or npm scope before a slash. May be empty: apko's layers have no name."),
    version: z.exactOptional(z.string()),
    purl: z.exactOptional(z.string()).describe('As written; it may be malformed.'),
    identifiers: z
      .array(z.strictObject({ type: z.string(), value: z.string() }))
      .describe('Identifiers other than the purl, such as cpe23Type and cpe:2.3:….'),
    source: z.exactOptional(named).describe('The source package it was built from.'),
    producer: z.exactOptional(z.string()),
    licenses: z.array(z.string()),
    hashes: z.array(
      z.strictObject({ algorithm: z.string().describe('As written: SHA256, SHA-256.'), value: z.string() }),
    ),
    purpose: z
      .exactOptional(z.string())
      .describe('SPDX primaryPackagePurpose or CycloneDX type, in lower case: container, operating-system, library.'),
    root: z.boolean().describe('The document says that it describes this one.'),
    nested: z.boolean().describe('It stands inside another component.'),
    from: z
      .partialRecord(z.enum(SBOM_FIELDS), z.string())
      .describe('The field of the document each value was taken from, relative to at.'),
  })
  .describe('An SPDX package or a CycloneDX component, nested ones and the root included.');

export type SbomPackage = DeepReadonly<z.infer<typeof sbomPackageSchema>>;
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
