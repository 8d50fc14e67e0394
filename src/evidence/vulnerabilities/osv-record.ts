import { z } from 'zod';

/**
 * One OSV record, as far as judging needs it. Read tolerantly: feeds write `null` where the schema wants a list.
 * @see https://ossf.github.io/osv-schema/
 */
export type OsvRecord = z.infer<typeof osvRecord>;
export type OsvAffected = OsvRecord['affected'][number];
export type OsvRange = OsvAffected['ranges'][number];
export type OsvEvent = OsvRange['events'][number];

/** A list that may be missing or null. */
const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((list) => list ?? []);

const severity = z.object({ type: z.string(), score: z.string() });

const event = z.union([
  z.object({ introduced: z.string() }),
  z.object({ fixed: z.string() }),
  z.object({ last_affected: z.string() }),
  z.object({ limit: z.string() }),
]);

const affected = z.object({
  package: z
    .object({ ecosystem: z.string(), name: z.string(), purl: z.string().nullish() })
    .nullish()
    .transform((value) => value ?? null),
  ranges: listOf(z.object({ type: z.enum(['SEMVER', 'ECOSYSTEM', 'GIT']), events: listOf(event) })),
  versions: listOf(z.string()),
  severity: listOf(severity),
  ecosystem_specific: z
    .looseObject({
      urgency: z.string().nullish(),
      severity: z.string().nullish(),
      components: listOf(
        z.looseObject({
          architecture: z.string().nullish(),
          component_name: z.string().nullish(),
          latest_event_status: z.string().nullish(),
        }),
      ),
    })
    .nullish()
    .catch(null),
});

export const osvRecord = z.object({
  id: z.string().min(1).max(256),
  modified: z.string(),
  published: z.string().nullish(),
  withdrawn: z.string().nullish(),
  summary: z.string().nullish(),
  aliases: listOf(z.string()),
  upstream: listOf(z.string()),
  severity: listOf(severity),
  affected: listOf(affected),
  database_specific: z.looseObject({ severity: z.string().nullish() }).nullish().catch(null),
});
