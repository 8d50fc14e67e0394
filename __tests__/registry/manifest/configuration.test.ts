import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { credentialsFirst, parseCredentialInput } from '../../../src/registry/auth/credentials.js';
import { dockerCredentials } from '../../../src/registry/auth/docker-config.js';
import { hostRules } from '../../../src/registry/hosts.js';
import { proxyFor, readProxies } from '../../../src/registry/http/proxy.js';
import {
  amountOf,
  LIMITS,
  type LimitName,
  parseLimits,
  raiseLimit,
  registryLimits,
} from '../../../src/registry/limits.js';
import { parseRoute } from '../../../src/registry/routes.js';
import { expectDocument } from '../../support/held-table.js';
import { LOOPBACK_HTTP, LOOPBACK_TLS, openFor } from '../../support/registry/registry-open.js';

let directory: string;
beforeAll(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'configuration-')));
  await mkdir(join(directory, 'workspace/bin'), { recursive: true });
  await mkdir(join(directory, 'bin'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const basic = (text: string) => ({ auth: Buffer.from(text).toString('base64') });

/** Looks credentials up under a config.json in `place`, below the directory of the test. */
async function lookUp(
  config: unknown,
  registry: string,
  place = 'home/.docker',
  environment: Record<string, string> = {},
) {
  await mkdir(join(directory, place), { recursive: true });
  await writeFile(join(directory, place, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
  const notices: string[] = [];
  const store = dockerCredentials({
    environment: { HOME: join(directory, 'home'), PATH: '', ...environment },
    workspace: join(directory, 'workspace'),
    notice: (message) => notices.push(message),
  });
  return { found: await store.for(registry), notices };
}

async function helper(place: string, name: string, script: string): Promise<void> {
  const path = join(directory, place, `docker-credential-${name}`);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

describe("Docker's configuration", () => {
  test.each([
    ['ghcr.io', { 'ghcr.io': basic('ann:se:cret') }, { kind: 'password', username: 'ann', password: 'se:cret' }],
    [
      'docker.io',
      { 'https://index.docker.io/v1/': basic('ann:x') },
      { kind: 'password', username: 'ann', password: 'x' },
    ],
    [
      'old.example',
      { 'https://old.example/v2/': basic('ann:x') },
      { kind: 'password', username: 'ann', password: 'x' },
    ],
    [
      'a.example',
      { 'a.example': { username: 'ann', password: 'x' } },
      { kind: 'password', username: 'ann', password: 'x' },
    ],
    ['a.example', { 'a.example': { ...basic('ann:x'), identitytoken: 't' } }, { kind: 'identity-token', token: 't' }],
    ['a.example', { 'a.example': { registrytoken: 't' } }, { kind: 'registry-token', token: 't' }],
    ['a.example', { 'a.example': basic('<token>:t') }, { kind: 'identity-token', token: 't' }],
    ['a.example', { 'b.example': basic('ann:x'), 'a.example:5000': basic('ann:x') }, undefined],
    ['a.example', { 'https://a.example/team': basic('ann:x') }, undefined],
    ['a.example', { 'a.example': {} }, undefined],
  ])('for %s reads %j', async (registry, auths, expected) => {
    expect((await lookUp({ auths }, registry)).found).toEqual({ ok: true, value: expected });
  });

  test('is found by DOCKER_CONFIG', async () => {
    const environment = { DOCKER_CONFIG: join(directory, 'elsewhere') };
    const { found } = await lookUp({ auths: { 'a.example': basic('ann:x') } }, 'a.example', 'elsewhere', environment);
    expect(found).toMatchObject({ value: { username: 'ann' } });
  });

  test('inside the checkout is left out of account, also by way of a link', async () => {
    const config = { auths: { 'a.example': basic('ann:x') } };
    const inside = { DOCKER_CONFIG: join(directory, 'workspace/docker') };
    const direct = await lookUp(config, 'a.example', 'workspace/docker', inside);
    expect(direct).toMatchObject({
      found: { ok: true, value: undefined },
      notices: [expect.stringContaining('checkout')],
    });
    await symlink(join(directory, 'workspace/docker'), join(directory, 'linked'));
    const linked = await lookUp(config, 'a.example', 'workspace/docker', { DOCKER_CONFIG: join(directory, 'linked') });
    expect(linked.found).toEqual({ ok: true, value: undefined });
  });

  test('is absent where the home is no directory', async () => {
    const { found, notices } = await lookUp({}, 'a.example', 'home/.docker', { HOME: '/dev/null' });
    expect([found, notices]).toEqual([{ ok: true, value: undefined }, []]);
  });

  test('that is a directory is reported and not used', async () => {
    await mkdir(join(directory, 'odd/config.json'), { recursive: true });
    const odd = { DOCKER_CONFIG: join(directory, 'odd') };
    const { notices } = await lookUp({}, 'a.example', 'home/.docker', odd);
    expect(notices).toEqual([expect.stringContaining('EISDIR')]);
  });

  test.each(['{', '[]', '{"auths":{"a.example":{"auth":1}}}'])('that is %s is reported and not used', async (text) => {
    const { found, notices } = await lookUp(text, 'a.example', 'broken', { DOCKER_CONFIG: join(directory, 'broken') });
    expect(found).toEqual({ ok: true, value: undefined });
    expect(notices).toHaveLength(1);
  });
});

describe('a credential helper', () => {
  const path = () => ({ PATH: `${join(directory, 'workspace/bin')}:bin:${join(directory, 'bin')}:/usr/bin:/bin` });

  test('is asked for the registry, before what the file holds', async () => {
    await helper('bin', 'ok', 'read key; echo "{\\"Username\\":\\"u-$key\\",\\"Secret\\":\\"s\\"}"');
    const config = {
      auths: { 'a.example': basic('ann:x') },
      credHelpers: { 'a.example': 'ok' },
      credsStore: 'missing',
    };
    expect((await lookUp(config, 'a.example', undefined, path())).found).toEqual({
      ok: true,
      value: { kind: 'password', username: 'u-a.example', password: 's' },
    });
    expect((await lookUp({ credsStore: 'ok' }, 'docker.io', undefined, path())).found).toMatchObject({
      value: { username: 'u-https://index.docker.io/v1/' },
    });
  });

  test('may hand out identity tokens, and may know nothing', async () => {
    await helper('bin', 'token', 'echo "{\\"Username\\":\\"<token>\\",\\"Secret\\":\\"s\\"}"');
    await helper('bin', 'none', 'echo "credentials not found in native keychain"; exit 1');
    expect((await lookUp({ credsStore: 'token' }, 'a.example', undefined, path())).found).toMatchObject({
      value: { kind: 'identity-token', token: 's' },
    });
    const config = { credsStore: 'none', auths: { 'a.example': basic('ann:x') } };
    expect((await lookUp(config, 'a.example', undefined, path())).found).toMatchObject({ value: { username: 'ann' } });
  });

  test.each(['../evil', '/bin/evil', 'a b', '', '-x', 'a;b', '.hidden'])('named %j is not run', async (name) => {
    const { found } = await lookUp({ credHelpers: { 'a.example': name } }, 'a.example', undefined, path());
    expect(found.ok).toBe(name === '');
  });

  test('that lies in the checkout is not run, not even by way of a link', async () => {
    await helper('workspace/bin', 'planted', 'echo "{\\"Username\\":\\"u\\",\\"Secret\\":\\"s\\"}"');
    await symlink(
      join(directory, 'workspace/bin/docker-credential-planted'),
      join(directory, 'bin/docker-credential-planted'),
    );
    const { found } = await lookUp({ credsStore: 'planted' }, 'a.example', undefined, path());
    expect(found).toMatchObject({ ok: false, error: expect.stringContaining('inside the checkout') });
  });

  test('that fails or talks nonsense is an error without what it said', async () => {
    await helper('bin', 'broken', 'echo hunter2; exit 3');
    await helper('bin', 'nonsense', 'echo hunter2');
    for (const name of ['broken', 'nonsense', 'absent']) {
      const { found } = await lookUp({ credsStore: name }, 'a.example', undefined, path());
      expect(found.ok).toBe(false);
      expect(JSON.stringify(found)).not.toContain('hunter2');
    }
  });
});

describe('the input registry-credentials', () => {
  test('is a registry, a username and a password a line', async () => {
    const parsed = parseCredentialInput('# comment\n\nghcr.io ann s p a c e\r\nhttps://index.docker.io/v1/ bob x\n');
    const store = credentialsFirst(parsed.ok ? parsed.value : new Map(), {
      for: async () => ({ ok: true, value: undefined }),
      mentions: async () => false,
    });
    expect(await store.for('ghcr.io')).toMatchObject({ value: { username: 'ann', password: 's p a c e' } });
    expect(await store.for('docker.io')).toMatchObject({ value: { username: 'bob' } });
    expect(await store.for('quay.io')).toEqual({ ok: true, value: undefined });
  });

  test('that is wrong is named by its line, and never shown', () => {
    expect(parseCredentialInput('ghcr.io ann x\nghcr.io hunter2')).toEqual({
      ok: false,
      error: expect.stringContaining('Line 2 of registry-credentials'),
    });
  });
});

describe('hosts', () => {
  const rules = hostRules({
    'a.example:5000/team': { ...LOOPBACK_TLS, tokenHosts: ['login.example'] },
    'b.example': LOOPBACK_HTTP,
    'localhost:5000': LOOPBACK_HTTP,
  });

  test('are spoken to over TLS, unless the policy lets them be insecure', () => {
    expect(['docker.io', 'a.example:5000', 'b.example', 'c.example'].map(rules.origin)).toEqual([
      'https://registry-1.docker.io',
      'https://a.example:5000',
      'http://b.example',
      'https://c.example',
    ]);
  });

  test('may be private where the policy lists them, with their token servers', () => {
    expect(['a.example:5000', 'login.example', 'a.example', 'c.example'].map(rules.mayBePrivate)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test.each([
    ['a.example:5000', 'https://a.example:5000/token', true],
    ['a.example:5000', 'https://a.example/token', true],
    ['a.example:5000', 'https://login.example/token', true],
    ['a.example:5000', 'http://a.example:5000/token', false],
    ['a.example:5000', 'https://a.example.evil/token', false],
    // In clear, a login would be everybody's on the way.
    ['b.example', 'http://b.example/token', false],
    ['localhost:5000', 'http://localhost:5000/token', true],
    ['localhost:6000', 'http://localhost:6000/token', false],
    ['b.example', 'http://b.example:81/token', false],
    ['docker.io', 'https://auth.docker.io/token', true],
    ['ghcr.io', 'https://auth.docker.io/token', false],
    ['ghcr.io', 'https://ghcr.io/token', true],
  ])('decide whether credentials for %s go to %s: %s', (registry, realm, expected) => {
    expect(rules.maySendCredentials(registry, new URL(realm))).toBe(expected);
  });
});

describe('proxies', () => {
  const through = (url: string, variables: Readonly<Record<string, string>>) => {
    const settings = readProxies(variables);
    return settings.ok ? proxyFor(new URL(url), settings.value) : settings.error;
  };
  const environment = {
    HTTPS_PROXY: 'http://proxy:3128',
    http_proxy: 'plain:3129',
    NO_PROXY: '.internal, exact.example,10.0.0.0/8,[::1],host.example:8443 ,*.star.example,2001:4860::/32',
  };
  test.each([
    ['https://ghcr.io/', 'http://proxy:3128'],
    ['http://ghcr.io/', 'http://plain:3129'],
    ['https://a.internal/', undefined],
    ['https://internal/', 'http://proxy:3128'],
    ['https://exact.example/', undefined],
    ['https://sub.exact.example/', undefined],
    ['https://notexact.example/', 'http://proxy:3128'],
    ['https://10.1.2.3/', undefined],
    ['https://11.1.2.3/', 'http://proxy:3128'],
    ['https://[2001:4860::1]/', undefined],
    ['https://host.example:8443/', undefined],
    ['https://host.example/', 'http://proxy:3128'],
    ['https://a.star.example/', undefined],
    ['https://localhost:5000/', undefined],
    ['https://127.0.0.1/', undefined],
  ])('%s goes through %s', (url, expected) => {
    expect(through(url, environment)).toBe(expected && `${expected}/`);
  });

  test('are none without variables, and none for anybody with NO_PROXY=*', () => {
    expect(through('https://a.example', {})).toBe(undefined);
    expect(through('https://a.example', { HTTPS_PROXY: 'x', NO_PROXY: '*' })).toBe(undefined);
  });

  test('keep their login', () => {
    expect(through('https://a.example', { HTTPS_PROXY: 'ann:pass@proxy:8080' })).toBe('http://ann:pass@proxy:8080/');
  });

  test.each([
    ['HTTPS_PROXY', 'socks5://ann:secret@proxy:1080'],
    ['https_proxy', 'http://'],
    ['HTTP_PROXY', 'ann:secret@proxy:port'],
  ])('that %s can’t name are refused by the variable’s name, and not by its value', (name, value) => {
    const read = readProxies({ [name]: value });
    expect(read).toMatchObject({ ok: false, error: expect.stringContaining(name) });
    expect(JSON.stringify(read)).not.toContain('secret');
  });
});

describe('stand-ins', () => {
  test.each([
    ['docker.io=mirror.example/hub', { from: 'docker.io', to: 'registry', registry: 'mirror.example', prefix: 'hub' }],
    [
      'index.docker.io/library=localhost:5000',
      { from: 'docker.io/library', to: 'registry', registry: 'localhost:5000', prefix: '' },
    ],
    ['demo.example=oci-layout:examples/registry', { from: 'demo.example', to: 'layout', path: 'examples/registry' }],
    ['demo.example=oci-layout:/a=b', { from: 'demo.example', to: 'layout', path: '/a=b' }],
  ])('%s is parsed', (text, expected) => {
    expect(parseRoute(text)).toEqual({ ok: true, value: expected });
  });

  test.each([
    '',
    'docker.io',
    '=x',
    'docker.io=',
    'docker.io=oci-layout:',
    'docker.io=https://x',
    'a b=c',
    'a.example/UP=c',
  ])('%j is refused with what was expected', (text) => {
    const parsed = parseRoute(text);
    expect(parsed.ok ? '' : parsed.error).toContain('HOST=oci-layout:DIR');
  });
});

describe('limits', () => {
  test('are documented', async () => {
    const introduction = [
      '# Limits on what registries may cost',
      '',
      'A registry is an untrusted party: everything that it may cost has a limit with a name. Passing one makes the evidence',
      "unavailable under the limit's name, and the answer indeterminate; it never passes. The environment variable",
      '`BASE_IMAGE_GATE_LIMITS` changes them, on the command line and in a workflow: names and whole numbers, with `KiB`,',
      '`MiB`, `GiB` on bytes, and `s`, `m` (minutes) on milliseconds.',
      '',
      '```sh',
      'BASE_IMAGE_GATE_LIMITS="layer-bytes=8GiB run-ms=20m"',
      '```',
      '',
    ].join('\n');
    const rows = Object.entries(LIMITS).map(([name, { value, bounds }]) => [
      `\`${name}\``,
      amountOf(name as LimitName, value),
      bounds,
    ]);
    await expectDocument('registry-limits.md', introduction, ['limit', 'default', 'bounds'], rows);
  });

  test('are set by the environment, and a mistake there is said before the run begins', async () => {
    const opening = openFor([], { environment: { BASE_IMAGE_GATE_LIMITS: 'layer-bites=3' } });
    await expect(opening).rejects.toThrow('BASE_IMAGE_GATE_LIMITS: "layer-bites=3" does not set a limit');
  });

  test('have names, units and defaults, and are set by name', () => {
    expect(parseLimits('layer-bytes=8GiB, run-ms=20m\nlayers=3 answer-ms=5s')).toEqual({
      ok: true,
      value: { 'layer-bytes': 8 * 1024 ** 3, 'run-ms': 1_200_000, layers: 3, 'answer-ms': 5000 },
    });
    expect(registryLimits({ layers: 3 })).toMatchObject({
      layers: 3,
      'manifest-bytes': LIMITS['manifest-bytes'].value,
    });
  });

  test.each(Object.keys(LIMITS) as LimitName[])('%s is raised by what the message says to type', (name) => {
    const [, typed = ''] = /BASE_IMAGE_GATE_LIMITS="([^"]*)"/.exec(raiseLimit(name, LIMITS[name].value)) ?? [];
    expect(parseLimits(typed)).toEqual({ ok: true, value: { [name]: 2 * LIMITS[name].value } });
  });

  test.each([
    ['manifest-bytes', 4 * 1024 ** 2, '4 MiB'],
    ['manifest-bytes', 1, '1 byte'],
    ['manifest-bytes', 1025, '1,025 bytes'],
    ['layer-bytes', 1536 * 1024 ** 2, '1536 MiB'],
    ['run-ms', 600_000, '10 min'],
    ['run-ms', 1500, '1500 ms'],
    ['referrers', 1000, '1,000'],
  ] as const)('%s of %d is read as %s', (name, value, text) => {
    expect(amountOf(name, value)).toBe(text);
  });

  test.each([
    'unknown=3',
    'layers',
    'layers=',
    'layers=-1',
    'layers=0',
    'layers=1MiB',
    'run-ms=1GiB',
    'layer-bytes=1s',
    'layers=9e9',
    'toString=1',
  ])('%s is refused', (text) => {
    expect(parseLimits(text).ok).toBe(false);
  });
});
