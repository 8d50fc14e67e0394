import { sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from './registry-certificate.js';

export const ISSUER = 'test issuer';
export const SERVICE = 'test registry';

/** A token server whose tokens Docker's registry believes. */
export interface TokenServer {
  readonly host: string;
  readonly realm: string;
  /** PEM, for the registry's `rootcertbundle`. */
  readonly certificate: string;
  /** The scopes it was asked for, in order. */
  readonly scopes: readonly string[];
  close(): Promise<void>;
}

/**
 * Starts a token server that lets `username` do anything and everybody else nothing.
 * @see https://distribution.github.io/distribution/spec/auth/jwt/
 */
export async function startTokenServer(username: string, password: string): Promise<TokenServer> {
  const { key, cert } = makeCertificate(['127.0.0.1']);
  const chain = cert.replace(/-----[A-Z ]+-----|\s/g, '');
  const wanted = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const scopes: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://token.invalid');
    const asked = url.searchParams.getAll('scope');
    scopes.push(...asked);
    const access = request.headers.authorization === wanted ? asked.map(grant) : [];
    const now = Math.floor(Date.now() / 1000);
    const times = { iat: now - 5, nbf: now - 5, exp: now + 300 };
    const claims = { iss: ISSUER, sub: username, aud: SERVICE, ...times, jti: String(scopes.length), access };
    const signed = [{ typ: 'JWT', alg: 'ES256', x5c: [chain] }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ token: `${signed}.${signature}`, expires_in: 300 }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server's address is never a string or null once it listens.
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    realm: `http://127.0.0.1:${port}/token`,
    certificate: cert,
    scopes,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function grant(scope: string) {
  const [type, name, actions] = scope.split(':');
  return { type, name, actions: actions?.split(',') ?? [] };
}
