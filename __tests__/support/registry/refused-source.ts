import { err, type Result } from '../../../src/lib/result.js';
import type { ImageSource, RegistryError, Repository } from '../../../src/registry/image-source.js';

/** A source whose every registry refuses connections. */
export function refusedSource(): ImageSource {
  const refuse = async ({ registry, repository }: Repository): Promise<Result<never, RegistryError>> =>
    err({
      code: 'network',
      registry,
      request: `GET https://${registry}/v2/${repository}/manifests/latest`,
      message: `GET https://${registry}/v2/${repository}/manifests/latest failed: the connection was refused (ECONNREFUSED).`,
      fix: 'Check the network and run again.',
    });
  return { resolveTag: refuse, manifest: refuse, blob: refuse, blobStream: refuse, referrers: refuse, tags: refuse };
}
