import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { optionalField } from '../../../../src/lib/collections.js';
import { VULNERABILITY_LIMITS } from '../../../../src/vulnerabilities/limits.js';
import { indexFeed } from '../../../../src/vulnerabilities/sources/feed/index-feed.js';
import { TAR_END, tarMember } from '../../../support/image/tar-blocks.js';
import { ALPINE, collectKnown, inventoryOf, NOW, WOLFI } from '../../../support/image/vulnerability-run.js';
import { exportDirectory, reported, zipOf } from '../../../support/registry/export-directory.js';
import { canaryRecord } from '../../../support/registry/osv-canary.js';
import { knowing, type OsvAnswer, type OsvServer, osvRecord, serveOsv } from '../../../support/registry/osv-server.js';

const servers: OsvServer[] = [];
const directories: string[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  await Promise.all(directories.splice(0).map((directory) => rm(directory, { recursive: true })));
});

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'feed-test-'));
  directories.push(directory);
  return directory;
}

function feedOf(records: readonly { readonly id: string }[], more: readonly Buffer[] = []): Buffer {
  const members = records.map((record) => tarMember({ name: `osv/${record.id}.json` }, JSON.stringify(record)));
  const contents = tarMember({ name: 'osv/all.json' }, JSON.stringify(records.map(({ id }) => ({ id }))));
  return gzipSync(Buffer.concat([tarMember({ name: 'osv/', type: '5' }), contents, ...members, ...more, TAR_END]));
}

const purl = (name: string) => `pkg:apk/wolfi/${name}?arch=x86_64`;
const advisory = (id: string, name: string, fixed?: string) =>
  osvRecord(id, [{ ecosystem: 'Wolfi', name, purl: purl(name), ...optionalField('fixed', fixed) }], {
    upstream: [`CVE-2026-${id.slice(-4)}`],
  });
const CANARY = canaryRecord('Wolfi');
const RECORDS = [
  CANARY,
  advisory('CGA-aaaa-0001', 'curl', '9.0-r0'),
  advisory('CGA-aaaa-0002', 'curl'),
  advisory('CGA-aaaa-0003', 'curl', '0'),
  advisory('CGA-aaaa-0004', 'curl', '1.0-r0'),
];
const FEED = feedOf(RECORDS);
const FOUND = 'curl CVE-2026-0001 9.0-r0\ncurl CVE-2026-0002 unfixed';
const CURL = inventoryOf(WOLFI, [['curl', '8.0-r0']]);

async function serve(feed: (tag: string | undefined) => OsvAnswer): Promise<OsvServer> {
  const server = await serveOsv({ ...knowing([advisory('CGA-osv0-0009', 'curl')]), feed });
  servers.push(server);
  return server;
}

async function known(answer: OsvAnswer, inventory = CURL): Promise<string> {
  return reported(await collectKnown({ inventory, server: await serve(() => answer), feeds: ['chainguard'] }));
}

