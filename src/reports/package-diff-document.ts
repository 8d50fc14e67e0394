import { z } from 'zod';
import type { DeepReadonly } from '../lib/collections.js';

const entry = z.strictObject({ package: z.string(), version: z.exactOptional(z.string()) });

/** What changed between two lists of packages, as all JSON documents print it. */
const packageListsSchema = z.strictObject({
  added: z.array(entry),
  removed: z.array(entry),
  changed: z.array(
    z.strictObject({
      package: z.string(),
      before: z.exactOptional(z.string()),
      after: z.exactOptional(z.string()),
    }),
  ),
});

export const packageListsFields = packageListsSchema.shape;
export type PackageDiff = DeepReadonly<z.infer<typeof packageListsSchema>>;
