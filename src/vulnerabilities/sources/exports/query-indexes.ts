import { groupBy, optionalField } from '../../../lib/collections.js';
import { ok, type Result } from '../../../lib/result.js';
import { ecosystemFamily, publicEcosystem } from '../../matching/ecosystems.js';
import { canariesOf } from '../canaries.js';
import type { Query, Unevaluated } from '../queries.js';
import type { SourceFailure, SourceHit, SourceResult } from '../source.js';
import type { RecordIndex } from './record-index.js';
import type { Subjects } from './subjects.js';

/** What to say where records of an ecosystem are no proof. */
interface Wording {
  /** Can follow "because": nothing is there that could hold all of them. */
  readonly missing: string;
  /** What to do then. */
  readonly fix?: string;
  /** Names what is there, and knows nothing. */
  readonly silent: string;
}

/**
 * Queries files of records. Every record found counts. An empty result counts only if one of the files is complete for
 * the ecosystem: an archive that has a vulnerability that every release has had. A single record adds to that, and never
 * replaces it.
 *
 * The age of a release's data is the newest change in its archive, and of several archives the oldest. Exports are written
 * a family at a time, and a release may have no change for weeks; one that had none for longer than `QUIET` while others
 * had is as old as its own newest change.
 */
export async function queryIndexes<Q extends Query>(
  indexes: readonly RecordIndex[],
  queries: readonly Q[],
  wording: (ecosystem: string) => Wording,
): Promise<Result<SourceResult<Q>, SourceFailure>> {
  const hits: SourceHit<Q>[] = [];
  const unevaluated: Unevaluated[] = [];
  for (const index of indexes) {
    const reported = await index.query(queries);
    if (!reported.ok) return reported;
    hits.push(...reported.value.hits);
    unevaluated.push(...reported.value.unevaluated);
  }
  const asOf = new Map<string, number>();
  for (const [ecosystem, ofEcosystem] of groupBy(queries, (query) => query.ecosystem)) {
    const whole = await wholeOf(indexes, ecosystem);
    if (!whole.ok) return whole;
    const { missing, silent, fix } = wording(ecosystem);
    for (const { subjects } of whole.value.knowing) {
      asOf.set(ecosystem, Math.min(asOf.get(ecosystem) ?? Number.POSITIVE_INFINITY, ageOf(subjects, ecosystem)));
    }
    if (whole.value.knowing.length > 0) continue;
    const oldest = canariesOf(ecosystem)[0]?.name ?? 'packages';
    unevaluated.push({
      what: `${ofEcosystem.length} ${ofEcosystem.length === 1 ? 'package' : 'packages'} of ${ecosystem}`,
      reason: whole.value.isThere
        ? `${silent} lists no vulnerability even for the oldest ${oldest} there, so an empty result proves nothing`
        : missing,
      ...optionalField('fix', fix),
    });
  }
  return ok({ hits: newestOfEach(hits), unevaluated, asOf });
}

/** Longer than a release that is looked after goes without a change. */
const QUIET = 60 * 24 * 60 * 60 * 1000;

function ageOf(subjects: Subjects, ecosystem: string): number {
  const newest = subjects.newestOf(ecosystemFamily(ecosystem)) ?? Number.NEGATIVE_INFINITY;
  const own = subjects.newestOfRelease(publicEcosystem(ecosystem)) ?? Number.NEGATIVE_INFINITY;
  return newest - own > QUIET ? own : newest;
}

async function wholeOf(
  indexes: readonly RecordIndex[],
  ecosystem: string,
): Promise<Result<{ readonly knowing: readonly RecordIndex[]; readonly isThere: boolean }, SourceFailure>> {
  const there = indexes.filter(
    ({ isWholeFor, subjects }) => isWholeFor(ecosystem) && subjects.newestOf(ecosystemFamily(ecosystem)) !== undefined,
  );
  const knowing: RecordIndex[] = [];
  for (const index of there) {
    const knows = await index.knows(ecosystem);
    if (!knows.ok) return knows;
    if (knows.value) knowing.push(index);
  }
  return ok({ knowing, isThere: there.length > 0 });
}

/** A record about packages of several ecosystems is in the archive of each; of copies that differ the newest counts. */
function newestOfEach<Q extends Query>(hits: readonly SourceHit<Q>[]): readonly SourceHit<Q>[] {
  const kept = new Map<Q, Map<string, SourceHit<Q>>>();
  for (const hit of hits) {
    const records = kept.get(hit.query) ?? new Map<string, SourceHit<Q>>();
    kept.set(hit.query, records);
    const before = records.get(hit.record.id);
    if (before === undefined || Date.parse(hit.record.modified) > Date.parse(before.record.modified)) {
      records.set(hit.record.id, hit);
    }
  }
  return [...kept.values()].flatMap((records) => [...records.values()]);
}
