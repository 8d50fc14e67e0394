import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { makeApiFetch } from '../../src/github/repository/api-fetch.js';
import { createClient } from '../../src/github/repository/client.js';
import { listOwned } from '../../src/survey/list-repositories.js';
import { readRepositoryList } from '../../src/survey/named-repositories.js';
import { pacedFetch } from '../../src/survey/paced-fetch.js';
import { isInShard, parseShard } from '../../src/survey/shard.js';
import '../support/property-seed.js';
import { type OrganizationServer, startOrganization } from '../support/github/organization-server.js';

describe('a list of repositories', () => {
  test('has owner/name on each line, with comments, and each once', () => {
    expect(readRepositoryList('\uFEFFacme/a # ours\r\n\n# none\nacme/B\nACME/a\n')).toEqual({
      ok: true,
      value: ['ACME/a', 'acme/B'],
    });
  });

  test.each(['acme', 'acme/a/b', '../x', 'acme/..', 'https://github.com/acme/a', 'acme/<b>', ''])(
    'is refused for %j',
    (line) => {
      expect(readRepositoryList(`\n${line}\n`).ok).toBe(false);
    },
  );
});

test('what is read of any text are names of repositories', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '/', '.', '#', '\n', ' ', '-', '\u0000') }), (text) => {
      const read = readRepositoryList(text);
      for (const name of read.ok ? read.value : []) expect(name).toMatch(/^[a.-]+\/[a.-]+$/);
    }),
  );
});

describe('a shard', () => {
  test.each(['0/3', '4/3', '3', '3/', '1/257', '01/3', '1/3/5', '-1/3', ''])('is not %j', (text) => {
    expect(parseShard(text).ok).toBe(false);
  });

  test('has each repository exactly once, whatever its case', () => {
    const names = Array.from({ length: 2_000 }, (_, index) => `acme/Repository-${index}`);
    const shards = Array.from({ length: 8 }, (_, index) => ({ index: index + 1, of: 8 }));
    for (const name of names) {
      const own = shards.filter((shard) => isInShard(name, shard));
      expect(own).toHaveLength(1);
      expect(shards.filter((shard) => isInShard(name.toUpperCase(), shard))).toEqual(own);
    }
    const sizes = shards.map((shard) => names.filter((name) => isInShard(name, shard)).length);
    expect(Math.min(...sizes)).toBeGreaterThan(200);
  });
});

describe('the API', () => {
  let github: OrganizationServer;

  beforeAll(async () => {
    github = await startOrganization([{ name: 'acme/a', files: {} }], { limited: true });
  });

  afterAll(async () => {
    await github.close();
  });

  const clientOf = (fetch: ReturnType<typeof pacedFetch>['fetch'], said: string[] = []) =>
    createClient({
      token: 'read-only',
      apiUrl: github.apiUrl,
      remainingMilliseconds: () => 60_000,
      onWaiting: (sentence) => said.push(sentence),
      fetch,
    });

  test.each<readonly [string, Readonly<Record<string, string>>]>([
    ['a secondary limit', { 'retry-after': '1' }],
    [
      'the primary limit',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 1) },
    ],
  ])('is waited for as long as it asks after %s', async (_, headers) => {
    const said: string[] = [];
    let refused = 0;
    let refusedAt = 0;
    let answeredAt = 0;
    github.intercept = (__, response) => {
      answeredAt = Date.now();
      if (refused++ > 0) return false;
      refusedAt = Date.now();
      const message =
        headers['retry-after'] === undefined ? 'API rate limit exceeded' : 'You have exceeded a secondary rate limit';
      response.writeHead(403, { 'content-type': 'application/json', ...headers }).end(JSON.stringify({ message }));
      return true;
    };
    const listed = await listOwned(clientOf(pacedFetch(makeApiFetch()).fetch, said), 'acme');
    github.intercept = null;
    expect(listed.ok && listed.value.repositories.map(({ name }) => name)).toEqual(['a']);
    expect(said).toEqual([expect.stringMatching(/^Waiting \d+ s for GitHub's rate limit\.$/)]);
    expect(answeredAt - refusedAt).toBeGreaterThanOrEqual(900);
  });

  test('is asked in the pace that it allows, once it says that it limits', async () => {
    const paced = pacedFetch(makeApiFetch(), { perMinute: 600 });
    const times: number[] = [];
    github.intercept = () => {
      times.push(Date.now());
      return false;
    };
    for (let index = 0; index < 4; index++) await paced.fetch(`${github.apiUrl}/repos/acme/a`, {});
    github.intercept = null;
    expect(paced.sent()).toBe(4);
    expect((times[3] ?? 0) - (times[1] ?? 0)).toBeGreaterThanOrEqual(180);
  });
});
