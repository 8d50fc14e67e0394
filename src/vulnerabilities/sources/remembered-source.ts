import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { groupBy } from '../../lib/collections.js';
import { ok, type Result } from '../../lib/result.js';
import { type OsvRecord, readOsvRecord } from './osv-record.js';
import type { Query } from './queries.js';
import { queryKey, type SourceFailure, type SourceResult, type VulnerabilitySource } from './source.js';
import { writeWhole } from './write-whole.js';

const remembered = z.object({
  version: z.literal(1),
  asOf: z.array(z.tuple([z.string(), z.number()])),
  records: z.array(z.unknown()),
  hits: z.array(z.tuple([z.string(), z.number()])),
  unevaluated: z.array(z.object({ what: z.string(), reason: z.string() })),
});

/**
 * Keeps the last good result of the same queries in a directory, and returns it, with its age, when the source fails. On
 * the command line only: what a runner restores is untrusted.
 */
export class RememberedSource implements VulnerabilitySource {
  readonly name: string;
  readonly #source: VulnerabilitySource;
  readonly #directory: string;

  /** @param directory of the results of this source alone: another source has other results for the same queries */
  constructor(source: VulnerabilitySource, directory: string) {
    this.name = source.name;
    this.#source = source;
    this.#directory = directory;
  }

  async query<Q extends Query>(queries: readonly Q[]): Promise<Result<SourceResult<Q>, SourceFailure>> {
    const path = join(this.#directory, `${hashOf(queries)}.json`);
    const result = await this.#source.query(queries);
    if (result.ok) {
      await this.#remember(path, result.value);
      return result;
    }
    const before = await recall(path, queries);
    return before === null ? result : ok({ ...before, instead: result.error.message });
  }

  async named(names: readonly string[]): Promise<readonly OsvRecord[]> {
    return (await this.#source.named?.(names)) ?? [];
  }

  async #remember(path: string, { hits, unevaluated, asOf }: SourceResult): Promise<void> {
    const records = [...new Set(hits.map(({ record }) => record))];
    const places = new Map(records.map((record, place) => [record, place]));
    const text = JSON.stringify({
      version: 1,
      asOf: [...asOf],
      records,
      hits: hits.map(({ query, record }) => [queryKey(query), places.get(record)]),
      unevaluated,
    });
    await writeWhole(path, text);
  }
}

async function recall<Q extends Query>(path: string, queries: readonly Q[]): Promise<SourceResult<Q> | null> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
  const read = remembered.safeParse(value);
  if (!read.success) return null;
  const records: OsvRecord[] = [];
  for (const one of read.data.records) {
    const record = readOsvRecord(one);
    if (!record.ok) return null;
    records.push(record.value);
  }
  if (read.data.hits.some(([, place]) => records[place] === undefined)) return null;
  const byKey = groupBy(queries, queryKey);
  const hits = read.data.hits.flatMap(([key, place]) => {
    const record = records[place];
    return record === undefined ? [] : (byKey.get(key) ?? []).map((query) => ({ query, record, isMatch: true }));
  });
  return { hits, unevaluated: read.data.unevaluated, asOf: new Map(read.data.asOf) };
}

function hashOf(queries: readonly Query[]): string {
  const keys = [...new Set(queries.map(queryKey))].sort();
  return createHash('sha256').update(keys.join('\n\n')).digest('hex');
}
