import { basename, join } from 'node:path';
import type { CollectContext } from '../../evidence/collector.js';
import { optionalField } from '../../lib/collections.js';
import { err, ok, type Result } from '../../lib/result.js';
import type { Clock } from '../../registry/http/clock.js';
import { Transport } from '../../registry/http/transport.js';
import { registryLimits } from '../../registry/limits.js';
import { readNetworkSettings } from '../../registry/network-settings.js';
import { VULNERABILITY_LIMITS } from '../limits.js';
import { ecosystemFamily } from '../matching/ecosystems.js';
import { communityPackagesIn, fetchedCommunityPackages, SECURITY_DATABASE_URL } from './alpine/community-packages.js';
import { OsvApi } from './api/osv-api.js';
import { EXPLOITED_LIST_URL, type ExploitedCves, exploitedListIn, fetchExploitedList } from './exploited.js';
import { askIndexes } from './exports/ask-indexes.js';
import { ExportDirectory } from './exports/export-directory.js';
import { fetchFeed, type OpenedFeed } from './feed/fetch-feed.js';
import { indexFeed } from './feed/index-feed.js';
import type { Question } from './queries.js';
import { RememberedSource } from './remembered-source.js';
import type { SourceAnswer, SourceFailure, Supplement, VulnerabilitySource } from './source.js';

/** Every record of the feed, packed. @see https://github.com/chainguard-dev/vulnerability-scanner-support/blob/main/docs/osv_v3_feed.md */
const CHAINGUARD_FEED_URL = 'https://advisories.cgr.dev/chainguard/v3/osv/chainguard-osv.tar.gz';

/** What its file is called, in a directory of exports too. */
const CHAINGUARD_FEED_FILE = 'chainguard-osv.tar.gz';

const FAMILIES: ReadonlySet<string> = new Set(['Chainguard', 'Wolfi']);

/**
 * Chainguard's own feed of advisories about its packages and Wolfi's, which also has those without a fix. It answers for
 * these in place of OSV's copy. Its license does not let everybody use it, or anybody pass it on: it is fetched where the
 * policy asks for it, and is no part of the gate.
 */
class ChainguardFeed implements VulnerabilitySource {
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

  async ask<Q extends Question>(questions: readonly Q[]): Promise<Result<SourceAnswer<Q>, SourceFailure>> {
    this.#opened ??= this.#open();
    const opened = await this.#opened;
    if (!opened.ok) return err(opened.error);
    const { index, instead } = opened.value;
    const answer = await askIndexes([index], questions, () => ({
      missing: `no record of it is in ${this.name}`,
      silent: this.name,
    }));
    return answer.ok && instead !== undefined ? ok({ ...answer.value, instead }) : answer;
  }
}

/** Where services answer, and how they are reached. */
export interface Services {
  readonly osv: string;
  readonly exploited: string;
  readonly chainguard: string;
  readonly alpine: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether `host[:port]` may be on a private network. */
  readonly mayBePrivate: (host: string) => boolean;
  readonly clock?: Clock;
}

export const PUBLIC_SERVICES: Services = {
  osv: 'https://api.osv.dev',
  exploited: EXPLOITED_LIST_URL,
  chainguard: CHAINGUARD_FEED_URL,
  alpine: SECURITY_DATABASE_URL,
  environment: process.env,
  mayBePrivate: () => false,
};

/** What the packages of a run are held against. */
export interface Sources {
  /** Each answers for the ecosystems that it covers and none before it does; the last for all that are left. */
  readonly vulnerabilities: readonly VulnerabilitySource[];
  /** Asked beside these, about packages that they may leave out. */
  readonly supplements: readonly Supplement[];
  /** CISA's list, read when first asked for and once. */
  readonly exploited: () => Promise<Result<ExploitedCves, SourceFailure>>;
}

/**
 * Opens the sources of a run: the directory it was given, or the services; with the feeds that the policy asks for.
 * Nothing is read or asked yet.
 */
export async function openSources(
  { settings, policy }: CollectContext,
  services: Services,
): Promise<Result<Sources, SourceFailure>> {
  const directory = settings.vulnerabilitiesDirectory;
  const asksChainguard = policy.vulnerabilityFeeds?.includes('chainguard') === true;
  if (directory !== undefined) {
    return ok({
      vulnerabilities: [...(asksChainguard ? [feedIn(directory)] : []), new ExportDirectory(directory)],
      supplements: [communityPackagesIn(directory, VULNERABILITY_LIMITS)],
      exploited: once(() => exploitedListIn(directory, settings.now)),
    });
  }
  if (settings.offline) {
    return err({
      cause: 'offline',
      message:
        'Known vulnerabilities were not looked up because the run is offline and has no directory of OSV exports.',
      fix: 'Name one with --vulnerabilities DIR, or run without --offline.',
    });
  }
  const network = await readNetworkSettings(services.environment);
  if (!network.ok) {
    return err({
      cause: 'not-collected',
      message: network.error,
      fix: 'Correct the variable, and run the gate again.',
    });
  }
  const { limits, proxies, authorities } = network.value;
  const transport = new Transport({
    limits: registryLimits(limits),
    proxies,
    authorities,
    mayBePrivate: services.mayBePrivate,
    ...optionalField('clock', services.clock),
  });
  const osv = new OsvApi({ transport, origin: services.osv, now: settings.now });
  const { cacheDirectory } = settings;
  const feed = new ChainguardFeed(new URL(services.chainguard).host, () =>
    fetchFeed(
      {
        transport,
        url: new URL(services.chainguard),
        file: CHAINGUARD_FEED_FILE,
        ...optionalField('cacheDirectory', cacheDirectory),
      },
      VULNERABILITY_LIMITS,
    ),
  );
  const remembered = (source: VulnerabilitySource, ...directory: readonly string[]) =>
    cacheDirectory === undefined
      ? source
      : new RememberedSource(source, join(cacheDirectory, 'vulnerabilities', ...directory));
  const alpine = { transport, origin: services.alpine, now: settings.now };
  return ok({
    vulnerabilities: [...(asksChainguard ? [feed] : []), remembered(osv)],
    supplements: [fetchedCommunityPackages(alpine, VULNERABILITY_LIMITS, (one) => remembered(one, 'alpine'))],
    exploited: once(() => fetchExploitedList(transport, new URL(services.exploited), settings.now, cacheDirectory)),
  });
}

function feedIn(directory: string): ChainguardFeed {
  return new ChainguardFeed(basename(directory), async () => {
    const index = await indexFeed(join(directory, CHAINGUARD_FEED_FILE), VULNERABILITY_LIMITS);
    return index.ok ? ok({ index: index.value }) : index;
  });
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= work();
    return running;
  };
}
