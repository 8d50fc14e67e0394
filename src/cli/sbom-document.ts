import { z } from 'zod';
import { type PackageDiff, packageListsFields } from '../attestations/sbom/diff.js';
import { type ElementReport, elementSchema } from '../attestations/sbom/elements.js';
import { describedDocumentSchema, formatName, sbomPackageSchema } from '../attestations/sbom/sbom.js';
import { type DeepReadonly, optionalField } from '../lib/collections.js';
import { jsonText } from '../lib/escape/json.js';
import type { NamedSbom } from './named-sbom.js';

/** What `sbom --format json` prints; schemas/sbom.schema.json is made from it. */
export const sbomDocumentSchema = z
  .strictObject({
    schema: z.literal('base-image-gate/sbom/v1'),
    format: z.string().describe('Such as "SPDX 2.3 (JSON)".'),
    document: describedDocumentSchema,
    packages: z.array(sbomPackageSchema),
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
      .describe('For an image: who attests it.'),
    diff: z.exactOptional(z.strictObject(packageListsFields)),
  })
  .describe('One SBOM: the output of base-image-gate sbom --format json.');

export type SbomJson = DeepReadonly<z.infer<typeof sbomDocumentSchema>>;

/** The content that is shown for one SBOM. */
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
