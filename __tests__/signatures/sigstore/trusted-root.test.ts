import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { GITHUB_ROOT } from '../../../src/signatures/sigstore/github-root.js';
import { GITHUB_UPDATE_ROOT } from '../../../src/signatures/sigstore/github-update-root.js';
import { loadTrustedRoot } from '../../../src/signatures/sigstore/load-trusted-root.js';
import { PUBLIC_GOOD_ROOT } from '../../../src/signatures/sigstore/public-good-root.js';
import { readTrustedRoot } from '../../../src/signatures/sigstore/trusted-root.js';
import { startUpdateRepository } from '../../support/github/update-repository.js';
import { startHttpProxy } from '../../support/registry/http-proxy.js';
import { makeSigstore } from '../../support/signing/sigstore-trust.js';

async function readWith(change: (root: Record<string, unknown>) => void) {
  const root = (await makeSigstore()).trustedRoot();
  change(root);
  return readTrustedRoot(Buffer.from(JSON.stringify(root)), 'our root');
}

describe('a trusted root', () => {
  test('is read, and says where it is from', async () => {
    expect(await readWith(() => undefined)).toMatchObject({
      ok: true,
      value: { name: 'our root', mayBeOutdated: false },
    });
  });

  test.each(['tlogs', 'ctlogs'])(
    'with an entry of %s that does not say since when it is valid is refused',
    async (list) => {
      const read = await readWith((root) => {
        // The test root's own lists.
        for (const log of root[list] as { publicKey: { validFor?: object } }[]) delete log.publicKey.validFor;
      });
      expect(read).toMatchObject({
        ok: false,
        error: { code: 'malformed', reason: expect.stringContaining(`${list}.0.publicKey.validFor`) },
      });
    },
  );

  test.each([
    ['another media type', { mediaType: 'application/json' }],
    [
      'a log whose key is none',
      {
        tlogs: [
          {
            baseUrl: 'https://x',
            publicKey: { rawBytes: 'AAAA', validFor: { start: '2024-01-01T00:00:00Z' } },
            logId: { keyId: 'AAAA' },
          },
        ],
      },
    ],
    [
      'an authority without certificates',
      { certificateAuthorities: [{ certChain: { certificates: [] }, validFor: { start: '2024-01-01T00:00:00Z' } }] },
    ],
    [
      'a time that is none',
      { certificateAuthorities: [{ certChain: { certificates: [{}] }, validFor: { start: 'always' } }] },
    ],
    ['logs that are no list', { tlogs: {} }],
  ])('with %s is refused', async (_name, changes) => {
    expect(await readWith((root) => Object.assign(root, changes))).toMatchObject({
      ok: false,
      error: { code: 'malformed' },
    });
  });
});

