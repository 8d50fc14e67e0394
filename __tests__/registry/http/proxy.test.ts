import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fetch } from 'undici';
import { ProxiedAgent } from '../../../src/registry/http/proxy.js';
import { unlistedSource } from '../../../src/registry/refusing-source.js';
import { type HttpProxy, startHttpProxy } from '../../support/registry/http-proxy.js';

let proxy: HttpProxy;
beforeAll(async () => {
  proxy = await startHttpProxy();
});
afterAll(() => proxy.close());

describe('what is fetched from services', () => {
  const requestThrough = async (variables: Readonly<Record<string, string>>) => {
    const before = proxy.hosts.length;
    const dispatcher = new ProxiedAgent(variables);
    const failure = await fetch('http://service.invalid/', { dispatcher, signal: AbortSignal.timeout(1500) }).then(
      () => undefined,
      (error: Error) => error,
    );
    await dispatcher.destroy();
    // undici connects again for as long as the request waits.
    return { failure, through: [...new Set(proxy.hosts.slice(before))] };
  };

  test.each([
    ['with', (url: string) => url],
    ['without', (url: string) => url.replace('http://', '')],
  ])('goes through the proxy, whose address is written %s a scheme', async (_, written) => {
    expect((await requestThrough({ HTTP_PROXY: written(proxy.url) })).through).toEqual(['service.invalid:80']);
  });

  test('goes past it where NO_PROXY says so', async () => {
    expect((await requestThrough({ HTTP_PROXY: proxy.url, NO_PROXY: '.invalid' })).through).toEqual([]);
  });

  test('fails by the name of a variable that names no proxy', async () => {
    const { failure, through } = await requestThrough({ HTTP_PROXY: 'socks5://proxy:1080' });
    expect(String(failure?.cause)).toContain('HTTP_PROXY');
    expect(through).toEqual([]);
  });
});

describe('a registry that is not listed', () => {
  const fixFor = async (registry: string) => {
    const answer = await unlistedSource.resolveTag({ registry, repository: 'a' }, '1');
    return answer.ok ? '' : answer.error.fix;
  };

  test.each(['10.0.0.7:5000', 'localhost:5000', 'registry.internal', '[::1]:5000'])(
    'and can only be private (%s) is listed with all it needs',
    async (registry) => {
      expect(await fixFor(registry)).toMatch(/private-network: true.*insecure: true/);
    },
  );

  test.each(['registry.example', '8.8.8.8'])('and may be public (%s) is listed by its name', async (registry) => {
    expect(await fixFor(registry)).not.toContain('private-network');
  });
});
