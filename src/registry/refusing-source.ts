import { isIP } from 'node:net';
import { err, type Result } from '../lib/result.js';
import { isPublicAddress } from './http/addresses.js';
import { listing } from './http/http-failure.js';
import type { ImageSource, RegistryError, Repository } from './image-source.js';

/** A source that answers every lookup with the same kind of error, without a request. */
function refusingSource(errorFor: (repository: Repository) => RegistryError): ImageSource {
  const refuse = async (repository: Repository): Promise<Result<never, RegistryError>> => err(errorFor(repository));
  return {
    resolveTag: refuse,
    manifest: refuse,
    blob: refuse,
    blobStream: refuse,
    referrers: refuse,
    tags: refuse,
  };
}

/** For a run that may not use the network. */
export const offlineSource = refusingSource(({ registry, repository }) => ({
  code: 'offline',
  registry,
  request: `${registry}/${repository}`,
  message: `The registry ${registry} was not contacted for ${repository} because the run is offline.`,
  fix: 'Run without --offline, or use an image layout instead: --registry HOST=oci-layout:DIR.',
}));

/** For hosts that only a build file names: a pull request must not choose which hosts the gate contacts. */
export const unlistedSource = refusingSource(({ registry, repository }) => ({
  code: 'unlisted-host',
  registry,
  request: `${registry}/${repository}`,
  message: `The registry ${registry} was not contacted because neither the policy nor the catalog names it.`,
  fix: isPrivateName(registry)
    ? `If the gate may contact it, ${listing(registry)}.`
    : `If the gate may contact it, add it to the policy: \`registries: { "${registry}": {} }\`, or an allow entry for its images.`,
}));

/** Whether a host can only be on a private network, as far as its name says. */
function isPrivateName(registry: string): boolean {
  const host = registry.replace(/:[0-9]+$/, '').replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? /(?:^|\.)(?:localhost|local|internal)$/.test(host) : !isPublicAddress(host);
}
