import { z } from 'zod';
import type { PackageDiff } from '../attestations/sbom/diff.js';
import type { ElementReport } from '../attestations/sbom/elements.js';
import { formatName } from '../attestations/sbom/sbom.js';
import { optionalField } from '../lib/collections.js';
import { jsonText } from '../lib/escape/json.js';
import { packageListsFields } from '../reports/package-diff-document.js';
import type { NamedSbom } from './named-sbom.js';

const named = z.strictObject({ name: z.string(), version: z.exactOptional(z.string()) });

const packageSchema = z
  .strictObject({
    id: z.string().describe('SPDXID or bom-ref; where the document gives none, its place.'),
    at: z.string().describe('Where it stands: a JSON pointer, or the line of a tag-value document.'),
    kind: z.enum(['package', 'component']).describe('An SPDX package or a CycloneDX component.'),
    name: z.string(),
    version: z.exactOptional(z.string()),
    purl: z.exactOptional(z.string()).describe('As written.'),
    identifiers: z.array(z.strictObject({ type: z.string(), value: z.string() })),
    source: z.exactOptional(named).describe('The source package it was built from.'),
    producer: z.exactOptional(z.string()),
    licenses: z.array(z.string()),
    hashes: z.array(z.strictObject({ algorithm: z.string(), value: z.string() })),
    purpose: z.exactOptional(z.string()),
    root: z.boolean().describe('The document says that it describes this one.'),
    nested: z.boolean().describe('It stands inside another component.'),
    from: z
      .record(z.string(), z.string())
      .describe('The field of the document each value was taken from, relative to at.'),
  })
  .describe('An SPDX package or a CycloneDX component, nested ones and the root included.');

const elementSchema = z
  .strictObject({
    element: z.string(),
    scope: z.enum(['document', 'component']),
    present: z.int().min(0),
    of: z.int().min(0),
    value: z.exactOptional(z.string()).describe('What the document says.'),
    note: z.exactOptional(z.string()),
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
      authors: z.array(z.string()),
      tools: z.array(named),
      created: z.exactOptional(z.string()),
      version: z.exactOptional(z.string()),
      context: z.array(z.string()),
      identity: z.exactOptional(z.string()),
      hasEmbeddedSignature: z.boolean(),
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

type SbomDocumentJson = DeepReadonly<z.infer<typeof sbomDocumentSchema>>;

type DeepReadonly<T> = T extends (infer I)[]
  ? readonly DeepReadonly<I>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** What there is to show of one SBOM. */
export interface ShownSbom extends Omit<NamedSbom, 'doubts'> {
  readonly elements: readonly ElementReport[];
  readonly diff?: PackageDiff;
}

/** The JSON text of an inventory, its elements, and what changed if that was requested. */
export function sbomJson({ sbom, elements, attested, diff }: ShownSbom): string {
  const document: SbomDocumentJson = {
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
