import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { VULNERABILITY_LIMITS, type VulnerabilityLimits } from '../../../../src/vulnerabilities/limits.js';
import { readSecurityDatabase } from '../../../../src/vulnerabilities/sources/alpine/security-database.js';
import type { KnownVulnerabilities } from '../../../../src/vulnerabilities/vulnerabilities.js';
import { ALPINE, collectKnown, inventoryOf, NOW } from '../../../support/image/vulnerability-run.js';
import { exportDirectory, WHOLE } from '../../../support/registry/export-directory.js';
import {
  HIGH,
  knowing,
  type OsvAnswer,
  type OsvKnowledge,
  type OsvServer,
  osvRecord,
  type SecurityFixes,
  securityDatabase,
  serveOsv,
} from '../../../support/registry/osv-server.js';

const servers: OsvServer[] = [];
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
});

const RELEASE = 'v3.22';
const INVENTORY = inventoryOf(ALPINE, [
  ['musl', '1.2.5-r0'],
  ['go', '1.24.1-r0'],
  ['php84-cli', '8.4.1-r0', 'php84'],
]);
const GO = { go: { '1.24.2-r0': ['CVE-2025-22871'], '0': ['CVE-2019-9999'] } };

async function serve(knowledge: OsvKnowledge): Promise<OsvServer> {
  const server = await serveOsv(knowledge);
  servers.push(server);
  return server;
}

async function collected(
  given: Omit<Parameters<typeof collectKnown>[0], 'inventory'>,
  inventory = INVENTORY,
): Promise<KnownVulnerabilities> {
  const evidence = await collectKnown({ inventory, ...given });
  if (evidence.status !== 'present') throw new Error(JSON.stringify(evidence));
  return evidence.value;
}

async function online(community: (release: string) => OsvAnswer, records: Parameters<typeof knowing>[0] = []) {
  const server = await serve({ ...knowing(records), community });
  return { server, known: await collected({ server }) };
}

const saying = (fixes: SecurityFixes) => (release: string) => ({ body: securityDatabase(release, fixes) });
const names = ({ uncovered }: KnownVulnerabilities) => uncovered.map(({ name }) => name);

