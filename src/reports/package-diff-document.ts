import { z } from 'zod';

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
