import { BlockList, isIP } from 'node:net';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment sets for a URL, as Go and Docker read it: HTTPS_PROXY or HTTP_PROXY after the URL's
 * scheme, in either case; NO_PROXY lists hosts (with everything below them), `.suffix`, `host:port`, addresses, CIDR
 * blocks, or `*`. Loopback never goes through a proxy.
 *
 * @see https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
 */
export function proxyFor(url: URL, environment: Environment): string | undefined {
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const proxy = environment[name.toUpperCase()] || environment[name];
  if (proxy === undefined || proxy === '') return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || /^127\./.test(host) || host === '::1') return undefined;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const exceptions = (environment['NO_PROXY'] || environment['no_proxy'] || '').split(/[\s,]+/);
  if (exceptions.some((exception) => isExcepted(exception.toLowerCase(), host, port))) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
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
