import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { listAttestations } from '../../../src/github/repository/attestations.js';
import { testClient } from '../../support/github/github-test-client.js';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const PATH = `/repos/acme/images/attestations/${encodeURIComponent(DIGEST)}`;

interface Page {
  readonly status?: number;
  readonly body: unknown;
  readonly next?: string;
}

let pages: Readonly<Record<string, Page>>;
let asked: { readonly url: string; readonly authorization: IncomingMessage['headers']['authorization'] }[];
const server = createServer(({ url = '', headers }, response) => {
  asked.push({ url, authorization: headers.authorization });
  const { status = 404, body, next } = pages[url] ?? { body: { message: 'Not Found' } };
  const link = next === undefined ? {} : { link: `<${next}>; rel="next"` };
  response.writeHead(status, { 'content-type': 'application/json', ...link }).end(JSON.stringify(body));
});
// A TCP server's address is never a string or null once it listens.
const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
beforeEach(() => {
  asked = [];
});
afterAll(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const list = (repository = 'acme/images', most = 256) =>
  listAttestations(({ owner }) => testClient(address(), `token-of-${owner}`))(repository, DIGEST, most);
const first = `${PATH}?per_page=100`;
const listed = (...attestations: readonly object[]) => ({ status: 200, body: { attestations } });

describe('attestations are listed', () => {
  test('in the repository that was named, with the token for it', async () => {
    pages = {
      [first]: listed(
        { bundle: { mediaType: 'x' }, repository_id: 1 },
        { bundle: null, bundle_url: 'https://bundles.example/1' },
      ),
    };
    expect(await list()).toEqual({
      ok: true,
      value: {
        attestations: [{ bundle: { mediaType: 'x' } }, { bundle: null, bundleUrl: 'https://bundles.example/1' }],
        more: false,
      },
    });
    expect(asked).toEqual([{ url: first, authorization: 'token token-of-acme' }]);
  });

  test('page by page from the API that was asked, whatever host the next page names', async () => {
    pages = {
      [first]: { ...listed({ bundle: 1 }), next: 'https://evil.example/?after=Mg%3D%3D' },
      [`${PATH}?after=Mg%3D%3D&per_page=100`]: listed({ bundle: 2 }),
    };
    expect(await list()).toMatchObject({ value: { attestations: [{ bundle: 1 }, { bundle: 2 }], more: false } });
  });

  test('no more of them than are read', async () => {
    pages = {
      [first]: { ...listed({ bundle: 1 }, { bundle: 2 }), next: `${address()}/?after=x` },
    };
    expect(await list('acme/images', 1)).toMatchObject({ value: { attestations: [{ bundle: 1 }], more: true } });
    expect(asked).toHaveLength(1);
  });

  test('and a nil slice is an empty list', async () => {
    pages = { [first]: { status: 200, body: { attestations: null } } };
    expect(await list()).toEqual({ ok: true, value: { attestations: [], more: false } });
  });
});

describe('a 404 means', () => {
  test('none, where the repository can be seen', async () => {
    pages = { '/repos/acme/images': { status: 200, body: { id: 1 } } };
    expect(await list()).toEqual({ ok: true, value: { attestations: [], more: false } });
  });

  test('nothing, where it can not', async () => {
    pages = {};
    expect(await list()).toMatchObject({
      ok: false,
      error: { cause: 'not-found', fix: expect.stringContaining('policy-token') },
    });
  });
});

test.each([
  [403, 'forbidden', { message: 'Resource not accessible by integration' }],
  [401, 'unauthorized', { message: 'Bad credentials' }],
  [503, 'server-error', { message: 'No server is available' }],
  [200, 'malformed', { attestations: 'many' }],
])('an answer of %i leaves open what there is (%s)', async (status, cause, body) => {
  pages = { [first]: { status, body } };
  expect(await list()).toMatchObject({ ok: false, error: { cause } });
});

test.each(['acme', 'acme/images/more', '../etc', 'acme/..'])('%s is no repository to be asked', async (name) => {
  expect(await list(name)).toMatchObject({ ok: false, error: { cause: 'malformed' } });
  expect(asked).toEqual([]);
});
