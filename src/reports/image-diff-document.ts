import { z } from 'zod';
import { packageListsFields } from '../attestations/sbom/diff.js';
import type { DeepReadonly } from '../lib/collections.js';
import { BASE_CHANGE_ENTRIES } from './package-diff.js';

const text = z.string();
const count = z.int().min(0);

const notKnownSchema = z
  .strictObject({ status: z.literal('not-known'), reason: text })
  .describe('One of the two images is unavailable, or no rule of the policy needs it.');

const gaps = z.array(text).describe('Parts of either image that were not understood: the lists may be incomplete.');

const packagesSchema = z.strictObject({
  status: z.literal('compared'),
  from: z.enum(['layers', 'layers and SBOM', 'SBOM']).describe('Where the packages of both images are reported.'),
  counts: z.strictObject({ added: count, removed: count, changed: count }),
  ...packageListsFields,
  gaps,
});

const vulnerabilities = z.array(
  z.strictObject({
    id: text,
    severity: z.enum(['none', 'low', 'medium', 'high', 'critical', 'unknown']),
    exploited: z.boolean(),
    possible: z.boolean().describe('It is reported for the source of the package, and may affect another part of it.'),
  }),
);

const groupSchema = z
  .strictObject({
    packages: z.array(text),
    version: text,
    fixedIn: z.exactOptional(text).describe('The version that fixes everything that has a fix.'),
    fixed: vulnerabilities,
    unfixed: vulnerabilities.describe('Those that no version is known to fix.'),
  })
  .describe('Packages of one origin and version, and their known vulnerabilities.');

const vulnerabilitiesSchema = z.strictObject({
  status: z.literal('compared'),
  counts: z.strictObject({ added: count, removed: count }).describe('Known vulnerabilities, each counted once.'),
  added: z.array(groupSchema),
  removed: z.array(groupSchema),
  gaps,
});

const imageSchema = z.strictObject({ reference: text, digest: z.exactOptional(text) });

export const baseChangeSchema = z
  .strictObject({
    uses: z.array(text).describe('Ids of the uses whose image was replaced.'),
    platform: text,
    before: imageSchema,
    after: imageSchema,
    packages: z.discriminatedUnion('status', [packagesSchema, notKnownSchema]),
    vulnerabilities: z.discriminatedUnion('status', [vulnerabilitiesSchema, notKnownSchema]),
  })
  .describe(
    `An image that the change replaced. Lists have at most ${BASE_CHANGE_ENTRIES} entries; the counts are complete.`,
  );

/** An image that a change replaced by another, and how the two differ. It informs, and decides nothing. */
export type BaseChange = DeepReadonly<z.infer<typeof baseChangeSchema>>;
export type ComparedImage = BaseChange['before'];
/** One side is unavailable, or no rule needs it. */
export type NotKnown = DeepReadonly<z.infer<typeof notKnownSchema>>;
export type PackageChange = DeepReadonly<z.infer<typeof packagesSchema>>;
export type VulnerabilityChange = DeepReadonly<z.infer<typeof vulnerabilitiesSchema>>;
