import { z } from 'zod';
import { optionalField } from '../../../lib/collections.js';
import { err, ok, type Result } from '../../../lib/result.js';
import { plural } from '../../../lib/text.js';
import type { Transport } from '../../../registry/http/transport.js';
import type { VulnerabilityLimits } from '../../limits.js';
import type { Query } from '../queries.js';
import { queryKey, type SourceFailure } from '../source.js';
import { fetchJson, malformedResponse, TRY_EXPORTS } from './fetch-json.js';

/** Identifiers of records by `queryKey`; or why the service rejects queries about this ecosystem. */
export type BatchResult = ReadonlyMap<string, readonly string[]> | { readonly refused: string };

/** The most queries per request. @see https://google.github.io/osv.dev/post-v1-querybatch/ */
export const BATCH_SIZE = 1000;

const batch = z.object({
  results: z.array(
    z
      .object({
        vulns: z.array(z.object({ id: z.string() })).nullish(),
        next_page_token: z.string().nullish(),
      })
      .nullable(),
  ),
});

interface PendingQuery {
  readonly query: Query;
  readonly token?: string;
}

/**
 * Queries the OSV API about package versions of one ecosystem: for an ecosystem that it does not know it returns 400 for
 * the whole request. Further pages are requested together; a page may hold nothing but the token of the next.
 */
export async function queryBatch(
  transport: Transport,
  origin: string,
  queries: readonly Query[],
  limits: VulnerabilityLimits,
): Promise<Result<BatchResult, SourceFailure>> {
  const url = new URL('/v1/querybatch', origin);
  const found = new Map<string, string[]>(queries.map((query) => [queryKey(query), []]));
  const seen = new Set<string>();
  let pending: readonly PendingQuery[] = queries.map((query) => ({ query }));
  for (let page = 1; pending.length > 0; page += 1) {
    if (page > limits['osv-pages']) return err(tooManyPages(url, limits['osv-pages']));
    const response = await fetchJson(transport, url, { queries: pending.map(queryOf) });
    if (!response.ok) return response;
    const { status, value } = response.value;
    // A later page refused is no ecosystem that is unknown.
    if (status === 400 && page === 1) return ok({ refused: reasonOf(value) });
    const read = batch.safeParse(value);
    if (status !== 200) return err(malformedResponse(url, reasonOf(value), status));
    if (!read.success) return err(malformedResponse(url, 'it is not a list of results'));
    const { results } = read.data;
    if (results.length !== pending.length) {
      return err(malformedResponse(url, `it has ${results.length} results for ${pending.length} queries`));
    }
    const next: PendingQuery[] = [];
    for (const [index, { query }] of pending.entries()) {
      const result = results[index];
      const key = queryKey(query);
      found.get(key)?.push(...(result?.vulns ?? []).map(({ id }) => id));
      const token = result?.next_page_token ?? '';
      if (token === '') continue;
      if (seen.has(`${key}\n${token}`)) return err(malformedResponse(url, 'its pages lead back to one another'));
      seen.add(`${key}\n${token}`);
      next.push({ query, token });
    }
    pending = next;
  }
  return ok(found);
}

function queryOf({ query: { ecosystem, name, version }, token }: PendingQuery): object {
  return { package: { ecosystem, name }, version, ...optionalField('page_token', token) };
}

function reasonOf(value: unknown): string {
  const read = z.object({ message: z.string() }).safeParse(value);
  return read.success ? read.data.message.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200) : 'it does not say why';
}

function tooManyPages(url: URL, limit: number): SourceFailure {
  return {
    cause: 'limit',
    message: `${url.host} has more than ${plural(limit, 'page')} for one query (limit osv-pages).`,
    fix: TRY_EXPORTS,
  };
}
