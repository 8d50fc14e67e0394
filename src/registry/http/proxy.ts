import { BlockList, isIP } from 'node:net';
import { Agent, Dispatcher, ProxyAgent } from 'undici';
import { err, ok, type Result } from '../../lib/result.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The proxies that an environment sets, and what goes past them. */
export interface ProxySettings {
  /** By the scheme of the requested URL. */
  readonly proxies: ReadonlyMap<string, URL>;
  readonly exceptions: readonly string[];
}

/**
 * Reads the proxies of an environment as Go and Docker do: HTTPS_PROXY and HTTP_PROXY, in either case, with or without
 * `http://`, with a login if they have one. NO_PROXY lists hosts (with everything below them), `.suffix`, `host:port`,
 * addresses, CIDR blocks, or `*`. Fails with a sentence that names the variable, and not its value, which may hold a
 * password.
 *
 * @see https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
 */
export function readProxies(environment: Environment): Result<ProxySettings, string> {
  const proxies = new Map<string, URL>();
  for (const scheme of ['https', 'http']) {
    const lower = `${scheme}_proxy`;
    const name = environment[lower.toUpperCase()] ? lower.toUpperCase() : lower;
    const text = environment[name]?.trim() ?? '';
    if (text === '') continue;
    const address = text.includes('://') ? text : `http://${text}`;
    const proxy = URL.canParse(address) ? new URL(address) : undefined;
    if (proxy === undefined || proxy.hostname === '' || !/^https?:$/.test(proxy.protocol))
      return err(
        `The environment variable ${name} is not the address of an HTTP proxy; expected http://HOST:PORT, or HOST:PORT.`,
      );
    proxies.set(`${scheme}:`, proxy);
  }
  const exceptions = (environment['NO_PROXY'] || environment['no_proxy'] || '').toLowerCase().split(/[\s,]+/);
  return ok({ proxies, exceptions });
}

/** The proxy for a URL; undefined for a direct connection. Loopback never goes through a proxy. */
export function proxyFor(url: URL, { proxies, exceptions }: ProxySettings): string | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || /^127\./.test(host) || host === '::1') return undefined;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  if (exceptions.some((exception) => isExcepted(exception, host, port))) return undefined;
  return proxies.get(url.protocol)?.href;
}

/**
 * Connections for `fetch` to services that are not registries, through the environment's proxies. Requests fail with a
 * TypeError that names the variable where it is no proxy's address, as they do where no server answers.
 */
export class ProxiedAgent extends Dispatcher {
  readonly #settings: Result<ProxySettings, string>;
  readonly #agents = new Map<string, Dispatcher>();

  constructor(environment: Environment) {
    super();
    this.#settings = readProxies(environment);
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (!this.#settings.ok) throw new TypeError(this.#settings.error);
    const uri = proxyFor(new URL(String(options.origin)), this.#settings.value);
    const key = uri ?? 'direct';
    const agent = this.#agents.get(key) ?? (uri === undefined ? new Agent() : new ProxyAgent(uri));
    this.#agents.set(key, agent);
    return agent.dispatch(options, handler);
  }

  override async destroy(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
  }
}

function isExcepted(exception: string, host: string, port: string): boolean {
  if (exception === '') return false;
  if (exception === '*') return true;
  if (exception.includes('/')) return isInBlock(exception, host);
  const [, name = '', wantedPort] = /^(.*?)(?::([0-9]+))?$/.exec(exception) ?? [];
  // An IPv6 address has colons of its own; it is compared whole.
  if (isIP(exception) === 6) return exception === host;
  if (wantedPort !== undefined && wantedPort !== port) return false;
  if (isIP(host) !== 0) return name === host;
  const suffix = name.replace(/^\*?\./, '');
  return host.endsWith(`.${suffix}`) || (host === suffix && !name.startsWith('.'));
}

function isInBlock(block: string, host: string): boolean {
  const [network = '', prefix = ''] = block.split('/', 2);
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || !/^[0-9]{1,3}$/.test(prefix)) return false;
  if (Number(prefix) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
  return list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}
