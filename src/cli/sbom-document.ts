import { z } from 'zod';
import { COMPONENT_ELEMENTS, DOCUMENT_ELEMENTS, type ElementReport } from '../attestations/sbom/elements.js';
import { formatName, SBOM_FIELDS } from '../attestations/sbom/sbom.js';
import { type DeepReadonly, optionalField } from '../lib/collections.js';
import { jsonText } from '../lib/escape/json.js';
import { type PackageDiff, packageListsFields } from '../reports/package-diff-document.js';
import type { NamedSbom } from './named-sbom.js';

const named = z.strictObject({ name: z.string(), version: z.exactOptional(z.string()) });

const packageSchema = z
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

const elementSchema = z
  .strictObject({
    element: z.enum([...DOCUMENT_ELEMENTS, ...COMPONENT_ELEMENTS]),
    scope: z.enum(['document', 'component']),
    present: z.int().min(0),
    of: z.int().min(0),
    value: z.exactOptional(z.string()).describe("What the document says, for a document's element."),
    note: z.exactOptional(z.string()).describe('Why it counts or does not, where that is not plain.'),
    missing: z.array(z.string()).describe('The first packages without it.'),
  })
  .describe('One of the minimum elements of an SBOM: present of so many.');

/** What `sbom --format json` prints; schemas/sbom.schema.json is made from it. */
export const sbomDocumentSchema = z
  .strictObject({
    schema: z.literal('base-image-gate/sbom/v1'),
    format: z.string().describe('Such as "SPDX 2.3 (JSON)".'),
    document: z.strictObject({
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
      hasEmbeddedSignature: z
        .boolean()
        .describe('A signature inside the document (CycloneDX JSF), which is not verified.'),
    }),
    packages: z.array(packageSchema),
    relationships: z.strictObject({
      packages: z.int().min(0).describe('Between packages.'),
      others: z.int().min(0).describe('Of files, snippets and documents.'),
    }),
    contradictions: z.array(z.string()).describe('What the document says twice, and differently.'),
    elements: z.array(elementSchema),
    attested: z
      .exactOptional(
        z.strictObject({
          signer: z.exactOptional(z.string()).describe('Who signed the statement; absent if it is unsigned.'),
          signedAt: z.exactOptional(z.string()),
          digest: z.string(),
          on: z.enum(['index', 'platform']),
          predicateType: z.string(),
          place: z.string(),
          counts: z.boolean().describe('Signed by an authority, or accepted unsigned by the allow entry.'),
        }),
      )
      .describe('Of an image: on whose word it stands.'),
    diff: z.exactOptional(z.strictObject(packageListsFields)),
  })
  .describe('One SBOM: the output of base-image-gate sbom --format json.');

export type SbomJson = DeepReadonly<z.infer<typeof sbomDocumentSchema>>;

/** What there is to show of one SBOM. */
export interface ShownSbom extends Omit<NamedSbom, 'doubts'> {
  readonly elements: readonly ElementReport[];
  readonly diff?: PackageDiff;
}

/** The JSON text of an inventory, its elements, and what changed if that was requested. */
export function sbomJson({ sbom, elements, attested, diff }: ShownSbom): string {
  const document: SbomJson = {
    schema: 'base-image-gate/sbom/v1',
    format: formatName(sbom.format),
    document: sbom.document,
    packages: sbom.packages,
    relationships: { packages: sbom.relationships.length, others: sbom.otherRelationships },
    contradictions: sbom.contradictions,
    elements,
    ...optionalField('attested', attested),
    ...optionalField('diff', diff),
  };
  return jsonText(document, 2);
}
