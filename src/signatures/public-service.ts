import { createHash } from 'node:crypto';
import type { RunSettings } from '../evidence/collector.js';
import { optionalField } from '../lib/collections.js';
import { err, ok, type Result } from '../lib/result.js';
import { Transport } from '../registry/http/transport.js';
import { type LimitName, type RegistryLimits, registryLimits } from '../registry/limits.js';
import { readNetworkSettings } from '../registry/network-settings.js';
import type { FetchFromService } from './format.js';

/** What a kind of service may cost a run. A request that exceeds a limit stays without an answer. */
const MAX_REQUESTS = 64;
const MOST = { attempts: 2, 'document-ms': 15_000, 'run-ms': 120_000, 'run-bytes': 64 * 1024 * 1024 } as const;

/** The run's limits, no higher than such a service needs. A redirect would lead to an unchecked port. */
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

/** The network that services are queried over. */
export interface ServiceNetwork {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether `host[:port]` may be on a private network. */
  readonly mayBePrivate: (host: string) => boolean;
}

/** The environment's, without private addresses. */
export const PUBLIC_NETWORK: ServiceNetwork = { environment: process.env, mayBePrivate: () => false };

/** Services that documents name by their address. */
export interface ServiceKind {
  /** Bounds an answer. */
  readonly limit: LimitName;
  readonly protocols: readonly string[];
}

/** OCSP and revocation lists, which certificates name. */
export const REVOCATION: ServiceKind = { limit: 'revocation-bytes', protocols: ['http:', 'https:'] };
/** Where GitHub keeps bundles, by the addresses that its API gives. */
export const BUNDLES: ServiceKind = { limit: 'attestation-bytes', protocols: ['https:'] };

/**
 * Opens the way to services that documents name, such as the revocation services of certificates. They are queried over
 * public addresses, on the usual ports, without credentials and without following redirects; each request once a run.
 * Fails with a clause that follows the address.
 */
export async function openPublicService(
  { offline }: Pick<RunSettings, 'offline'>,
  kind: ServiceKind,
  network: ServiceNetwork = PUBLIC_NETWORK,
): Promise<FetchFromService> {
  if (offline) return async () => err('was not contacted because the run is offline');
  const settings = await readNetworkSettings(network.environment);
  if (!settings.ok) return async () => err('was not contacted because the network settings are invalid');
  const { limits, proxies, authorities } = settings.value;
  const transport = new Transport({
    limits: serviceLimits(registryLimits(limits)),
    proxies,
    authorities,
    mayBePrivate: network.mayBePrivate,
  });
  const answers = new Map<string, Promise<Result<Uint8Array, string>>>();
  return (address, post) => {
    const key = createHash('sha256')
      .update(`${address}\n`)
      .update(post?.body ?? '')
      .digest('hex');
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer =
      answers.size < MAX_REQUESTS
        ? request(transport, kind, address, post)
        : Promise.resolve(err(`was not contacted because the run makes at most ${MAX_REQUESTS} requests`));
    answers.set(key, answer);
    return answer;
  };
}

async function request(
  transport: Transport,
  { limit, protocols }: ServiceKind,
  address: string,
  post: Parameters<FetchFromService>[1],
): Promise<Result<Uint8Array, string>> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !protocols.includes(url.protocol) || !isPlain(url))
    return err(
      `was not contacted because it is not an ${protocols.length > 1 ? 'HTTP' : 'HTTPS'} URL with the default port and no credentials`,
    );
  const answer = await transport.whole(
    {
      method: post === undefined ? 'GET' : 'POST',
      url,
      headers: post === undefined ? {} : { 'content-type': post.type },
      ...optionalField('body', post?.body),
      registry: url.host,
    },
    limit,
  );
  if (!answer.ok) return err(`did not respond: ${answer.error.message}`);
  const { status, bytes } = answer.value;
  return status === 200 ? ok(bytes) : err(`returned ${status}`);
}

/** `URL` leaves the port out where it is the scheme's own. */
function isPlain({ port, username, password }: URL): boolean {
  return port === '' && username === '' && password === '';
}
