import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { guardedConnector, REFUSED_ADDRESS } from '../../../src/registry/http/connector.js';
import { makeImage } from '../../support/image/image-maker.js';
import { makeCertificate } from '../../support/registry/registry-certificate.js';
import { closeRegistries, openFor } from '../../support/registry/registry-open.js';
import { startRegistry } from '../../support/registry/registry-server.js';

afterEach(closeRegistries);

/** Resolves every name to these addresses, as the system's lookup would. */
function resolver(...addresses: string[]): LookupFunction {
  return (_, options, callback) => {
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    if (options.all) callback(null, found);
    else callback(null, found[0]?.address ?? '', found[0]?.family);
  };
}

function attempt(hostname: string, port: number, lookup: LookupFunction, isPrivate = false): Promise<string> {
  const connector = guardedConnector({
    authorities: undefined,
    connectMs: 1000,
    mayBePrivate: () => isPrivate,
    lookup,
  });
  return new Promise((resolve) => {
    connector(
      { hostname, host: `${hostname}:${port}`, protocol: 'http:', port: String(port) },
      (...[error, socket]) => {
        socket?.destroy();
        resolve(error === null ? 'connected' : 'code' in error ? String(error.code) : error.message);
      },
    );
  });
}

describe('a connection', () => {
  test.each([
    ['a name of a private address', 'registry.example', ['10.0.0.1']],
    ['a name of a public and a private address', 'registry.example', ['93.184.216.34', '169.254.169.254']],
    ['a name of an IPv6 loopback', 'registry.example', ['::1']],
    ['a literal private address', '127.0.0.1', []],
    ['a literal IPv6 address in disguise', '::ffff:127.0.0.1', []],
  ])('to %s is refused', async (_, hostname, addresses) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A TCP server's address is never a string or null once it listens.
    const { port } = server.address() as AddressInfo;
    expect(await attempt(hostname, port, resolver(...addresses))).toBe(REFUSED_ADDRESS);
    await new Promise((resolve) => server.close(resolve));
  });

  test('to a private address is made where the policy lists the host', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await attempt('registry.example', port, resolver('127.0.0.1'), true)).toBe('connected');
    await new Promise((resolve) => server.close(resolve));
  });
});

test('a registry over TLS is reached through a proxy, which is reported the name and nothing more', async () => {
  const tls = makeCertificate(['registry.example']);
  const registry = await startRegistry({ tls, auth: { kind: 'basic', username: 'ann', password: 'secret' } });
  registry.push('base/app', await makeImage(), '1');
  const [, port] = registry.host.split(':');
  const heads: string[] = [];
  const proxy = createServer();
  proxy.on('connect', (request, near) => {
    heads.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`);
    // The name is one that only the proxy knows the way to.
    const far = connect(Number(port), '127.0.0.1', () => near.write('HTTP/1.1 200 OK\r\n\r\n'));
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    far.pipe(near).pipe(far);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const directory = await mkdtemp(join(tmpdir(), 'proxy-'));
  await writeFile(join(directory, 'ca.pem'), tls.cert);
  const environment = {
    HOME: directory,
    SSL_CERT_FILE: join(directory, 'ca.pem'),
    HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
  };
  const credentials = new Map([
    ['registry.example', { kind: 'password', username: 'ann', password: 'secret' } as const],
  ]);
  const source = await openFor([], { registries: {}, environment, credentials });
  expect(await source.resolveTag({ registry: 'registry.example', repository: 'base/app' }, '1')).toMatchObject({
    ok: true,
  });
  expect(new Set(heads)).toEqual(new Set(['CONNECT registry.example:443 ']));
  await closeRegistries();
  await registry.close();
  proxy.closeAllConnections();
  proxy.close();
  await rm(directory, { recursive: true });
});
