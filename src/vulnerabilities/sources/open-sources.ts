import { basename, join } from 'node:path';
import type { CollectContext } from '../../evidence/collector.js';
import { err, ok, type Result } from '../../lib/result.js';
import { VULNERABILITY_LIMITS } from '../limits.js';
import { communityPackagesIn, SECURITY_DATABASE_URL } from './alpine/community-packages.js';
import { EXPLOITED_LIST_URL, exploitedListIn } from './exploited.js';
import { ExportDirectory } from './exports/export-directory.js';
import { CHAINGUARD_FEED_FILE, ChainguardFeed } from './feed/chainguard-feed.js';
import { indexFeed } from './feed/index-feed.js';
import type { SourceFailure } from './source.js';
import type { Services, Sources } from './sources.js';

/** Every record of the feed, packed. @see https://github.com/chainguard-dev/vulnerability-scanner-support/blob/main/docs/osv_v3_feed.md */
const CHAINGUARD_FEED_URL = 'https://advisories.cgr.dev/chainguard/v3/osv/chainguard-osv.tar.gz';

export const PUBLIC_SERVICES: Services = {
  osv: 'https://api.osv.dev',
  exploited: EXPLOITED_LIST_URL,
  chainguard: CHAINGUARD_FEED_URL,
  alpine: SECURITY_DATABASE_URL,
  environment: process.env,
  mayBePrivate: () => false,
};

/**
 * Opens the sources of a run: the directory it was given, or the services; with the feeds that the policy requires.
 * Nothing is read or queried yet.
 */
export async function openSources(
  { settings, policy }: CollectContext,
  services: Services,
): Promise<Result<Sources, SourceFailure>> {
  const directory = settings.vulnerabilitiesDirectory;
  const usesChainguard = policy.vulnerabilityFeeds?.includes('chainguard') === true;
  if (directory !== undefined) {
    return ok({
      vulnerabilities: [...(usesChainguard ? [feedIn(directory)] : []), new ExportDirectory(directory)],
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
  const { openServices } = await import('./open-services.js');
  const opened = await openServices(settings, services, usesChainguard);
  return opened.ok ? ok({ ...opened.value, exploited: once(opened.value.exploited) }) : opened;
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
