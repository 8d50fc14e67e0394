import { groupBy } from '../../../lib/collections.js';
import { err, ok, type Result } from '../../../lib/result.js';
import { plural } from '../../../lib/text.js';
import type { Transport } from '../../../registry/http/transport.js';
import { VULNERABILITY_LIMITS, type VulnerabilityLimits } from '../../limits.js';
import { canariesOf } from '../canaries.js';
import { type OsvRecord, readOsvRecord } from '../osv-record.js';
import type { Query, Unevaluated } from '../queries.js';
import {
  queryKey,
  type SourceFailure,
  type SourceHit,
  type SourceResult,
  type VulnerabilitySource,
} from '../source.js';
import { fetchJson, malformedResponse, TRY_EXPORTS } from './fetch-json.js';
import { BATCH_SIZE, queryBatch } from './query-batch.js';

/** The result of one query: records by id, or why an empty result proves nothing. */
type QueryResult = { readonly ids: readonly string[] } | { readonly unevaluated: string };

export interface OsvApiOptions {
  readonly transport: Transport;
  /** `https://api.osv.dev` */
  readonly origin: string;
  readonly now: Date;
  readonly limits?: VulnerabilityLimits;
}

/**
 * The OSV API. Queries that the images of a run have in common are sent once, and those made at the same time go in one
 * request an ecosystem. Records are fetched one by one, each of them once, as many at a time as the transport allows.
 *
 * @see https://google.github.io/osv.dev/api/
 */
export class OsvApi implements VulnerabilitySource {
  readonly name: string;
  readonly #options: OsvApiOptions;
  readonly #limits: VulnerabilityLimits;
  readonly #results = new Map<string, Promise<Result<QueryResult, SourceFailure>>>();
  readonly #records = new Map<string, Promise<Result<OsvRecord | string, SourceFailure>>>();
  readonly #covered = new Set<string>();
  #waiting: { readonly query: Query; readonly settle: (result: Result<QueryResult, SourceFailure>) => void }[] = [];

  constructor(options: OsvApiOptions) {
    this.name = `OSV API (${new URL(options.origin).host})`;
    this.#options = options;
    this.#limits = options.limits ?? VULNERABILITY_LIMITS;
  }

