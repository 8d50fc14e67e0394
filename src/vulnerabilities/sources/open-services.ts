import { join } from 'node:path';
import type { RunSettings } from '../../evidence/collector.js';
import { optionalField } from '../../lib/collections.js';
import { err, ok, type Result } from '../../lib/result.js';
import { Transport } from '../../registry/http/transport.js';
import { registryLimits } from '../../registry/limits.js';
import { readNetworkSettings } from '../../registry/network-settings.js';
import { VULNERABILITY_LIMITS } from '../limits.js';
import { fetchedCommunityPackages } from './alpine/community-packages.js';
import { OsvApi } from './api/osv-api.js';
import { fetchExploitedList } from './exploited.js';
import { CHAINGUARD_FEED_FILE, ChainguardFeed } from './feed/chainguard-feed.js';
import { fetchFeed } from './feed/fetch-feed.js';
import { RememberedSource } from './remembered-source.js';
import type { SourceFailure, VulnerabilitySource } from './source.js';
import type { Services, Sources } from './sources.js';

/**
 * Opens the services that answer over the network; nothing is queried yet. Fails where the environment's settings of the
 * network can't be used.
 */
export async function openServices(
  settings: RunSettings,
  services: Services,
  usesChainguard: boolean,
): Promise<Result<Sources, SourceFailure>> {
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
    vulnerabilities: [...(usesChainguard ? [feed] : []), remembered(osv)],
    supplements: [fetchedCommunityPackages(alpine, VULNERABILITY_LIMITS, (one) => remembered(one, 'alpine'))],
    exploited: () => fetchExploitedList(transport, new URL(services.exploited), settings.now, cacheDirectory),
  });
}
