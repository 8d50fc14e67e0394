import { z } from 'zod';
import { err, ok, type Result } from '../../lib/result.js';

/**
 * One OSV record, as far as evaluating needs it. Read tolerantly: feeds write `null` where the schema wants a list.
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

/** A rating that can't be read is none: the vulnerability is then of unknown severity, which is no lesser one. */
const severities = listOf(z.object({ type: z.string(), score: z.string() })).catch([]);

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
  ranges: listOf(z.object({ type: z.string(), events: listOf(event) })),
  versions: listOf(z.string()),
  severity: severities,
  ecosystem_specific: z
    .object({
      urgency: z.string().nullish(),
      severity: z.string().nullish(),
      components: listOf(
        z.object({
          architecture: z.string().nullish(),
          component_name: z.string().nullish(),
          latest_event_status: z.string().nullish(),
        }),
      ),
    })
    .nullish()
    .catch(null),
});

const osvRecord = z.object({
  id: z.string().min(1).max(256),
  modified: z.string(),
  published: z.string().nullish(),
  withdrawn: z.string().nullish(),
  summary: z.string().nullish(),
  aliases: listOf(z.string()),
  upstream: listOf(z.string()),
  related: listOf(z.string()),
  severity: severities,
  affected: listOf(affected),
  database_specific: z.object({ severity: z.string().nullish() }).nullish().catch(null),
});

/** Reads what JSON.parse gave. Fails with what is wrong with it, which can follow "because". */
export function readOsvRecord(value: unknown): Result<OsvRecord, string> {
  const read = osvRecord.safeParse(value);
  if (read.success) return ok(read.data);
  const [issue] = read.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'it' : issue.path.join('.');
  return err(`it is not an OSV record (${place}: ${issue?.message ?? 'not as the schema says'})`);
}
