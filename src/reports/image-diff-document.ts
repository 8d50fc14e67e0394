import { z } from 'zod';
import type { VulnerabilityGroup } from '../rules/vulnerabilities/vulnerability-group.js';
import { BASE_CHANGE_ENTRIES, type BaseChange, type VulnerabilityChange } from './image-diff.js';
import { packageListsDocument, packageListsFields } from './package-diff-document.js';

const text = z.string();
const count = z.int().min(0);

const notKnownSchema = z
  .strictObject({ status: z.literal('not-known'), reason: text })
  .describe('One of the two images could not be had, or no rule of the policy asks.');

const gaps = z.array(text).describe('What of either image was not understood, so that the lists may not be whole.');

const packagesSchema = z.strictObject({
  status: z.literal('compared'),
  from: z.enum(['layers', 'layers and SBOM', 'SBOM']).describe('Where the packages of both images are told.'),
  counts: z.strictObject({ added: count, removed: count, changed: count }),
  ...packageListsFields,
  gaps,
});

const vulnerabilities = z.array(
  z.strictObject({
    id: text,
    severity: z.enum(['none', 'low', 'medium', 'high', 'critical', 'unknown']),
    exploited: z.boolean(),
    possible: z
      .boolean()
      .describe('It is told of what the package was built from, and may concern another part of it.'),
  }),
);

const groupSchema = z
  .strictObject({
    packages: z.array(text),
    version: text,
    fixedIn: z.exactOptional(text).describe('The version that fixes everything that is fixed at all.'),
    fixed: vulnerabilities,
    unfixed: vulnerabilities.describe('Those that no version is known to fix.'),
  })
  .describe('Packages of one origin and version, and what is known against them.');

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
    `An image that the change replaced. Lists have at most ${BASE_CHANGE_ENTRIES} entries; the counts are whole.`,
  );

type BaseChangeDocument = z.infer<typeof baseChangeSchema>;

/** A change of an image with exactly the fields of the contract. */
export function baseChangeDocument({
  uses,
  platform,
  before,
  after,
  packages,
  vulnerabilities,
}: BaseChange): BaseChangeDocument {
  return {
    uses: [...uses],
    platform,
    before: { ...before },
    after: { ...after },
    packages:
      packages.status === 'compared'
        ? { ...packages, ...packageListsDocument(packages), gaps: [...packages.gaps] }
        : { ...packages },
    vulnerabilities:
      vulnerabilities.status === 'compared' ? vulnerabilitiesDocument(vulnerabilities) : { ...vulnerabilities },
  };
}

function vulnerabilitiesDocument(change: VulnerabilityChange) {
  const groups = (list: readonly VulnerabilityGroup[]) =>
    list.map((group) => ({
      ...group,
      packages: [...group.packages],
      fixed: group.fixed.map((one) => ({ ...one })),
      unfixed: group.unfixed.map((one) => ({ ...one })),
    }));
  return { ...change, added: groups(change.added), removed: groups(change.removed), gaps: [...change.gaps] };
}
