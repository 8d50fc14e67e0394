import { groupBy } from '../../../lib/collections.js';
import { err, ok, type Result } from '../../../lib/result.js';
import { plural } from '../../../lib/text.js';
import type { Transport } from '../../../registry/http/transport.js';
import { VULNERABILITY_LIMITS, type VulnerabilityLimits } from '../../limits.js';
import { canariesOf } from '../canaries.js';
import { type OsvRecord, readOsvRecord } from '../osv-record.js';
import type { Question, Unevaluated } from '../queries.js';
import {
  questionKey,
  type SourceAnswer,
  type SourceFailure,
  type SourceHit,
  type VulnerabilitySource,
} from '../source.js';
import { fetchJson, malformedAnswer, TRY_EXPORTS } from './fetch-json.js';
import { BATCH_SIZE, queryBatch } from './query-batch.js';

/** The answer to one query: records by id, or why an empty result proves nothing. */
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
  readonly #answers = new Map<string, Promise<Result<QueryResult, SourceFailure>>>();
  readonly #records = new Map<string, Promise<Result<OsvRecord | string, SourceFailure>>>();
  readonly #answering = new Set<string>();
  #waiting: { readonly question: Question; readonly settle: (answer: Result<QueryResult, SourceFailure>) => void }[] =
    [];

  constructor(options: OsvApiOptions) {
    this.name = `OSV API (${new URL(options.origin).host})`;
    this.#options = options;
    this.#limits = options.limits ?? VULNERABILITY_LIMITS;
  }

  async ask<Q extends Question>(questions: readonly Q[]): Promise<Result<SourceAnswer<Q>, SourceFailure>> {
    const answers = await Promise.all(
      questions.map(async (question) => ({ question, answer: await this.#askOnce(question) })),
    );
    const unevaluated = new Map<string, Unevaluated>();
    const wanted: { readonly question: Q; readonly id: string }[] = [];
    for (const { question, answer } of answers) {
      if (!answer.ok) return answer;
      if ('unevaluated' in answer.value) {
        const what = `packages of ${question.ecosystem}`;
        unevaluated.set(what, { what, reason: answer.value.unevaluated });
      } else wanted.push(...answer.value.ids.map((id) => ({ question, id })));
    }
    const hits: SourceHit<Q>[] = [];
    const records = await Promise.all(wanted.map(async ({ id }) => await this.#recordOnce(id)));
    for (const [index, { question, id }] of wanted.entries()) {
      const record = records[index];
      if (record === undefined) continue;
      if (!record.ok) return record;
      if (typeof record.value !== 'string') hits.push({ question, record: record.value, isMatch: true });
      else {
        const what = `${shown(id)} for ${question.name} ${question.version}`;
        unevaluated.set(what, { what, reason: record.value });
      }
    }
    const now = this.#options.now.getTime();
    const asOf = new Map(questions.map(({ ecosystem }) => [ecosystem, now]));
    return ok({ hits, unevaluated: [...unevaluated.values()], asOf });
  }

  async named(names: readonly string[]): Promise<readonly OsvRecord[]> {
    const records = await Promise.all(names.map((name) => this.#recordOnce(name)));
    return records.flatMap((record) => (record.ok && typeof record.value !== 'string' ? [record.value] : []));
  }

  #askOnce(question: Question): Promise<Result<QueryResult, SourceFailure>> {
    const key = questionKey(question);
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const answer = new Promise<Result<QueryResult, SourceFailure>>((settle) => {
      if (this.#waiting.length === 0) setImmediate(() => void this.#send());
      this.#waiting.push({ question, settle });
    });
    this.#answers.set(key, answer);
    return answer;
  }

  async #send(): Promise<void> {
    const byEcosystem = groupBy(this.#waiting.splice(0), ({ question }) => question.ecosystem);
    const size = BATCH_SIZE - 10;
    await Promise.all(
      [...byEcosystem].flatMap(([ecosystem, all]) =>
        Array.from({ length: Math.ceil(all.length / size) }, async (_, index) => {
          const some = all.slice(index * size, (index + 1) * size);
          const queries = some.map(({ question }) => question);
          const sent = await this.#sendSome(ecosystem, queries).catch((error: unknown) => err(unforeseen(error)));
          for (const { question, settle } of some) settle(sent.ok ? ok(sent.value(question)) : sent);
        }),
      ),
    );
  }

  async #sendSome(
    ecosystem: string,
    questions: readonly Question[],
  ): Promise<Result<(question: Question) => QueryResult, SourceFailure>> {
    const canaries = this.#answering.has(ecosystem) ? [] : canariesOf(ecosystem);
    const queries = new Map([...questions, ...canaries].map((question) => [questionKey(question), question]));
    const { transport, origin } = this.#options;
    const answer = await queryBatch(transport, origin, [...queries.values()], this.#limits);
    if (!answer.ok) return answer;
    const found = answer.value;
    if ('refused' in found) {
      const refused = { unevaluated: `${new URL(origin).host} rejects queries about ${ecosystem}: ${found.refused}` };
      return ok(() => refused);
    }
    if ([...found.values()].some((ids) => ids.length > 0)) this.#answering.add(ecosystem);
    if (!this.#answering.has(ecosystem)) {
      const silent = {
        unevaluated: `${new URL(origin).host} lists no vulnerability even for the oldest ${canaries[0]?.name ?? 'packages'} there, so an empty result proves nothing`,
      };
      return ok(() => silent);
    }
    return ok((question) => ({ ids: [...new Set(found.get(questionKey(question)) ?? [])] }));
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
    const answer = await fetchJson(this.#options.transport, url);
    if (!answer.ok) return answer.error.cause === 'limit' ? ok(answer.error.message) : answer;
    const { status, value } = answer.value;
    if (status === 404) return ok('the service listed this record but does not have it');
    if (status !== 200) return err(malformedAnswer(url, 'it is not a vulnerability record', status));
    const record = readOsvRecord(value);
    if (!record.ok) return ok(record.error);
    return ok(record.value.id === id ? record.value : `the service returned the record ${shown(record.value.id)}`);
  }
}

/** Every caller that waits for an answer must get one, also after an error. */
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
