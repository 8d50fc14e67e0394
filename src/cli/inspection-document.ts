import { z } from 'zod';
import { timestampsSchema } from '../attestations/timestamps/timestamps.js';
import type { CollectedEvidence } from '../evidence/kinds.js';
import { filesystemSchema } from '../image-content/filesystem/filesystem-facts.js';
import type { DeepReadonly } from '../lib/collections.js';
import { jsonText } from '../lib/escape/json.js';
import { inventorySchema } from '../packages/inventory.js';
import { evidenceFields } from '../reports/check-document.js';
import { evidenceDocument } from '../reports/evidence-document.js';
import { factsSchema, type InspectionFacts } from '../reports/inspection-facts.js';

/** The JSON of one image is complete: an inventory may be long. */
const LIMITS = { items: 100_000, characters: 16_384, depth: 10, total: 256 * 1024 * 1024 };

const text = z.string();

/** Evidence whose value has a fixed form. What is cut off for its length may miss anything. */
const evidenceOf = <V extends z.ZodType>(value: V) =>
  z.strictObject({ ...evidenceFields, value: z.exactOptional(value) });

const ownershipSchema = z.strictObject({
  known: z.boolean().describe('False where no database keeps lists of files.'),
  unowned: z.array(text),
  altered: z.array(z.strictObject({ path: text, package: text })),
  asPackaged: z.array(text),
  notCompared: z.array(text),
});

const other = z.exactOptional(evidenceOf(z.json()));

/** What `inspect --format json` prints; schemas/inspect.schema.json is made from it. */
export const inspectionSchema = z
  .strictObject({
    schema: z.literal('base-image-gate/inspect/v1'),
    reference: text,
    platform: text,
    facts: factsSchema,
    evidence: z.strictObject({
      image: other,
      tag: other,
      signatures: other,
      statements: other,
      filesystem: z.exactOptional(evidenceOf(filesystemSchema)),
      packages: z.exactOptional(evidenceOf(inventorySchema)),
      ownership: z.exactOptional(evidenceOf(ownershipSchema)),
      timestamps: z.exactOptional(evidenceOf(timestampsSchema)),
      sbom: other,
      provenance: other,
      apko: other,
      vex: other,
      vulnerabilities: other,
    }),
  })
  .describe('All evidence on one image on one platform: the output of base-image-gate inspect --format json.');

/** The subject of the inspection. */
export interface Inspection {
  readonly reference: string;
  readonly platform: string;
  readonly evidence: CollectedEvidence;
  readonly facts: InspectionFacts;
}

/** The values of evidence are bounded for length, and so any JSON. */
type InspectionDocument = DeepReadonly<Omit<z.infer<typeof inspectionSchema>, 'evidence'>> & {
  readonly evidence: ReturnType<typeof evidenceDocument>;
};

/** The JSON text of an inspection. */
export function inspectionJson({ reference, platform, evidence, facts }: Inspection): string {
  const document: InspectionDocument = {
    schema: 'base-image-gate/inspect/v1',
    reference,
    platform,
    facts,
    evidence: evidenceDocument(evidence, LIMITS),
  };
  return jsonText(document, 2);
}
