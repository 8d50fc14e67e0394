import { z } from 'zod';
import { type DeepReadonly, optionalField } from '../../lib/collections.js';

const text = z.string();

const timestampSchema = z.strictObject({
  name: text.describe('What it is: transparency log, end of its build (SLSA provenance), date in its configuration.'),
  at: text.describe('ISO 8601, UTC.'),
  verified: z
    .boolean()
    .describe(
      'A log, a timestamp authority or a verified statement vouches for it; otherwise the image itself says so.',
    ),
  place: text,
});
export const timestampsSchema = z.strictObject({
  timestamps: z.array(timestampSchema),
  chosen: timestampSchema
    .nullable()
    .describe("The one that counts: the newest verified one; else the configuration's; else the SBOM's."),
  refused: z.array(z.strictObject({ name: text, at: text, reason: text })),
  incomplete: z.exactOptional(text).describe('Why there may be newer timestamps than those seen.'),
});

/** Every timestamp that was found, and the one that counts. */
export type Timestamps = DeepReadonly<z.infer<typeof timestampsSchema>>;

/** One moment that says something of an image's age. */
export type Timestamp = Timestamps['timestamps'][number];

/** The time of machines differs a little; one further ahead than this is wrong. */
const TOLERANCE = 5 * 60_000;
/** Reproducible builds say 1970, and some 1980, the first year of ZIP; no container image is as old as this. */
const FIRST_CONTAINERS = Date.parse('2013-03-01T00:00:00Z');

/** Candidates in order of trust: a tier is read only where those before it are empty. */
export interface Candidates {
  readonly verified: readonly Omit<Timestamp, 'verified'>[];
  readonly configuration: readonly Omit<Timestamp, 'verified'>[];
  readonly sbom: readonly Omit<Timestamp, 'verified'>[];
  readonly incomplete?: string;
}

/** Sorts candidates into timestamps and refused ones, and chooses. Times are ISO 8601, as untrusted parties wrote them. */
export function chooseTimestamp(candidates: Candidates, now: Date): Timestamps {
  const refused: { name: string; at: string; reason: string }[] = [];
  const sound = (tier: readonly Omit<Timestamp, 'verified'>[], verified: boolean): Timestamp[] =>
    tier.flatMap((timestamp): Timestamp[] => {
      const reason = refusal(timestamp.at, now);
      if (reason === null) return [{ ...timestamp, at: new Date(timestamp.at).toISOString(), verified }];
      refused.push({ name: timestamp.name, at: timestamp.at.slice(0, 64), reason });
      return [];
    });
  const tiers = [
    sound(candidates.verified, true),
    sound(candidates.configuration, false),
    sound(candidates.sbom, false),
  ];
  const timestamps = tiers.map((tier) => tier.sort((a, b) => (a.at < b.at ? 1 : -1)));
  const { incomplete } = candidates;
  return {
    timestamps: timestamps.flat(),
    chosen: timestamps.find((tier) => tier.length > 0)?.[0] ?? null,
    refused,
    ...optionalField('incomplete', incomplete),
  };
}

function refusal(at: string, now: Date): string | null {
  const time = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T/.test(at) ? Date.parse(at) : Number.NaN;
  if (Number.isNaN(time)) return 'it is not a time';
  if (time > now.getTime() + TOLERANCE) return 'it is in the future';
  return time < FIRST_CONTAINERS ? 'it is a placeholder of reproducible builds, not a time' : null;
}