describe("Chainguard's feed", () => {
  test('is asked where the policy asks for it, in place of the OSV API for its ecosystems and no other', async () => {
    const server = await serve(() => ({ body: FEED }));
    expect(reported(await collectKnown({ inventory: CURL, server, feeds: ['chainguard'] }))).toBe(FOUND);
    expect(server.requests).toEqual(['GET /chainguard-osv.tar.gz', 'GET /exploited.json']);

    const [npm] = inventoryOf(null, [['left-pad', '1.0.0']], 'npm').packages;
    const both = { ...CURL, packages: [...CURL.packages, ...(npm === undefined ? [] : [npm])] };
    const evidence = await collectKnown({ inventory: both, server, feeds: ['chainguard'] });
    expect(reported(evidence)).toBe(FOUND);
    expect(server.queries.flat().map(({ package: { ecosystem } }) => ecosystem)).not.toContain('Wolfi');
    expect(evidence.status === 'present' ? evidence.value.sources : []).toEqual([
      { name: expect.stringMatching(/^Chainguard's OSV feed/), asOf: Date.parse('2026-11-20T10:00:00Z') },
      { name: expect.stringMatching(/^OSV API/), asOf: NOW.getTime() },
    ]);
  });

  test('is not asked without the policy’s word, nor for images of others', async () => {
    const server = await serve(() => ({ body: FEED }));
    expect(reported(await collectKnown({ inventory: CURL, server }))).toBe('curl CVE-2026-0009 unfixed');
    const alpine = inventoryOf(ALPINE, [['curl', '8.0-r0']]);
    await collectKnown({ inventory: alpine, server, feeds: ['chainguard'] });
    expect(server.requests.filter((request) => request.includes('tar.gz'))).toEqual([]);
  });

  test('is fetched once for all images of a run', async () => {
    const server = await serve(() => ({ body: FEED }));
    const shared = new Map<string, Promise<unknown>>();
    const run = () => collectKnown({ inventory: CURL, server, feeds: ['chainguard'], shared });
    expect((await Promise.all([run(), run(), run()])).map(reported)).toEqual([FOUND, FOUND, FOUND]);
    expect(server.requests.filter((request) => request.includes('tar.gz'))).toHaveLength(1);
  });

  test('proves an image clean by knowing old vulnerabilities, and nothing without', async () => {
    const inventory = inventoryOf(WOLFI, [['musl', '1.2.5-r0']]);
    expect(await known({ body: FEED }, inventory)).toBe('');
    expect(await known({ body: feedOf([advisory('CGA-aaaa-0005', 'zlib')]) }, inventory)).toMatch(
      /^\? 1 package of Wolfi: .*proves nothing$/,
    );
    expect(await known({ body: feedOf([canaryRecord('Chainguard')]) }, inventory)).toMatch(
      /^\? .*no record of it is in/,
    );
    expect(await known({ body: feedOf([]) }, inventory)).toMatch(/^\? /);
  });

  test.each<[string, OsvAnswer, RegExp]>([
    ['is not there', { status: 404, body: 'gone' }, /returned 404/],
    ['may not be had', { status: 403, body: '' }, /returned 403/],
    ['is down', { status: 503, body: '' }, /503/],
    ['is a login page', { body: '<html>Please log in</html>' }, /can't be used/],
    ['is said to be the same as none', { status: 304, body: '' }, /returned 304/],
    ['breaks off', { body: FEED.subarray(0, FEED.length - 40) }, /can't be used/],
    ['has a damaged byte', { body: damaged(FEED) }, /can't be used/],
    ['is empty', { body: '' }, /can't be used|proves nothing|no record of it/],
    [
      'holds another file',
      { body: feedOf(RECORDS, [tarMember({ name: 'x.txt' }, 'x')]) },
      /holds x\.txt, which is not a record/,
    ],
    [
      'holds a link',
      { body: feedOf(RECORDS, [tarMember({ name: 'x.json', type: '2', link: '/etc/passwd' })]) },
      /not a record/,
    ],
    ['holds a record that is none', { body: feedOf(RECORDS, [tarMember({ name: 'x.json' }, '{}')]) }, /has no id/],
    ['holds a record that is not JSON', { body: feedOf(RECORDS, [tarMember({ name: 'x.json' }, '[')]) }, /not JSON/],
  ])('that %s lets no image pass', async (_, answer, expected) => {
    const inventory = inventoryOf(WOLFI, [['musl', '1.2.5-r0']]);
    const text = await known(answer, inventory);
    expect(text).toMatch(/^(unavailable: |\? )/);
    expect(text).toMatch(expected);
  });

  test('is kept on the command line, asked for again by its tag, and stands in where no new one is to be had', async () => {
    const cacheDirectory = await newDirectory();
    let answer: (tag: string | undefined) => OsvAnswer = () => ({ headers: { etag: '"one"' }, body: FEED });
    const server = await serve((tag) => answer(tag));
    const run = () => collectKnown({ inventory: CURL, server, feeds: ['chainguard'], settings: { cacheDirectory } });
    expect(reported(await run())).toBe(FOUND);
    answer = (tag) => (tag === '"one"' ? { status: 304, body: '' } : { status: 500, body: '' });
    expect(reported(await run())).toBe(FOUND);
    for (const wrong of [{ status: 503, body: '' }, { body: '<html>' }, { body: feedOf([]).subarray(0, 30) }]) {
      answer = () => wrong;
      const evidence = await run();
      expect(reported(evidence)).toBe(FOUND);
      const [source] = evidence.status === 'present' ? evidence.value.sources : [];
      expect(source?.asOf).toBe(Date.parse('2026-11-20T10:00:00Z'));
      expect(source?.instead).toMatch(/503|can't be used/);
    }
    // What is kept goes bad: the tag no longer speaks for it.
    await writeFile(join(cacheDirectory, 'vulnerabilities/chainguard-osv.tar.gz'), 'bad');
    answer = (tag) => (tag === undefined ? { body: FEED } : { status: 304, body: '' });
    expect(reported(await run())).toBe(FOUND);
    expect((await readdir(join(cacheDirectory, 'vulnerabilities'))).filter((name) => name.endsWith('.part'))).toEqual(
      [],
    );
  });

  test('needs no cache: one that cannot be written is none', async () => {
    const file = join(await newDirectory(), 'a-file');
    await writeFile(file, '');
    const server = await serve(() => ({ body: FEED }));
    const settings = { cacheDirectory: file };
    expect(reported(await collectKnown({ inventory: CURL, server, feeds: ['chainguard'], settings }))).toBe(FOUND);
  });

  test('lies in the directory of exports where there is one, or is missed', async () => {
    const run = async (files: Parameters<typeof exportDirectory>[0]) => {
      const vulnerabilitiesDirectory = await exportDirectory({ 'Wolfi/all.zip': zipOf([CANARY]), ...files });
      return reported(
        await collectKnown({ inventory: CURL, feeds: ['chainguard'], settings: { vulnerabilitiesDirectory } }),
      );
    };
    expect(await run({ 'chainguard-osv.tar.gz': FEED })).toBe(FOUND);
    expect(await run({})).toMatch(
      /^unavailable: The feed .*chainguard-osv\.tar\.gz, which the policy enables .* does not exist/,
    );
  });

  test.each([
    ['record-bytes', 100],
    ['feed-records', 2],
    ['feed-unpacked-bytes', 4000],
  ] as const)('passing the limit %s is said by its name', async (limit, value) => {
    const path = join(await newDirectory(), 'feed');
    await writeFile(path, FEED);
    const read = await indexFeed(path, { ...VULNERABILITY_LIMITS, [limit]: value });
    expect(read.ok ? '' : `${read.error.cause} ${read.error.message}`).toMatch(
      new RegExp(`^limit .*\\(limit ${limit}\\)`),
    );
  });

  test('no bytes whatever pass as a feed that knows nothing', async () => {
    const path = join(await newDirectory(), 'feed');
    await fc.assert(
      fc.asyncProperty(fc.nat(FEED.length - 1), fc.integer({ min: 1, max: 255 }), async (at, bits) => {
        const bytes = Buffer.from(FEED);
        bytes[at] = (bytes[at] ?? 0) ^ bits;
        await writeFile(path, bytes);
        const index = await indexFeed(path, VULNERABILITY_LIMITS);
        const answer = index.ok
          ? await index.value.query([{ ecosystem: 'Wolfi', name: 'curl', version: '8.0-r0' }])
          : null;
        expect(answer === null || (answer.ok && answer.value.hits.length === 4)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

function damaged(feed: Buffer): Buffer {
  const copy = Buffer.from(feed);
  copy[200] = (copy[200] ?? 0) ^ 0x55;
  return copy;
}
