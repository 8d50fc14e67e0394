import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Credential } from '../../../src/registry/auth/credentials.js';
import { type MadeImage, makeImage } from '../../support/image/image-maker.js';
import { startHttpProxy } from '../../support/registry/http-proxy.js';
import { jumpingClock } from '../../support/registry/jumping-clock.js';
import { makeCertificate } from '../../support/registry/registry-certificate.js';
import { closeRegistries, LOOPBACK_HTTP, LOOPBACK_TLS, openFor } from '../../support/registry/registry-open.js';
import {
  type RegistryServer,
  type RegistryServerOptions,
  startRegistry,
} from '../../support/registry/registry-server.js';

const PASSWORD = { kind: 'password', username: 'ann', password: 'secret' } as const;
let image: MadeImage;
const servers: { close(): Promise<void> }[] = [];

async function start(options: RegistryServerOptions = {}): Promise<RegistryServer> {
  const server = await startRegistry(options);
  servers.push(server);
  for (const name of ['a', 'b', 'c']) server.push(`base/${name}`, image, '1');
  return server;
}

function login(server: RegistryServer, credential: Credential = PASSWORD) {
  return { credentials: new Map([[server.host, credential]]) };
}

const paths = (server: RegistryServer) => server.requests.map(({ url }) => url.replace(/\?.*/, ''));

beforeAll(async () => {
  image = await makeImage();
});

