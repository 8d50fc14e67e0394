import { isIP } from 'node:net';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import type { RegistryLimits } from '../limits.js';
import { isPublicAddress } from './addresses.js';
import { guardedConnector, RefusedAddressError } from './connector.js';
import { type ProxySettings, proxyFor } from './proxy.js';

export interface DispatcherOptions {
  readonly limits: RegistryLimits;
  readonly proxies: ProxySettings;
  readonly authorities: readonly string[] | undefined;
  /** Whether `host[:port]` may be on a private network. */
  readonly mayBePrivate: (host: string) => boolean;
}

const KEEP_ALIVE_MS = 30_000;
export const MAX_HEADER_BYTES = 32 * 1024;

/** The connections of a run: direct ones, which refuse private addresses, and one pool a proxy, which is exempt. */
export class Dispatchers {
  readonly #options: DispatcherOptions;
  readonly #direct: Agent;
  readonly #proxies = new Map<string, ProxyAgent>();

  constructor(options: DispatcherOptions) {
    this.#options = options;
    const { authorities, limits, mayBePrivate } = options;
    const connect = guardedConnector({ authorities, connectMs: limits['connect-ms'], mayBePrivate });
    this.#direct = new Agent({ ...this.#poolOptions(), connect });
  }

  /** What reaches a URL. Throws for a literal address that is not public, which a proxy would else reach for us. */
  for(url: URL): Dispatcher {
    const uri = proxyFor(url, this.#options.proxies);
    if (uri === undefined) return this.#direct;
    const address = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(address) !== 0 && !isPublicAddress(address) && !this.#options.mayBePrivate(url.host))
      throw new RefusedAddressError(url.host, address);
    return this.#proxies.get(uri) ?? this.#addProxy(uri);
  }

  async close(): Promise<void> {
    await Promise.all([this.#direct, ...this.#proxies.values()].map((dispatcher) => dispatcher.destroy()));
  }

  #addProxy(uri: string): ProxyAgent {
    const { authorities, limits } = this.#options;
    const tls = {
      timeout: limits['connect-ms'],
      ...(authorities === undefined ? {} : { ca: [...authorities] }),
    };
    // Without a tunnel for plain HTTP, as curl and Go do it: proxies seldom let CONNECT pass to other ports than 443.
    const proxy = new ProxyAgent({ ...this.#poolOptions(), uri, requestTls: tls, proxyTls: tls, proxyTunnel: false });
    this.#proxies.set(uri, proxy);
    return proxy;
  }

  #poolOptions() {
    const { limits } = this.#options;
    return {
      connections: limits['host-concurrency'],
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: limits['answer-ms'],
      bodyTimeout: limits['answer-ms'],
      maxHeaderSize: MAX_HEADER_BYTES,
    };
  }
}