describe('the trusted root of a run', () => {
  const directory = mkdtempSync(join(tmpdir(), 'trusted-root-'));

  test('is the embedded one offline, by its date and with a note', async () => {
    expect(await loadTrustedRoot({ offline: true })).toMatchObject({
      ok: true,
      value: {
        name: `Sigstore public-good root, embedded snapshot of ${PUBLIC_GOOD_ROOT.date}`,
        mayBeOutdated: true,
        note: expect.stringContaining('the run is offline'),
      },
    });
  });

  test('is the file that was named, before the policy’s document', async () => {
    const file = join(directory, 'root.json');
    const sigstore = await makeSigstore();
    writeFileSync(file, JSON.stringify(sigstore.trustedRoot()));
    const policyDocument = JSON.stringify(sigstore.trustedRoot());
    expect(await loadTrustedRoot({ offline: false, file, policyDocument })).toMatchObject({
      ok: true,
      value: { name: file },
    });
    expect(await loadTrustedRoot({ offline: false, policyDocument })).toMatchObject({
      ok: true,
      value: { name: "the policy's trusted root", mayBeOutdated: false },
    });
  });

  test('is no other, where the named one can’t be read', async () => {
    for (const settings of [{ file: join(directory, 'missing.json') }, { policyDocument: '{}' }])
      expect(await loadTrustedRoot({ offline: true, ...settings })).toMatchObject({
        ok: false,
        error: { code: 'malformed' },
      });
  });

  test('is refreshed where the network allows it', async () => {
    const trustedRoot = (await makeSigstore()).trustedRoot();
    const repository = await startUpdateRepository({ trustedRoot });
    const loaded = await loadTrustedRoot({ offline: false, repository, cacheDirectory: join(directory, 'fresh') });
    await repository.close();
    if (!loaded.ok) throw new Error(loaded.error.reason);
    const { mayBeOutdated, name, note, material } = loaded.value;
    expect({ mayBeOutdated, name, note }).toEqual({
      mayBeOutdated: false,
      name: 'Sigstore public-good root, refreshed by TUF',
      note: undefined,
    });
    expect(material.tlogs.map(({ baseURL }) => baseURL)).toEqual(['https://rekor.test-sigstore.example']);
  });

  test.each([
    ["can't be had", 'stopped', /it could not be refreshed: .*ECONNREFUSED/, {}],
    [
      'no longer holds',
      'expired',
      /it could not be refreshed: .*expired/,
      { expires: new Date('2020-01-01T00:00:00Z') },
    ],
    [
      'serves another file than it signed',
      'other',
      /it could not be refreshed: .*Expected length/,
      { served: '{"mediaType":"x"}' },
    ],
  ] as const)('is the embedded one, with a note, where the repository %s', async (_why, name, reason, change) => {
    const trustedRoot = (await makeSigstore()).trustedRoot();
    const repository = await startUpdateRepository({ trustedRoot, ...change });
    if (name === 'stopped') await repository.close();
    const loaded = await loadTrustedRoot({ offline: false, repository, cacheDirectory: join(directory, name) });
    if (name !== 'stopped') await repository.close();
    expect(loaded).toMatchObject({
      ok: true,
      value: { mayBeOutdated: true, note: expect.stringMatching(reason) },
    });
  });

  test.each(['public-good', 'github'] as const)(
    'of the %s instance is refreshed through the proxy of the environment',
    async (instance) => {
      const sigstore = await makeSigstore();
      const [repository, proxy] = await Promise.all([
        startUpdateRepository({ trustedRoot: sigstore.trustedRoot() }),
        startHttpProxy(),
      ]);
      const host = `updates.example:${new URL(repository.url).port}`;
      const load = (environment: Readonly<Record<string, string>>) =>
        loadTrustedRoot({
          instance,
          offline: false,
          repository: { ...repository, url: `http://${host}`, network: { environment, mayBePrivate: () => false } },
        });
      const through = await load({ HTTP_PROXY: proxy.url });
      expect(through).toMatchObject({ ok: true, value: { mayBeOutdated: false } });
      expect(new Set(proxy.hosts)).toEqual(new Set([host]));
      const asked = proxy.hosts.length;
      const unusable = await load({ HTTP_PROXY: 'socks5://proxy:1080' });
      expect(unusable).toMatchObject({ value: { mayBeOutdated: true, note: expect.stringContaining('HTTP_PROXY') } });
      expect(proxy.hosts.length).toBe(asked);
      await Promise.all([repository.close(), proxy.close()]);
    },
  );

  test('is not refreshed from a private address that a public name leads to', async () => {
    const repository = await startUpdateRepository({ trustedRoot: (await makeSigstore()).trustedRoot() });
    const network = { environment: {}, mayBePrivate: () => false };
    const loaded = await loadTrustedRoot({ offline: false, repository: { ...repository, network } });
    await repository.close();
    expect(loaded).toMatchObject({ ok: true, value: { mayBeOutdated: true } });
  });

  test("of GitHub's instance is refreshed from its own start, in a directory of the run's own", async () => {
    expect(JSON.parse(GITHUB_UPDATE_ROOT)).toMatchObject({ signed: { _type: 'root', roles: { timestamp: {} } } });
    const trustedRoot = (await makeSigstore()).trustedRoot({
      certificateAuthorities: [],
      tlogs: [],
    });
    const repository = await startUpdateRepository({ trustedRoot });
    const cacheDirectory = join(directory, 'github');
    const settings = { instance: 'github', offline: false, repository, cacheDirectory } as const;
    expect(await loadTrustedRoot(settings)).toMatchObject({
      ok: true,
      value: { name: "GitHub's Sigstore root, refreshed by TUF", mayBeOutdated: false },
    });
    expect(existsSync(cacheDirectory)).toBe(false);
    await repository.close();
    for (const change of [{}, { offline: true }])
      expect(await loadTrustedRoot({ ...settings, ...change })).toMatchObject({
        ok: true,
        value: {
          instance: 'github',
          name: `GitHub's Sigstore root, embedded snapshot of ${GITHUB_ROOT.date}`,
          mayBeOutdated: true,
          note: expect.stringContaining(GITHUB_ROOT.date),
          snapshot: { date: GITHUB_ROOT.date },
        },
      });
  });

  test("of GitHub's instance is not the one that was named for another", async () => {
    const policyDocument = JSON.stringify((await makeSigstore()).trustedRoot());
    expect(await loadTrustedRoot({ instance: 'github', offline: true, policyDocument })).toMatchObject({
      value: { instance: 'github', name: expect.stringContaining('embedded snapshot') },
    });
  });
});