  async query<Q extends Query>(queries: readonly Q[]): Promise<Result<SourceResult<Q>, SourceFailure>> {
    const results = await Promise.all(queries.map(async (query) => ({ query, result: await this.#queryOnce(query) })));
    const unevaluated = new Map<string, Unevaluated>();
    const wanted: { readonly query: Q; readonly id: string }[] = [];
    for (const { query, result } of results) {
      if (!result.ok) return result;
      if ('unevaluated' in result.value) {
        const what = `packages of ${query.ecosystem}`;
        unevaluated.set(what, { what, reason: result.value.unevaluated });
      } else wanted.push(...result.value.ids.map((id) => ({ query, id })));
    }
    const hits: SourceHit<Q>[] = [];
    const records = await Promise.all(wanted.map(async ({ id }) => await this.#recordOnce(id)));
    for (const [index, { query, id }] of wanted.entries()) {
      const record = records[index];
      if (record === undefined) continue;
      if (!record.ok) return record;
      if (typeof record.value !== 'string') hits.push({ query, record: record.value, isMatch: true });
      else {
        const what = `${shown(id)} for ${query.name} ${query.version}`;
        unevaluated.set(what, { what, reason: record.value });
      }
    }
    const now = this.#options.now.getTime();
    const asOf = new Map(queries.map(({ ecosystem }) => [ecosystem, now]));
    return ok({ hits, unevaluated: [...unevaluated.values()], asOf });
  }

  async named(names: readonly string[]): Promise<readonly OsvRecord[]> {
    const records = await Promise.all(names.map((name) => this.#recordOnce(name)));
    return records.flatMap((record) => (record.ok && typeof record.value !== 'string' ? [record.value] : []));
  }

  #queryOnce(query: Query): Promise<Result<QueryResult, SourceFailure>> {
    const key = queryKey(query);
    const known = this.#results.get(key);
    if (known !== undefined) return known;
    const result = new Promise<Result<QueryResult, SourceFailure>>((settle) => {
      if (this.#waiting.length === 0) setImmediate(() => void this.#send());
      this.#waiting.push({ query, settle });
    });
    this.#results.set(key, result);
    return result;
  }

  async #send(): Promise<void> {
    const byEcosystem = groupBy(this.#waiting.splice(0), ({ query }) => query.ecosystem);
    const size = BATCH_SIZE - 10;
    await Promise.all(
      [...byEcosystem].flatMap(([ecosystem, all]) =>
        Array.from({ length: Math.ceil(all.length / size) }, async (_, index) => {
          const some = all.slice(index * size, (index + 1) * size);
          const distinct = some.map(({ query }) => query);
          const sent = await this.#sendSome(ecosystem, distinct).catch((error: unknown) => err(unforeseen(error)));
          for (const { query, settle } of some) settle(sent.ok ? ok(sent.value(query)) : sent);
        }),
      ),
    );
  }

  async #sendSome(
    ecosystem: string,
    queries: readonly Query[],
  ): Promise<Result<(query: Query) => QueryResult, SourceFailure>> {
    const canaries = this.#covered.has(ecosystem) ? [] : canariesOf(ecosystem);
    const byKey = new Map([...queries, ...canaries].map((query) => [queryKey(query), query]));
    const { transport, origin } = this.#options;
    const response = await queryBatch(transport, origin, [...byKey.values()], this.#limits);
    if (!response.ok) return response;
    const found = response.value;
    if ('refused' in found) {
      const refused = { unevaluated: `${new URL(origin).host} rejects queries about ${ecosystem}: ${found.refused}` };
      return ok(() => refused);
    }
    if ([...found.values()].some((ids) => ids.length > 0)) this.#covered.add(ecosystem);
    if (!this.#covered.has(ecosystem)) {
      const silent = {
        unevaluated: `${new URL(origin).host} lists no vulnerability even for the oldest ${canaries[0]?.name ?? 'packages'} there, so an empty result proves nothing`,
      };
      return ok(() => silent);
    }
    return ok((query) => ({ ids: [...new Set(found.get(queryKey(query)) ?? [])] }));
  }

  /** The record, or the reason why it is unavailable where the service itself works. */
  #recordOnce(id: string): Promise<Result<OsvRecord | string, SourceFailure>> {
    const known = this.#records.get(id);
    if (known !== undefined) return known;
    const record = this.#record(id);
    this.#records.set(id, record);
    return record;
  }

  async #record(id: string): Promise<Result<OsvRecord | string, SourceFailure>> {
    if (!/^[A-Za-z0-9][A-Za-z0-9._:+-]{0,127}$/.test(id)) return ok('it is not the identifier of a vulnerability');
    if (this.#records.size >= this.#limits['osv-records']) {
      return err({
        cause: 'limit',
        message: `The run requested more than ${plural(this.#limits['osv-records'], 'vulnerability record')} (limit osv-records).`,
        fix: TRY_EXPORTS,
      });
    }
    const url = new URL(`/v1/vulns/${encodeURIComponent(id)}`, this.#options.origin);
    const response = await fetchJson(this.#options.transport, url);
    if (!response.ok) return response.error.cause === 'limit' ? ok(response.error.message) : response;
    const { status, value } = response.value;
    if (status === 404) return ok('the service listed this record but does not have it');
    if (status !== 200) return err(malformedResponse(url, 'it is not a vulnerability record', status));
    const record = readOsvRecord(value);
    if (!record.ok) return ok(record.error);
    return ok(record.value.id === id ? record.value : `the service returned the record ${shown(record.value.id)}`);
  }
}

/** Every waiting caller must get a result, even after an internal error. */
function unforeseen(error: unknown): SourceFailure {
  return {
    cause: 'not-collected',
    message: `The OSV API query failed with an internal error: ${error instanceof Error ? error.message : String(error)}.`,
    fix: 'This is a bug in the gate: report it with this message.',
  };
}

function shown(id: string): string {
  return id.slice(0, 80);
}
