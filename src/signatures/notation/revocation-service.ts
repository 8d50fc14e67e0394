import { createHash } from 'node:crypto';
import type { RunSettings } from '../../evidence/collector.js';
import { err, ok, type Result } from '../../lib/result.js';
import { Transport } from '../../registry/http/transport.js';
import { type RegistryLimits, registryLimits } from '../../registry/limits.js';
import { readNetworkSettings } from '../../registry/network-settings.js';
import type { AskRevocation } from '../format.js';

/** What all certificates of a run may cost. A service that passes a limit leaves the status unknown. */
const MAX_REQUESTS = 64;
const MOST = { attempts: 2, 'document-ms': 15_000, 'run-ms': 120_000, 'run-bytes': 64 * 1024 * 1024 } as const;

/** The run's limits, no higher than revocation needs. A redirect would lead to a port that nobody checked. */
function serviceLimits(run: RegistryLimits): RegistryLimits {
  return {
    ...run,
    attempts: Math.min(run.attempts, MOST.attempts),
    'document-ms': Math.min(run['document-ms'], MOST['document-ms']),
    'run-ms': Math.min(run['run-ms'], MOST['run-ms']),
    'run-bytes': Math.min(run['run-bytes'], MOST['run-bytes']),
    redirects: 0,
  };
}

/** Where the network is, for tests. */
export interface ServiceNetwork {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether `host[:port]` may be on a private network. */
  readonly mayBePrivate: (host: string) => boolean;
}

const PUBLIC_NETWORK: ServiceNetwork = { environment: process.env, mayBePrivate: () => false };

/**
 * Opens the way to the revocation services that certificates name. They are asked over public addresses, on the ports of
 * HTTP and HTTPS, without credentials and without following redirects; each request once a run. Fails with a clause that
 * follows the address.
 */
export async function openRevocationService(
  { offline }: Pick<RunSettings, 'offline'>,
  network: ServiceNetwork = PUBLIC_NETWORK,
): Promise<AskRevocation> {
  if (offline) return async () => err('was not asked, because the run is offline');
  const settings = await readNetworkSettings(network.environment);
  if (!settings.ok) return async () => err('was not asked, because the network settings are invalid');
  const { limits, proxies, authorities } = settings.value;
  const transport = new Transport({
    limits: serviceLimits(registryLimits(limits)),
    proxies,
    authorities,
    mayBePrivate: network.mayBePrivate,
  });
  const asked = new Map<string, Promise<Result<Uint8Array, string>>>();
  return (address, post) => {
    const key = createHash('sha256')
      .update(`${address}\n`)
      .update(post?.body ?? '')
      .digest('hex');
    const known = asked.get(key);
    if (known !== undefined) return known;
    const answer =
      asked.size < MAX_REQUESTS
        ? request(transport, address, post)
        : Promise.resolve(err(`was not asked, because the run asks ${MAX_REQUESTS} times at most`));
    asked.set(key, answer);
    return answer;
  };
}

async function request(
  transport: Transport,
  address: string,
  post: Parameters<AskRevocation>[1],
): Promise<Result<Uint8Array, string>> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !isAllowed(url))
    return err('was not asked, because it is no HTTP address on the usual port without credentials');
  const answer = await transport.whole(
    {
      method: post === undefined ? 'GET' : 'POST',
      url,
      headers: post === undefined ? {} : { 'content-type': post.type },
      ...(post === undefined ? {} : { body: post.body }),
      registry: url.host,
    },
    'revocation-bytes',
  );
  if (!answer.ok) return err(`gave no answer: ${answer.error.message}`);
  const { status, bytes } = answer.value;
  return status === 200 ? ok(bytes) : err(`answered ${status}`);
}

/** `URL` leaves the port out where it is the scheme's own. */
function isAllowed({ protocol, port, username, password }: URL): boolean {
  return (protocol === 'http:' || protocol === 'https:') && port === '' && username === '' && password === '';
}
