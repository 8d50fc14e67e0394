import { z } from 'zod';
import type { PackageDiff } from '../attestations/sbom/diff.js';

const entry = z.strictObject({ package: z.string(), version: z.exactOptional(z.string()) });

/** What changed between two lists of packages, as every document of ours prints it. */
export const packageListsFields = {
  added: z.array(entry),
  removed: z.array(entry),
  changed: z.array(
    z.strictObject({
      package: z.string(),
      before: z.exactOptional(z.string()),
      after: z.exactOptional(z.string()),
    }),
  ),
};

/** The three lists of a difference as `packageListsFields` describes them. */
export function packageListsDocument({ added, removed, changed }: PackageDiff) {
  const copies = <T extends object>(list: readonly T[]) => list.map((one) => ({ ...one }));
  return { added: copies(added), removed: copies(removed), changed: copies(changed) };
}
