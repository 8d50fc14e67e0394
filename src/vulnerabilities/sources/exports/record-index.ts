import { err, ok, type Result } from '../../../lib/result.js';
import { plural } from '../../../lib/text.js';
import type { VulnerabilityLimits } from '../../limits.js';
import { affects } from '../../matching/affects.js';
import { entriesAbout } from '../../matching/match.js';
import { canariesOf } from '../canaries.js';
import { type OsvRecord, readOsvRecord } from '../osv-record.js';
import type { Query, Unevaluated } from '../queries.js';
import type { SourceFailure, SourceHit } from '../source.js';
import type { Subjects } from './subjects.js';

/** Reads records again. Stops at the first that `take` gives a problem with, and fails with it. */
export type ReadRecords = (
  places: readonly number[],
  take: (place: number, bytes: Buffer) => string | null,
) => Promise<Result<null, SourceFailure>>;

export interface RecordIndexOptions {
  /** Of the file, for people. */
  readonly path: string;
  /** Whether it is meant to hold every record of an ecosystem, or holds some. */
  readonly isWholeFor: (ecosystem: string) => boolean;
  readonly limits: VulnerabilityLimits;
}

/** Bytes of records, as they stand in a file, that are kept once read: images of one distribution need the same ones. */
const KEPT_BYTES = 32 * 1024 * 1024;

/** A file of OSV records that is read once and then queried. */
export class RecordIndex {
  readonly path: string;
  readonly isWholeFor: (ecosystem: string) => boolean;
  readonly subjects: Subjects;
  readonly #limits: VulnerabilityLimits;
  readonly #read: ReadRecords;
  readonly #kept = new Map<number, OsvRecord>();
  #keptBytes = 0;
  readonly #knows = new Map<string, Promise<Result<boolean, SourceFailure>>>();

  constructor({ path, isWholeFor, limits }: RecordIndexOptions, subjects: Subjects, read: ReadRecords) {
    this.path = path;
    this.isWholeFor = isWholeFor;
    this.subjects = subjects;
    this.#limits = limits;
    this.#read = read;
  }

  /** The records about the queried packages, for any of their versions. */
  async query<Q extends Query>(
    queries: readonly Q[],
  ): Promise<
    Result<{ readonly hits: readonly SourceHit<Q>[]; readonly unevaluated: readonly Unevaluated[] }, SourceFailure>
  > {
    const wanted = new Map<number, Q[]>();
    for (const query of queries) {
      const places = this.#placesOf(query);
      if (!places.ok) return places;
      for (const place of places.value) {
        const ofPlace = wanted.get(place);
        if (ofPlace === undefined) wanted.set(place, [query]);
        else ofPlace.push(query);
      }
    }
    const records = await this.#recordsAt([...wanted.keys()]);
    if (!records.ok) return records;
    const hits: SourceHit<Q>[] = [];
    const unevaluated: Unevaluated[] = [];
    for (const [place, record] of records.value) {
      const ofPlace = wanted.get(place) ?? [];
      if (record.ok) hits.push(...ofPlace.map((query) => ({ query, record: record.value, isMatch: false })));
      else
        unevaluated.push({
          what: `a record about ${ofPlace[0]?.name ?? 'a package'} in ${this.path}`,
          reason: record.error,
        });
    }
    return ok({ hits, unevaluated });
  }

  /**
   * Whether a package that every release of an ecosystem has had vulnerabilities of is vulnerable by these records: the
   * query that the OSV API also has to answer before an empty result counts.
   */
  knows(ecosystem: string): Promise<Result<boolean, SourceFailure>> {
    const running = this.#knows.get(ecosystem);
    if (running !== undefined) return running;
    const started = this.#hasCanary(ecosystem);
    this.#knows.set(ecosystem, started);
    return started;
  }

  async #hasCanary(ecosystem: string): Promise<Result<boolean, SourceFailure>> {
    for (const canary of canariesOf(ecosystem)) {
      const places = this.#placesOf(canary);
      if (!places.ok) return places;
      const records = await this.#recordsAt(places.value);
      if (!records.ok) return records;
      const isKnown = records.value.some(([, record]) => record.ok && isAffected(record.value, canary));
      if (isKnown) return ok(true);
    }
    return ok(false);
  }

  /** The records at some places, in the order of the file; an error is what is wrong with one. */
  async #recordsAt(
    places: readonly number[],
  ): Promise<Result<readonly (readonly [place: number, record: Result<OsvRecord, string>])[], SourceFailure>> {
    const records = new Map<number, Result<OsvRecord, string>>();
    const missing: number[] = [];
    for (const place of places) {
      const kept = this.#kept.get(place);
      if (kept === undefined) missing.push(place);
      else records.set(place, ok(kept));
    }
    if (missing.length > 0) {
      const read = await this.#read(missing, (place, bytes) => {
        const record = parse(bytes);
        records.set(place, record);
        if (record.ok && this.#keptBytes + bytes.length <= KEPT_BYTES) {
          this.#kept.set(place, record.value);
          this.#keptBytes += bytes.length;
        }
        return null;
      });
      if (!read.ok) return read;
    }
    return ok([...records].sort(([a], [b]) => a - b));
  }

  #placesOf({ ecosystem, name }: Query): Result<readonly number[], SourceFailure> {
    const places = this.subjects.placesOf(ecosystem, name);
    const limit = this.#limits['records-per-query'];
    if (places.length <= limit) return ok(places);
    return err({
      cause: 'limit',
      message: `${this.path} holds more than ${plural(limit, 'record')} about ${name} (limit records-per-query).`,
      fix: 'Download the export again, or remove files that are not OSV exports from the directory.',
    });
  }
}

function isAffected(record: OsvRecord, { ecosystem, name, version }: Query): boolean {
  return entriesAbout(record, ecosystem, name).some((entry) => affects(entry, ecosystem, version).kind === 'affected');
}

function parse(bytes: Buffer): Result<OsvRecord, string> {
  try {
    return readOsvRecord(JSON.parse(bytes.toString('utf8')));
  } catch {
    return err('it is not JSON');
  }
}
