import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

/** A forward proxy on the loopback interface that notes which hosts it was asked for. */
export interface HttpProxy {
  readonly url: string;
  readonly hosts: readonly string[];
  close(): Promise<void>;
}

/**
 * Starts a proxy that tunnels (CONNECT) and forwards plain HTTP. Hosts below `.example` are this machine for it, and
 * those of `ways` (`cgr.dev:443`) the servers that are given for them, as `HOST:PORT`.
 */
export async function startHttpProxy(ways: ReadonlyMap<string, string> = new Map()): Promise<HttpProxy> {
  const hosts: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const target = new URL(incoming.url ?? '/', 'http://invalid');
    hosts.push(target.host);
    target.hostname = onThisMachine(target.hostname);
    const forwarded = request(target, { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  const tunnels = new Set<{ destroy(): void }>();
  server.on('connect', (incoming, socket, head) => {
    tunnels.add(socket);
    hosts.push(incoming.url ?? '');
    const asked = incoming.url ?? '';
    const [host = '', port = '80'] = (ways.get(asked) ?? asked).split(':');
    const upstream = connect(Number(port), onThisMachine(host), () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a TCP port has an address with that port.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    hosts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const tunnel of tunnels) tunnel.destroy();
      }),
  };
}

function onThisMachine(host: string): string {
  return host.endsWith('.example') ? 'localhost' : host;
}