describe('packages of community, which OSV has no advisories about', () => {
  test('are asked of the security database of Alpine, once a release', async () => {
    const rating = osvRecord('CVE-2025-22871', [], { severity: [HIGH], published: '2025-04-08T00:00:00Z' });
    const { server, known } = await online(saying(GO), [rating]);
    expect(known.found).toMatchObject([
      {
        id: 'CVE-2025-22871',
        fixedIn: '1.24.2-r0',
        published: Date.parse('2025-04-08T00:00:00Z'),
        rating: { severity: 'high' },
        package: { name: 'go', ecosystem: 'Alpine:v3.22' },
      },
    ]);
    expect([known.packages, names(known), known.unevaluated]).toEqual([3, [], []]);
    expect(server.requests.filter((request) => request.includes('community'))).toEqual(['GET /v3.22/community.json']);
  });

  test('count as exploited where the CVE is', async () => {
    const server = await serve({ ...knowing([], ['CVE-2025-22871']), community: saying(GO) });
    expect((await collected({ server })).found).toMatchObject([{ id: 'CVE-2025-22871', exploited: true }]);
  });

  test('are vulnerable up to the last of several fixes, and named by every CVE of an entry', async () => {
    const fixes = {
      php84: {
        '8.4.0-r0': ['CVE-2024-0001'],
        '8.4.2-r0': ['CVE-2024-0001 GHSA-mw36-7c6c-q4q2', 'CVE-2024-0002 CVE-2024-0003'],
      },
    };
    const { known } = await online(saying(fixes));
    expect(known.found.map(({ ids, fixedIn }) => [fixedIn, ...ids])).toEqual([
      ['8.4.2-r0', 'CVE-2024-0001', 'GHSA-mw36-7c6c-q4q2'],
      ['8.4.2-r0', 'CVE-2024-0002'],
      ['8.4.2-r0', 'CVE-2024-0003'],
    ]);
  });

  test('an image of nothing but the smallest image asks for no list', async () => {
    const server = await serve({ ...knowing([]), community: saying({}) });
    const known = await collected({ server }, inventoryOf(ALPINE, [['libcrypto3', '3.5.1-r0', 'openssl']]));
    expect([known.packages, known.uncovered]).toEqual([1, []]);
    expect(server.requests.some((request) => request.includes('community'))).toBe(false);
  });

  test.each<[string, (release: string) => OsvAnswer]>([
    ['is not there', () => ({ status: 404, body: '' })],
    ['is down', () => ({ status: 503, body: '' })],
    ['is no JSON', () => ({ body: '<html>' })],
    ['is something else', () => ({ body: { packages: {} } })],
    ['is of another release', () => ({ body: securityDatabase('v3.21', GO) })],
    ['is of another repository', () => ({ body: { ...securityDatabase(RELEASE, GO), reponame: 'main' } })],
    ['lost its packages', () => ({ body: { ...securityDatabase(RELEASE, {}), packages: [] } })],
    [
      'says that every package is fixed in 0',
      () => ({ body: securityDatabase(RELEASE, { ffmpeg: { '0': ['CVE-2009-0385'] } }) }),
    ],
  ])('are not covered where the list %s, and the others are', async (_, community) => {
    const { known } = await online(community);
    expect(names(known)).toEqual(['go', 'php84-cli']);
    expect([known.packages, known.found, known.unevaluated]).toEqual([1, [], []]);
  });

  test('a package that OSV has a record of is covered without the list', async () => {
    const record = osvRecord('ALPINE-CVE-2025-0001', [{ ecosystem: 'Alpine:v3.22', name: 'go', fixed: '1.24.2-r0' }]);
    const { known } = await online(() => ({ status: 404, body: '' }), [record]);
    expect(names(known)).toEqual(['php84-cli']);
    expect(known.found.map(({ id }) => id)).toEqual(['CVE-2025-0001']);
  });

  test('an earlier answer stands in on the command line, apart from that of OSV', async () => {
    const cacheDirectory = await exportDirectory({});
    const before = await serve({ ...knowing([]), community: saying(GO) });
    await collected({ server: before, settings: { cacheDirectory } });
    const after = await serve({ ...knowing([]), community: () => ({ status: 503, body: '' }) });
    const known = await collected({ server: after, settings: { cacheDirectory } });
    expect([known.found.map(({ id }) => id), names(known)]).toEqual([['CVE-2025-22871'], []]);
    expect(known.sources.filter(({ instead }) => instead !== undefined).map(({ name }) => name)).toEqual([
      expect.stringMatching(/^Alpine's security database/),
    ]);
  });
});

describe('a directory of exports', () => {
  const FILE = 'alpine-secdb/v3.22/community.json';
  const inDirectory = async (files: Parameters<typeof exportDirectory>[0]) => {
    const directory = await exportDirectory({ 'whole.zip': WHOLE, ...files });
    return { directory, known: () => collected({ settings: { vulnerabilitiesDirectory: directory } }) };
  };

  const HEADERS = 'alpine-secdb/v3.22/community.headers';
  const fetched = new Date(NOW.getTime() - 3 * 24 * 60 * 60 * 1000).toUTCString();

  test.each([
    ['of HTTP/2', `HTTP/2 200 \r\nserver: nginx\r\ndate: ${fetched}\r\n\r\n`],
    ['after a redirect', `HTTP/1.1 302 Found\nDate: ${NOW.toUTCString()}\n\nHTTP/1.1 200 OK\nDate: ${fetched}\n`],
    ['with the length', `HTTP/1.1 200 OK\r\nContent-Length: LENGTH\r\nDate: ${fetched}\r\n`],
    ['with the length of what was sent', `HTTP/2 200\ncontent-encoding: gzip\ncontent-length: 7\ndate: ${fetched}\n`],
  ])('has the list beside the archives, as old as the headers next to it say: %s', async (_, headers) => {
    const list = JSON.stringify(securityDatabase(RELEASE, GO));
    const { known } = await inDirectory({ [FILE]: list, [HEADERS]: headers.replace('LENGTH', `${list.length}`) });
    const { found, sources, uncovered } = await known();
    expect([found.map(({ id }) => id), uncovered]).toEqual([['CVE-2025-22871'], []]);
    expect(sources).toContainEqual({
      name: "Alpine's security database of community (alpine-secdb)",
      asOf: Date.parse(fetched),
    });
  });

  test.each<[string, Parameters<typeof exportDirectory>[0]]>([
    ['has no headers', {}],
    ['has headers without a date', { [HEADERS]: 'HTTP/2 200\nserver: nginx\n' }],
    ['has a date that is none', { [HEADERS]: 'HTTP/2 200\ndate: yesterday\n' }],
    ['has the headers of another file', { [HEADERS]: `HTTP/2 200\ncontent-length: 7\ndate: ${fetched}\n` }],
    ['has more headers than are read', { [HEADERS]: `date: ${fetched}\n${'x'.repeat(65_536)}` }],
  ])('a list that %s is not taken for new: what it lists counts, and its silence does not', async (_, more) => {
    const { directory, known } = await inDirectory({ [FILE]: securityDatabase(RELEASE, GO), ...more });
    // As a copy leaves it.
    await utimes(join(directory, FILE), NOW, NOW);
    const { found, sources, uncovered } = await known();
    expect(found.map(({ id }) => id)).toEqual(['CVE-2025-22871']);
    expect(uncovered.map(({ name }) => name)).toEqual(['go', 'php84-cli']);
    expect(uncovered.every(({ reason }) => /community\.(?:json|headers)/.test(reason))).toBe(true);
    expect(sources.filter(({ name }) => name.includes('Alpine'))).toEqual([]);
  });

  test.each<[string, Parameters<typeof exportDirectory>[0]]>([
    ['without it', {}],
    ['with one that is cut off', { [FILE]: '{"reponame":"community","dis' }],
    ['with that of another release', { [FILE]: securityDatabase('v3.21', GO) }],
  ])('%s does not cover what may be of community', async (_, files) => {
    const { known } = await inDirectory(files);
    const { uncovered, packages } = await known();
    expect(uncovered.map(({ name, reason }) => [name, /OSV has advisories about Alpine's main/.test(reason)])).toEqual([
      ['go', true],
      ['php84-cli', true],
    ]);
    expect(packages).toBe(1);
  });
});

describe('the security database of Alpine', () => {
  const read = (value: unknown, limits: VulnerabilityLimits = VULNERABILITY_LIMITS) =>
    readSecurityDatabase(value, 'Alpine:v3.22', limits);

  test('is refused where it has more entries than the limit', () => {
    const result = read(securityDatabase(RELEASE, GO), { ...VULNERABILITY_LIMITS, 'secdb-entries': 2 });
    expect(result).toMatchObject({ ok: false, error: { isLimit: true } });
    expect(read(securityDatabase(RELEASE, GO), { ...VULNERABILITY_LIMITS, 'secdb-entries': 3 }).ok).toBe(true);
  });

  test('is read or refused whatever it holds, and loses no entry', () => {
    const entry = fc.oneof(
      fc.string(),
      fc.constantFrom('CVE-2024-12345', 'XSA-312', 'CVE-2024-12345 (regression)', ' '),
    );
    const secfixes = fc.dictionary(fc.constantFrom('1.0-r0', '0', '2.1_rc1', ''), fc.array(entry));
    fc.assert(
      fc.property(fc.constantFrom('go', '__proto__', 'constructor'), secfixes, fc.jsonValue(), (name, fixes, other) => {
        read(other);
        read({ reponame: 'community', distroversion: RELEASE, packages: other });
        const result = read({
          reponame: 'community',
          distroversion: RELEASE,
          packages: [
            { pkg: { name, secfixes: fixes } },
            { pkg: { name: 'ffmpeg', secfixes: { '0.5-r0': ['CVE-2009-0385'] } } },
          ],
        });
        if (!result.ok) throw new Error(result.error.reason);
        const isOpen = Object.entries(fixes).some(([version, written]) => version !== '0' && written.length > 0);
        expect(result.value.recordsOf(name).length > 0).toBe(isOpen);
        expect(result.value.recordsOf('toString')).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
