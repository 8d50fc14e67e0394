import { err, ok, type Result } from '../../../lib/result.js';
import { ecosystemFamily } from '../../matching/ecosystems.js';
import { queryIndexes } from '../exports/query-indexes.js';
import type { Query } from '../queries.js';
import type { SourceFailure, SourceResult, VulnerabilitySource } from '../source.js';
import type { OpenedFeed } from './fetch-feed.js';

/** What the feed's file is called, in a directory of exports too. */
export const CHAINGUARD_FEED_FILE = 'chainguard-osv.tar.gz';

const FAMILIES: ReadonlySet<string> = new Set(['Chainguard', 'Wolfi']);

/**
 * Chainguard's own feed of advisories about its packages and Wolfi's, which also has those without a fix. It answers for
 * these in place of OSV's copy. Its license restricts its use and does not allow redistribution: it is fetched where the
 * policy requires it, and is no part of the gate.
 */
export class ChainguardFeed implements VulnerabilitySource {
  readonly name: string;
  readonly #open: () => Promise<Result<OpenedFeed, SourceFailure>>;
  #opened: Promise<Result<OpenedFeed, SourceFailure>> | undefined;

  /** @param place where it is from, for people: `advisories.cgr.dev` */
  constructor(place: string, open: () => Promise<Result<OpenedFeed, SourceFailure>>) {
    this.name = `Chainguard's OSV feed (${place})`;
    this.#open = open;
  }

  covers(ecosystem: string): boolean {
    return FAMILIES.has(ecosystemFamily(ecosystem));
  }

  async query<Q extends Query>(queries: readonly Q[]): Promise<Result<SourceResult<Q>, SourceFailure>> {
    this.#opened ??= this.#open();
    const opened = await this.#opened;
    if (!opened.ok) return err(opened.error);
    const { index, instead } = opened.value;
    const result = await queryIndexes([index], queries, () => ({
      missing: `no record of it is in ${this.name}`,
      silent: this.name,
    }));
    return result.ok && instead !== undefined ? ok({ ...result.value, instead }) : result;
  }
}
