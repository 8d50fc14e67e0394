import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request on its way through the proxy. */
export interface Passing {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** How many requests came before. */
  readonly earlier: number;
  /** The proxy's own origin. */
  readonly origin: string;
  /** Hands the request on, and the answer back, changed if reported so; undefined: whoever changes it has answered. */
  pass(change?: (answer: UpstreamAnswer) => UpstreamAnswer | undefined): void;
}

export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

/** What a proxy does to requests; it must answer each, or leave it unanswered on purpose. */
export type Fault = (passing: Passing) => void;

export interface FaultProxy {
  readonly host: string;
  readonly requests: number;
  close(): Promise<void>;
}

/** Starts a proxy in front of a registry (`host:port`, plain HTTP) that does to each request what `fault` says. */
export async function startFaultProxy(upstream: string, fault: Fault): Promise<FaultProxy> {
  let count = 0;
  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    const origin = `http://${request.headers.host}`;
    const pass: Passing['pass'] = (change = (answer) => answer) => {
      forward(upstream, request, (answer) => {
        const changed = change(answer);
        if (changed === undefined) return;
        response.writeHead(changed.status, changed.headers);
        response.end(request.method === 'HEAD' ? undefined : changed.body);
      });
    };
    fault({ request, response, earlier: count++, origin, pass });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server's address is never a string or null once it listens.
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    get requests() {
      return count;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function forward(upstream: string, incoming: IncomingMessage, done: (answer: UpstreamAnswer) => void): void {
  const { method, headers, url } = incoming;
  const outgoing = httpRequest(
    `http://${upstream}${url}`,
    { method, headers: { ...headers, host: upstream } },
    (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        done({ status: answer.statusCode ?? 502, headers: answer.headers, body: Buffer.concat(chunks) }),
      );
    },
  );
  outgoing.on('error', () => incoming.socket.destroy());
  incoming.pipe(outgoing);
}