afterEach(async () => {
  await closeRegistries();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe('a registry with tokens', () => {
  test('is asked for one token a repository, and meets one challenge for all of them', async () => {
    const server = await start({ auth: { kind: 'token' } });
    const source = await openFor(server.host, login(server));
    const results = await Promise.all(
      ['a', 'b', 'c', 'a'].map(async (name) => {
        const repository = { registry: server.host, repository: `base/${name}` };
        await source.resolveTag(repository, '1');
        return source.blob(repository, image.config, 'config');
      }),
    );
    expect(results.every((result) => result.ok)).toBe(true);
    const tokens = server.requests.filter(({ url }) => url.startsWith('/token'));
    expect(tokens.map(({ url }) => new URL(url, 'http://x').searchParams.get('scope')).sort()).toEqual(
      ['a', 'b', 'c'].map((name) => `repository:base/${name}:pull`),
    );
    // One request without a token, three tokens, and a manifest and a configuration of each repository.
    expect(server.requests).toHaveLength(1 + 3 + 6);
  });

  test('that nobody expects to ask for them is not waited for', async () => {
    const server = await start({ auth: { kind: 'token' } });
    const source = await openFor(server.host);
    const resolve = (name: string) => source.resolveTag({ registry: server.host, repository: `base/${name}` }, '1');
    const results = await Promise.all(['a', 'b', 'c'].map(resolve));
    expect(results.every((result) => result.ok)).toBe(true);
    expect(server.requests).toHaveLength(3 * 3);
  });

  test('gets the credentials it was given at its own token server, and every secret is masked', async () => {
    const server = await start({ auth: { kind: 'token', username: 'ann', password: 'secret', field: 'access_token' } });
    const masked: string[] = [];
    const source = await openFor(server.host, { ...login(server), mask: (secret) => masked.push(secret) });
    expect(await source.resolveTag({ registry: server.host, repository: 'base/a' }, '1')).toMatchObject({ ok: true });
    expect(masked).toEqual(
      expect.arrayContaining([
        'secret',
        Buffer.from('ann:secret').toString('base64'),
        expect.stringContaining('token-for-'),
      ]),
    );
  });

  test('exchanges an identity token', async () => {
    const server = await start({ auth: { kind: 'token', username: 'x', password: 'y', identityToken: 'refresh' } });
    const source = await openFor(server.host, login(server, { kind: 'identity-token', token: 'refresh' }));
    expect(await source.resolveTag({ registry: server.host, repository: 'base/a' }, '1')).toMatchObject({ ok: true });
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET']);
  });

  test('asks again when a token is about to end', async () => {
    const clock = jumpingClock();
    const server = await start({ auth: { kind: 'token', expiresIn: 60 } });
    const source = await openFor(server.host, { clock });
    const repository = { registry: server.host, repository: 'base/a' };
    await source.resolveTag(repository, '1');
    await clock.sleep(57_000);
    expect(await source.blob(repository, image.config, 'config')).toMatchObject({ ok: true });
    expect(paths(server).filter((path) => path === '/token')).toHaveLength(2);
  });

  test('that refuses its own tokens is answered once more, and no more', async () => {
    const server = await start({
      auth: { kind: 'token' },
      intercept: (request, response) => {
        if (request.url?.startsWith('/token')) return false;
        response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${request.headers.host}/token"` });
        response.end();
        return true;
      },
    });
    const source = await openFor(server.host);
    expect(await source.resolveTag({ registry: server.host, repository: 'base/a' }, '1')).toMatchObject({
      ok: false,
      error: { code: 'unauthorized' },
    });
    expect(paths(server)).toEqual(['/v2/base/a/manifests/1', '/token', '/v2/base/a/manifests/1']);
  });

  test.each([
    ['which is not over TLS where the registry is', 'http://127.0.0.1:1/token', LOOPBACK_TLS],
    ['which holds credentials', 'http://u:p@127.0.0.1:1/token', LOOPBACK_HTTP],
    ['which is no address', 'token', LOOPBACK_HTTP],
  ])('names a token server %s, and is refused', async (_, realm, rule) => {
    const tls = rule.insecure ? {} : { tls: makeCertificate(['127.0.0.1']) };
    const server = await start({ auth: { kind: 'token', realm }, ...tls });
    const directory = await mkdtemp(join(tmpdir(), 'ca-'));
    await writeFile(join(directory, 'ca.pem'), tls.tls?.cert ?? makeCertificate([]).cert);
    const environment = { HOME: directory, SSL_CERT_FILE: join(directory, 'ca.pem') };
    const source = await openFor([], { registries: { [server.host]: rule }, environment });
    expect(await source.resolveTag({ registry: server.host, repository: 'base/a' }, '1')).toMatchObject({
      ok: false,
      error: { code: 'malformed', message: expect.stringContaining("can't be a token server") },
    });
    await rm(directory, { recursive: true });
  });
});

describe('a token server on another host', () => {
  async function apart(tokenHosts: (host: string) => readonly string[]) {
    const tokens = await start({ auth: { kind: 'token', username: 'ann', password: 'secret' } });
    const server = await start({ auth: { kind: 'token', realm: `http://${tokens.host}/token` } });
    const registries = {
      [server.host]: { ...LOOPBACK_HTTP, tokenHosts: tokenHosts(tokens.host) },
      [tokens.host]: LOOPBACK_HTTP,
    };
    const source = await openFor([], { registries, ...login(server) });
    const result = await source.resolveTag({ registry: server.host, repository: 'base/a' }, '1');
    return { result, tokens };
  }

  test('does not get the credentials, and the error says how it could', async () => {
    const { result, tokens } = await apart(() => []);
    expect(result).toMatchObject({
      ok: false,
      error: {
        code: 'unauthorized',
        fix: expect.stringContaining('token-hosts'),
        message: expect.stringContaining('not sent'),
      },
    });
    expect(tokens.requests.map(({ headers }) => headers['authorization'])).toEqual([undefined]);
  });

  test('that gives whoever comes a token does not hide why that is of no use', async () => {
    const tokens = await start({ auth: { kind: 'token' } });
    for (const status of [401, 403]) {
      const server = await start({
        auth: { kind: 'token', realm: `http://${tokens.host}/token` },
        intercept: ({ headers }, response) => {
          if (headers.authorization === undefined) return false;
          response.writeHead(status).end();
          return true;
        },
      });
      const source = await openFor([server.host, tokens.host], login(server));
      expect(await source.resolveTag({ registry: server.host, repository: 'base/a' }, '1')).toMatchObject({
        ok: false,
        error: {
          code: status === 401 ? 'unauthorized' : 'forbidden',
          message: expect.stringContaining('were not sent because'),
          fix: expect.stringContaining(`token-hosts: [${tokens.host}]`),
        },
      });
    }
    expect(tokens.requests.map(({ headers }) => headers['authorization'])).toEqual([undefined, undefined]);
  });

  test('gets them if the policy lists it for this registry', async () => {
    const { result, tokens } = await apart((host) => [host]);
    expect(result).toMatchObject({ ok: true });
    expect(tokens.requests.map(({ headers }) => headers['authorization'])).toEqual([
      `Basic ${Buffer.from('ann:secret').toString('base64')}`,
    ]);
  });

  test('is not reached on a private address that the policy does not list', async () => {
    const server = await start({ auth: { kind: 'token', realm: 'http://127.0.0.2:1/token' } });
    const source = await openFor(server.host, { clock: jumpingClock() });
    expect(await source.resolveTag({ registry: server.host, repository: 'base/a' }, '1')).toMatchObject({
      ok: false,
      error: { code: 'refused-address' },
    });
  });
});

describe('a registry that knows a repository by another name', () => {
  const rewrite = (repository: string) => repository.replace(/^base\//, 'vendor/');
  const scopesOf = (server: RegistryServer) =>
    server.requests.flatMap(({ url }) => new URL(url, 'http://x').searchParams.get('scope') ?? []);

  test.each([
    ['refuses the token for its own name', false],
    ['has a token server that refuses the other name', true],
  ])('and %s is asked once with the scope of its challenge, for pull alone', async (_, refusesOthers) => {
    const server = await start({ auth: { kind: 'token', rewrite, refusesOthers } });
    const source = await openFor(server.host);
    const repository = { registry: server.host, repository: 'base/a' };
    expect(await source.resolveTag(repository, '1')).toMatchObject({ ok: true });
    expect(await source.blob(repository, image.config, 'config')).toMatchObject({ ok: true });
    expect(scopesOf(server)).toEqual(['repository:base/a:pull', 'repository:vendor/a:pull']);
  });

  test('and refuses both names is not asked a third time', async () => {
    let asked = 0;
    const server = await start({
      auth: { kind: 'token' },
      intercept: (request, response) => {
        if (request.url?.startsWith('/token')) return false;
        const realm = `http://${request.headers.host}/token`;
        const challenge = `Bearer realm="${realm}",scope="repository:vendor/${asked++}:pull"`;
        response.writeHead(401, { 'www-authenticate': challenge }).end();
        return true;
      },
    });
    const source = await openFor(server.host);
    const repository = { registry: server.host, repository: 'base/a' };
    for (const tag of ['1', '2'])
      expect(await source.resolveTag(repository, tag)).toMatchObject({ error: { code: 'unauthorized' } });
    expect(scopesOf(server).filter((scope) => scope.includes('vendor'))).toHaveLength(1);
  });

  test.each([
    ['names no repository', 'registry:catalog:*'],
    ['is its own', 'repository:base/a:pull,push'],
  ])('is not asked again where the scope of the challenge %s', async (_, scope) => {
    const server = await start({
      auth: { kind: 'token' },
      intercept: (request, response) => {
        if (request.url?.startsWith('/token')) return false;
        const challenge = `Bearer realm="http://${request.headers.host}/token",scope="${scope}"`;
        response.writeHead(401, { 'www-authenticate': challenge }).end();
        return true;
      },
    });
    const source = await openFor(server.host);
    await source.resolveTag({ registry: server.host, repository: 'base/a' }, '1');
    expect(scopesOf(server)).toEqual(['repository:base/a:pull']);
  });
});

describe('a redirect to another registry', () => {
  const OTHER = { kind: 'password', username: 'bob', password: 'other' } as const;
  const redirectTo =
    (host: string): NonNullable<RegistryServerOptions['intercept']> =>
    (request, response) => {
      if (!request.url?.startsWith('/v2/') || request.headers.authorization === undefined) return false;
      response.writeHead(307, { location: `http://${host}${request.url}` }).end();
      return true;
    };
  const basic = ({ username, password }: Extract<Credential, { kind: 'password' }>) =>
    `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

  test.each([
    ['with passwords', { kind: 'basic', username: 'bob', password: 'other' }],
    ['with tokens', { kind: 'token', username: 'bob', password: 'other' }],
  ] as const)('%s is followed with its own credentials, and never the first one’s', async (_, auth) => {
    const other = await start({ auth });
    const first = await start({
      auth: { kind: 'basic', username: 'ann', password: 'secret' },
      intercept: redirectTo(other.host),
    });
    const credentials = new Map<string, Credential>([
      [first.host, PASSWORD],
      [other.host, OTHER],
    ]);
    const source = await openFor([first.host, other.host], { credentials });
    const repository = { registry: first.host, repository: 'base/a' };
    expect(await source.resolveTag(repository, '1')).toMatchObject({ ok: true });
    expect(await source.blob(repository, image.config, 'config')).toMatchObject({ ok: true });
    const sent = (server: RegistryServer) => server.requests.map(({ headers }) => headers['authorization']);
    expect(sent(other)).not.toContain(basic(PASSWORD));
    expect(sent(first)).not.toContain(basic(OTHER));
  });

  test('that has no credentials of its own is refused, with nothing sent', async () => {
    const other = await start({ auth: { kind: 'basic', username: 'ann', password: 'secret' } });
    const first = await start({
      auth: { kind: 'basic', username: 'ann', password: 'secret' },
      intercept: redirectTo(other.host),
    });
    const source = await openFor([first.host, other.host], login(first));
    expect(await source.resolveTag({ registry: first.host, repository: 'base/a' }, '1')).toMatchObject({
      error: { code: 'unauthorized' },
    });
    expect(other.requests.map(({ headers }) => headers['authorization'])).toEqual([undefined]);
  });
});

describe('a registry with passwords', () => {
  test('gets them once it has asked, and at once from then on', async () => {
    const server = await start({ auth: { kind: 'basic', username: 'ann', password: 'secret' } });
    const source = await openFor(server.host, login(server));
    const repository = { registry: server.host, repository: 'base/a' };
    expect(await source.resolveTag(repository, '1')).toMatchObject({ ok: true });
    expect(await source.blob(repository, image.config, 'config')).toMatchObject({ ok: true });
    expect(server.requests).toHaveLength(3);
  });

  test('that refuses them is asked twice and no more', async () => {
    const server = await start({ auth: { kind: 'basic', username: 'ann', password: 'other' } });
    const source = await openFor(server.host, login(server));
    const repository = { registry: server.host, repository: 'base/a' };
    expect(await source.resolveTag(repository, '1')).toMatchObject({ ok: false, error: { code: 'unauthorized' } });
    expect(server.requests).toHaveLength(2);
  });

  test('does not get those of another registry', async () => {
    const server = await start({ auth: { kind: 'basic', username: 'ann', password: 'secret' } });
    const source = await openFor(server.host, { credentials: new Map([['other.example', PASSWORD]]) });
    await source.resolveTag({ registry: server.host, repository: 'base/a' }, '1');
    expect(server.requests.map(({ headers }) => headers['authorization'])).toEqual([undefined]);
  });
});

describe('a registry over TLS', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tls-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test('is believed under an authority that SSL_CERT_FILE names, and not otherwise', async () => {
    const tls = makeCertificate(['127.0.0.1']);
    await writeFile(join(directory, 'ca.pem'), tls.cert);
    const server = await start({ tls });
    const repository = { registry: server.host, repository: 'base/a' };
    const registries = { [server.host]: LOOPBACK_TLS };
    const trusting = await openFor([], {
      registries,
      environment: { HOME: directory, SSL_CERT_FILE: join(directory, 'ca.pem') },
    });
    expect(await trusting.resolveTag(repository, '1')).toMatchObject({ ok: true });
    const other = await openFor([], { registries });
    expect(await other.resolveTag(repository, '1')).toMatchObject({ ok: false, error: { code: 'tls' } });
  });

  test('is refused under the name of another', async () => {
    const tls = makeCertificate(['registry.example']);
    await writeFile(join(directory, 'other.pem'), tls.cert);
    const server = await start({ tls });
    const environment = { HOME: directory, SSL_CERT_FILE: join(directory, 'other.pem') };
    const source = await openFor([], { registries: { [server.host]: LOOPBACK_TLS }, environment });
    expect(await source.resolveTag({ registry: server.host, repository: 'base/a' }, '1')).toMatchObject({
      ok: false,
      error: { code: 'tls' },
    });
  });

  test('a bundle that is not there is said before anything is asked', async () => {
    const opening = openFor([], { environment: { HOME: directory, SSL_CERT_FILE: join(directory, 'none.pem') } });
    await expect(opening).rejects.toThrow('SSL_CERT_FILE');
  });
});

describe('a proxy', () => {
  test('is exempt from the rule of addresses, and asked for the registry by name', async () => {
    const proxy = await startHttpProxy();
    servers.push(proxy);
    const server = await start();
    // The name is one that only the proxy resolves: localtest.invalid has no address.
    const environment = { HOME: '/nonexistent', HTTP_PROXY: proxy.url };
    const registries = { 'registry.invalid': LOOPBACK_HTTP };
    const source = await openFor([], { registries, environment, clock: jumpingClock(), limits: { attempts: 1 } });
    await source.resolveTag({ registry: 'registry.invalid', repository: 'base/a' }, '1');
    expect(proxy.hosts).toEqual(['registry.invalid']);
    expect(server.requests).toEqual([]);
  });

  test('is not asked for a literal private address that the policy does not list', async () => {
    const proxy = await startHttpProxy();
    servers.push(proxy);
    const environment = { HOME: '/nonexistent', HTTPS_PROXY: proxy.url };
    const source = await openFor([], { registries: {}, environment });
    expect(await source.resolveTag({ registry: '169.254.169.254', repository: 'base/a' }, '1')).toMatchObject({
      ok: false,
      error: { code: 'refused-address' },
    });
    expect(proxy.hosts).toEqual([]);
  });
});
