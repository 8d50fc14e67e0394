import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fetcher } from 'tuf-js';
import { Transport } from '../../registry/http/transport.js';
import { registryLimits } from '../../registry/limits.js';
import { readNetworkSettings } from '../../registry/network-settings.js';
import { PUBLIC_NETWORK, type ServiceNetwork } from '../public-service.js';

/** A repository of The Update Framework that has a trusted root. */
export interface UpdateRepository {
  readonly url: string;
  /** The metadata that the client starts from: a version of its root. */
  readonly start: string;
}

/** Where the client works, and how long it may take. */
export interface UpdateOptions {
  /** Keeps the client's metadata; what is there is where it goes on from. */
  readonly directory: string;
  readonly timeMs: number;
  readonly network?: ServiceNetwork | undefined;
}

const TARGET = 'trusted_root.json';

/**
 * The trusted root that a repository of The Update Framework has now, as JSON whose signatures and versions the client
 * verified. Uses the proxies of the environment, as for registries. Throws where it can't be fetched.
 *
 * @see https://theupdateframework.github.io/specification/latest/#detailed-client-workflow
 */
export async function readUpdatedRoot({ url, start }: UpdateRepository, options: UpdateOptions): Promise<Uint8Array> {
  const { directory, timeMs, network = PUBLIC_NETWORK } = options;
  const targetDir = join(directory, 'targets');
  await mkdir(targetDir, { recursive: true });
  const root = join(directory, 'root.json');
  if (!existsSync(root)) await writeFile(root, start);
  const settings = await readNetworkSettings(network.environment);
  if (!settings.ok) throw new Error(settings.error);
  const { limits, ...connections } = settings.value;
  const transport = new Transport({
    ...connections,
    limits: { ...registryLimits(limits), attempts: 1, 'run-ms': timeMs },
    mayBePrivate: network.mayBePrivate,
  });
  try {
    const { Updater } = await import('./tuf-library.js');
    const updater = new Updater({
      metadataBaseUrl: url,
      targetBaseUrl: `${url}/targets`,
      metadataDir: directory,
      targetDir,
      fetcher: await fetcherOver(transport),
    });
    const target = await updater.getTargetInfo(TARGET);
    if (target === undefined) throw new Error(`${url} has no ${TARGET}`);
    return await readFile((await updater.findCachedTarget(target)) ?? (await updater.downloadTarget(target)));
  } finally {
    await transport.close();
  }
}

/** The client's downloads over the run's HTTP. The client bounds each by what its metadata says, while it is read. */
async function fetcherOver(transport: Transport): Promise<Fetcher> {
  const { BaseFetcher, DownloadHTTPError } = await import('./tuf-library.js');
  class TransportFetcher extends BaseFetcher {
    override async fetch(address: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
      const url = new URL(address);
      const answer = await transport.open({ method: 'GET', url, headers: {}, registry: url.host });
      if (!answer.ok) throw new Error(answer.error.message);
      const { status, body, discard } = answer.value;
      if (status === 200) return ReadableStream.from(ownChunks(body));
      await discard();
      // By this type of error the client knows that there is no newer version of the root.
      throw new DownloadHTTPError(`${url.host} returned ${status}`, status);
    }
  }
  return new TransportFetcher();
}

async function* ownChunks(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const chunk of body) yield Uint8Array.from(chunk);
}
