import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { BUNDLES, openPublicService, REVOCATION } from '../../src/signatures/public-service.js';

interface Asked {
  readonly request: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Stands for the internet, as a proxy that is sent every request over plain HTTP. */
const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    asked.push({
      request: `${request.method} ${request.url}`,
      headers: request.headers,
      body: Buffer.concat(parts).toString(),
    });
    answer(request, response);
  });
});
let asked: Asked[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  asked = [];
  answer = (_, response) => response.end('answer');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function open({ offline = false, limits = '', mayBePrivate = false } = {}) {
  // A TCP server's address is never a string or null once it listens.
  const { port } = server.address() as AddressInfo;
  const environment = { HTTP_PROXY: `http://127.0.0.1:${port}`, BASE_IMAGE_GATE_LIMITS: limits };
  return openPublicService({ offline }, REVOCATION, { environment, mayBePrivate: () => mayBePrivate });
}

const requests = () => asked.map(({ request }) => request);

test('a service is sent a request without credentials', async () => {
  const fetch = await open();
  expect(await fetch('http://crl.example/list?id=1')).toMatchObject({ ok: true });
  expect(await fetch('http://ocsp.example/', { type: 'application/ocsp-request', body: Buffer.from('which') })).toEqual(
    {
      ok: true,
      value: Buffer.from('answer'),
    },
  );
  expect(requests()).toEqual(['GET http://crl.example/list?id=1', 'POST http://ocsp.example/']);
  expect(asked[1]).toMatchObject({ body: 'which', headers: { 'content-type': 'application/ocsp-request' } });
  for (const { headers } of asked) {
    expect(headers).not.toHaveProperty('authorization');
    expect(headers).not.toHaveProperty('cookie');
  }
});

test('a bundle is asked for over HTTPS alone', async () => {
  // A TCP server's address is never a string or null once it listens.
  const { port } = server.address() as AddressInfo;
  const environment = { HTTP_PROXY: `http://127.0.0.1:${port}` };
  const fetch = await openPublicService({ offline: false }, BUNDLES, { environment, mayBePrivate: () => true });
  expect(await fetch('http://bundles.example/1')).toEqual({ ok: false, error: expect.stringContaining('HTTPS') });
  expect(requests()).toEqual([]);
});

test('nobody is asked offline', async () => {
  const fetch = await open({ offline: true });
  expect(await fetch('http://crl.example/list')).toEqual({ ok: false, error: expect.stringContaining('offline') });
  expect(requests()).toEqual([]);
});

test.each([
  'http://crl.example:8080/',
  'http://crl.example:443/',
  'https://crl.example:80/',
  'http://user@crl.example/',
  'http://:secret@crl.example/',
  'ldap://crl.example/',
  'file:///etc/passwd',
  'data:,answer',
  'crl.example/list',
  '',
])('the address %j is not asked', async (address) => {
  const fetch = await open({ mayBePrivate: true });
  expect(await fetch(address)).toEqual({ ok: false, error: expect.stringContaining('was not contacted') });
  expect(requests()).toEqual([]);
});

test('the scheme’s own port may be written out', async () => {
  const fetch = await open();
  expect(await fetch('http://crl.example:80/list')).toMatchObject({ ok: true });
});

test.each([
  'http://127.0.0.1/',
  'http://2130706433/',
  'http://0x7f.1/',
  'http://localhost/',
  'http://10.0.0.1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://[::1]/',
  'http://[::ffff:169.254.169.254]/',
  'http://[fd00::1]/',
])('the private address %s is refused', async (address) => {
  const fetch = await open();
  expect(await fetch(address)).toEqual({
    ok: false,
    error: expect.stringMatching(/not a public address/),
  });
  expect(requests()).toEqual([]);
});

test.each(['', 'redirects=9'])(
  'a redirect is not followed, whatever the limits of the run are (%j)',
  async (limits) => {
    answer = ({ url }, response) =>
      url === 'http://crl.example/list'
        ? response.writeHead(302, { location: 'http://crl.example:8080/list' }).end()
        : response.end('answer');
    const fetch = await open({ limits });
    expect(await fetch('http://crl.example/list')).toMatchObject({ ok: false });
    expect(requests()).toEqual(['GET http://crl.example/list']);
  },
);

test('a request is made once a run, and of different ones no more than 64', async () => {
  const fetch = await open();
  const addresses = Array.from({ length: 65 }, (_, number) => `http://crl.example/${number}`);
  const answers = await Promise.all([...addresses, ...addresses].map((address) => fetch(address)));
  expect(asked).toHaveLength(64);
  expect(answers.map(({ ok }) => ok)).toEqual(addresses.concat(addresses).map((one) => !one.endsWith('/64')));
  expect(await fetch('http://crl.example/0', { type: 'text/plain', body: Buffer.from('x') })).toMatchObject({
    ok: false,
    error: expect.stringContaining('64'),
  });
});

test('an answer that is no 200 is none', async () => {
  answer = (_, response) => response.writeHead(404).end('answer');
  expect(await (await open())('http://crl.example/list')).toEqual({ ok: false, error: 'returned 404' });
});

test('an answer beyond the limit of the run is none', async () => {
  const fetch = await open({ limits: 'revocation-bytes=5' });
  expect(await fetch('http://crl.example/list')).toEqual({
    ok: false,
    error: expect.stringContaining('revocation-bytes'),
  });
});

test('all answers together keep to the bytes of the run', async () => {
  const fetch = await open({ limits: 'run-bytes=10' });
  expect(await fetch('http://crl.example/1')).toMatchObject({ ok: true });
  expect(await fetch('http://crl.example/2')).toMatchObject({ ok: false, error: expect.stringContaining('run-bytes') });
});

test('a service that is silent is waited for no longer than the run says, nor asked more often', async () => {
  answer = () => undefined;
  const fetch = await open({ limits: 'document-ms=100 attempts=1' });
  expect(await fetch('http://crl.example/list')).toMatchObject({ ok: false });
  expect(asked).toHaveLength(1);
});

test('a service that fails is asked twice at most, whatever the limits of the run are', async () => {
  answer = (_, response) => response.writeHead(503).end();
  const fetch = await open({ limits: 'attempts=9' });
  expect(await fetch('http://crl.example/list')).toMatchObject({ ok: false });
  expect(asked).toHaveLength(2);
});

test('nobody is asked where the limits of the run can not be read', async () => {
  const fetch = await open({ limits: 'nonsense' });
  expect(await fetch('http://crl.example/list')).toEqual({ ok: false, error: expect.stringContaining('settings') });
  expect(requests()).toEqual([]);
});
