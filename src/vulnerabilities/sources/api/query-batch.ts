import { z } from 'zod';
import { optionalField } from '../../../lib/collections.js';
import { err, ok, type Result } from '../../../lib/result.js';
import { plural } from '../../../lib/text.js';
import type { Transport } from '../../../registry/http/transport.js';
import type { VulnerabilityLimits } from '../../limits.js';
import type { Question } from '../queries.js';
import { questionKey, type SourceFailure } from '../source.js';
import { fetchJson, malformedAnswer, TRY_EXPORTS } from './fetch-json.js';

/** Identifiers of records by `questionKey`; or why the service would not answer questions of this ecosystem. */
export type BatchAnswer = ReadonlyMap<string, readonly string[]> | { readonly refused: string };

/** At most as many questions a request. @see https://google.github.io/osv.dev/post-v1-querybatch/ */
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
  readonly question: Question;
  readonly token?: string;
}

/**
 * Asks the OSV API about versions of packages of one ecosystem: an ecosystem that it does not know is answered 400, for
 * the whole request. Further pages are requested together; a page may hold nothing but the token of the next.
 */
export async function queryBatch(
  transport: Transport,
  origin: string,
  questions: readonly Question[],
  limits: VulnerabilityLimits,
): Promise<Result<BatchAnswer, SourceFailure>> {
  const url = new URL('/v1/querybatch', origin);
  const found = new Map<string, string[]>(questions.map((question) => [questionKey(question), []]));
  const seen = new Set<string>();
  let pending: readonly PendingQuery[] = questions.map((question) => ({ question }));
  for (let page = 1; pending.length > 0; page += 1) {
    if (page > limits['osv-pages']) return err(tooManyPages(url, limits['osv-pages']));
    const answer = await fetchJson(transport, url, { queries: pending.map(queryOf) });
    if (!answer.ok) return answer;
    const { status, value } = answer.value;
    // A later page refused is no ecosystem that is unknown.
    if (status === 400 && page === 1) return ok({ refused: reasonOf(value) });
    const read = batch.safeParse(value);
    if (status !== 200) return err(malformedAnswer(url, reasonOf(value), status));
    if (!read.success) return err(malformedAnswer(url, 'it is not a list of results'));
    const { results } = read.data;
    if (results.length !== pending.length) {
      return err(malformedAnswer(url, `it has ${results.length} results for ${pending.length} questions`));
    }
    const next: PendingQuery[] = [];
    for (const [index, { question }] of pending.entries()) {
      const result = results[index];
      const key = questionKey(question);
      found.get(key)?.push(...(result?.vulns ?? []).map(({ id }) => id));
      const token = result?.next_page_token ?? '';
      if (token === '') continue;
      if (seen.has(`${key}\n${token}`)) return err(malformedAnswer(url, 'its pages lead back to one another'));
      seen.add(`${key}\n${token}`);
      next.push({ question, token });
    }
    pending = next;
  }
  return ok(found);
}

function queryOf({ question: { ecosystem, name, version }, token }: PendingQuery): object {
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
