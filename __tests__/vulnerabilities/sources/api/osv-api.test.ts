import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import type { Evidence } from '../../../../src/evidence/evidence.js';
import type { KnownVulnerabilities } from '../../../../src/vulnerabilities/vulnerabilities.js';
import { ALPINE, collectKnown, DEBIAN, inventoryOf, NOW, WOLFI } from '../../../support/image/vulnerability-run.js';
import {
  knowing,
  type OsvKnowledge,
  type OsvServer,
  osvRecord,
  serveOsv,
} from '../../../support/registry/osv-server.js';

const servers: OsvServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(knowledge: OsvKnowledge): Promise<OsvServer> {
  const server = await serveOsv(knowledge);
  servers.push(server);
  return server;
}

const OPENSSL = { ecosystem: 'Alpine:v3.22', name: 'openssl' };
const RECORD = osvRecord('ALPINE-CVE-2026-1000', [{ ...OPENSSL, fixed: '3.3.2-r0' }], { upstream: ['CVE-2026-1000'] });
const INVENTORY = inventoryOf(ALPINE, [
  ['libcrypto3', '3.3.1-r0', 'openssl'],
  ['musl', '1.2.5-r0'],
]);

function reported(evidence: Evidence<KnownVulnerabilities>): string {
  if (evidence.status !== 'present') return `${evidence.status}: ${'message' in evidence ? evidence.message : ''}`;
  const { found, unevaluated } = evidence.value;
  return [
    ...found.map(
      (one) => `${one.package.name} ${one.id} ${one.fixedIn ?? 'unfixed'}${one.exploited ? ' exploited' : ''}`,
    ),
    ...unevaluated.map(({ what, reason }) => `? ${what}: ${reason}`),
  ].join('\n');
}

test('packages are asked for by what they were built from, in one request, and records are fetched once', async () => {
  const server = await serve(knowing([RECORD]));
  expect(reported(await collectKnown({ inventory: INVENTORY, server }))).toBe('libcrypto3 CVE-2026-1000 3.3.2-r0');
  expect(server.queries[0]?.slice(0, 3)).toEqual([
    { package: OPENSSL, version: '3.3.1-r0' },
    { package: { ecosystem: 'Alpine:v3.22', name: 'libcrypto3' }, version: '3.3.1-r0' },
    { package: { ecosystem: 'Alpine:v3.22', name: 'musl' }, version: '1.2.5-r0' },
  ]);
  expect(server.requests).toEqual([
    'POST /v1/querybatch 6',
    'GET /v1/vulns/ALPINE-CVE-2026-1000',
    'GET /exploited.json',
  ]);
});

test('images of one run share questions and records, and what they ask at one time is one request', async () => {
  const server = await serve(knowing([RECORD]));
  const shared = new Map<string, Promise<unknown>>();
  const images = await Promise.all(
    Array.from({ length: 5 }, async () => reported(await collectKnown({ inventory: INVENTORY, server, shared }))),
  );
  expect(new Set(images)).toEqual(new Set(['libcrypto3 CVE-2026-1000 3.3.2-r0']));
  expect(server.requests).toHaveLength(3);
});

test('nothing found is proof only with the answer to a question that must find something', async () => {
  const server = await serve(knowing([]));
  expect(reported(await collectKnown({ inventory: INVENTORY, server }))).toBe('');
  const silent = await serve({ ...knowing([]), batch: (queries) => ({ body: { results: queries.map(() => ({})) } }) });
  expect(reported(await collectKnown({ inventory: INVENTORY, server: silent }))).toMatch(
    /^\? packages of Alpine:v3\.22: .*an empty result proves nothing$/,
  );
});

test('an ecosystem that the service does not know spoils no other one', async () => {
  const known = knowing([RECORD]);
  const server = await serve({
    ...known,
    batch: (queries) =>
      queries.some(({ package: about }) => about.ecosystem === 'npm')
        ? { status: 400, body: { code: 3, message: 'Invalid ecosystem.' } }
        : known.batch(queries),
  });
  const [npm] = inventoryOf(null, [['left-pad', '1.0.0']], 'npm').packages;
  const inventory = { ...INVENTORY, packages: npm === undefined ? [] : [...INVENTORY.packages, npm] };
  expect(reported(await collectKnown({ inventory, server }))).toBe(
    `libcrypto3 CVE-2026-1000 3.3.2-r0\n? packages of npm: ${new URL(server.origin).host} rejects queries about npm: Invalid ecosystem.`,
  );
});

test('pages are followed, one that holds only a token too', async () => {
  const second = osvRecord('ALPINE-CVE-2026-2000', [OPENSSL], { upstream: ['CVE-2026-2000'] });
  const known = knowing([RECORD, second]);
  const server = await serve({
    ...known,
    batch: (queries) => ({
      body: {
        results: queries.map(({ package: { name }, version, page_token }) => {
          if (version === '0.0.1-r0') return { vulns: [{ id: 'OLD-1' }] };
          if (name !== 'openssl') return {};
          if (page_token === undefined) return { next_page_token: 'one' };
          if (page_token === 'one') return { vulns: [{ id: RECORD.id }], next_page_token: 'two' };
          return { vulns: [{ id: second.id }] };
        }),
      },
    }),
  });
  expect(reported(await collectKnown({ inventory: INVENTORY, server }))).toBe(
    'libcrypto3 CVE-2026-1000 3.3.2-r0\nlibcrypto3 CVE-2026-2000 unfixed',
  );
  expect(server.requests.filter((request) => request.startsWith('POST'))).toEqual([
    'POST /v1/querybatch 6',
    'POST /v1/querybatch 1',
    'POST /v1/querybatch 1',
  ]);
});

test.each<[string, OsvKnowledge['batch'], RegExp]>([
  [
    'pages without an end',
    (queries) => ({
      body: { results: queries.map(({ page_token }) => ({ next_page_token: `${page_token ?? ''}x` })) },
    }),
    /^unavailable: .*more than 50 pages.*osv-pages/,
  ],
  [
    'pages in a circle',
    (queries) => ({ body: { results: queries.map(() => ({ next_page_token: 'again' })) } }),
    /^unavailable: .*lead back to one another/,
  ],
  ['fewer results than queries', () => ({ body: { results: [{}] } }), /^unavailable: .*1 results for 6 queries/],
  ['another document', () => ({ body: { vulns: [] } }), /^unavailable: .*not a list of results/],
  ['no JSON', () => ({ body: '<html>Please log in</html>' }), /^unavailable: .*not a list of results/],
  ['a redirect to a login page', () => ({ status: 302, headers: { location: '/login' }, body: '' }), /^unavailable: /],
  ['403', () => ({ status: 403, body: {} }), /^unavailable: .*returned 403/],
  ['500 again and again', () => ({ status: 500, body: {} }), /^unavailable: .*500/],
  ['429 again and again', () => ({ status: 429, headers: { 'retry-after': '1' }, body: {} }), /^unavailable: .*429/],
  [
    'an identifier that leads elsewhere',
    (queries) => ({ body: { results: queries.map(() => ({ vulns: [{ id: '../../secrets?x=' }] })) } }),
    /^\? \.\.\/\.\.\/secrets\?x= for openssl 3\.3\.1-r0: it is not the identifier of a vulnerability/,
  ],
  [
    'a record it does not have',
    (queries) => ({ body: { results: queries.map(() => ({ vulns: [{ id: 'GONE-1' }] })) } }),
    /^\? GONE-1 for openssl 3\.3\.1-r0: the service listed this record but does not have it/,
  ],
])('a service that answers with %s never lets an image pass', async (_, batch, expected) => {
  const server = await serve({ ...knowing([]), batch });
  expect(reported(await collectKnown({ inventory: INVENTORY, server }))).toMatch(expected);
});

const entry = (events: readonly object[]) => ({ package: OPENSSL, ranges: [{ type: 'ECOSYSTEM', events }] });

test.each<[string, unknown, RegExp]>([
  ['another record', { ...RECORD, id: 'OTHER-1' }, /^\? .*returned the record OTHER-1/],
  ['no record', { id: RECORD.id }, /^\? .*it is not an OSV record/],
  ['a list', [], /^\? .*it is not an OSV record/],
  ['a record about something else', osvRecord(RECORD.id, []), /^libcrypto3 CVE-2026-1000 unfixed/],
  [
    'a record without ranges or versions',
    { ...RECORD, affected: [{ package: OPENSSL }] },
    /^libcrypto3 CVE-2026-1000 unfixed/,
  ],
  [
    "a record that can't be evaluated in part",
    { ...RECORD, affected: [entry([{ introduced: '4-r0' }]), entry([{ fixed: '3.3.2-r0' }])] },
    /^libcrypto3 CVE-2026-1000 unfixed/,
  ],
  [
    'a record of another kind of range',
    { ...RECORD, affected: [{ package: OPENSSL, ranges: [{ type: 'MAGIC', events: [{ introduced: '4' }] }] }] },
    /^libcrypto3 CVE-2026-1000 unfixed/,
  ],
  [
    'a record that says by an order that it is not affected',
    { ...RECORD, affected: [entry([{ introduced: '4-r0' }])] },
    /^$/,
  ],
  [
    'a record whose ranges are out of order',
    { ...RECORD, affected: [entry([{ fixed: '3.3.2-r0' }, { introduced: '0' }])] },
    /^libcrypto3 CVE-2026-1000 3\.3\.2-r0$/,
  ],
  [
    'a record that is fixed in version 0',
    { ...RECORD, affected: [entry([{ introduced: '0' }, { fixed: '0' }])] },
    /^libcrypto3 CVE-2026-1000 unfixed/,
  ],
  ['a record withdrawn on no date', { ...RECORD, withdrawn: 'perhaps' }, /^libcrypto3 CVE-2026-1000/],
  ['a record that was withdrawn', { ...RECORD, withdrawn: '2026-11-01T00:00:00Z' }, /^$/],
  [
    'a record of ten megabytes',
    { ...RECORD, details: 'x'.repeat(10_000_000) },
    /^libcrypto3 CVE-2026-1000 3\.3\.2-r0$/,
  ],
  ['a record larger than the limit', { ...RECORD, details: 'x'.repeat(34_000_000) }, /^\? .*advisory-bytes/],
])('the service answers with %s', async (_, body, expected) => {
  const server = await serve({ ...knowing([RECORD]), record: () => ({ body }) });
  expect(reported(await collectKnown({ inventory: INVENTORY, server }))).toMatch(expected);
});

test('a try that fails is tried again', async () => {
  const known = knowing([RECORD]);
  let failures = 2;
  const server = await serve({
    ...known,
    batch: (queries) => (failures-- > 0 ? { status: 503, body: {} } : known.batch(queries)),
  });
  expect(reported(await collectKnown({ inventory: INVENTORY, server }))).toBe('libcrypto3 CVE-2026-1000 3.3.2-r0');
});

test('more than a thousand packages go in several requests', async () => {
  const many = Array.from({ length: 1500 }, (_, index) => [`package-${index}`, '1.0-1'] as const);
  const server = await serve(knowing([]));
  expect(reported(await collectKnown({ inventory: inventoryOf(DEBIAN, many), server }))).toBe('');
  expect(server.queries.map((queries) => queries.length).every((count) => count <= 1000)).toBe(true);
  expect(server.queries).toHaveLength(2);
});

test('what is known to be exploited is marked, and an unreadable list is not an empty one', async () => {
  const server = await serve(knowing([RECORD], ['CVE-2026-1000']));
  expect(reported(await collectKnown({ inventory: INVENTORY, server }))).toBe(
    'libcrypto3 CVE-2026-1000 3.3.2-r0 exploited',
  );
  const broken = await serve({ ...knowing([RECORD]), exploited: () => ({ body: { vulnerabilities: [] } }) });
  const evidence = await collectKnown({ inventory: INVENTORY, server: broken });
  expect(evidence.status === 'present' && evidence.value.exploitedList.status).toBe('unknown');
});

test("the last good answer stands in for a service that is down, with that answer's age", async () => {
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'vulnerability-cache-'));
  try {
    const server = await serve(knowing([RECORD]));
    await collectKnown({ inventory: INVENTORY, server, settings: { cacheDirectory } });
    const down = await serve({ ...knowing([]), batch: () => ({ status: 503, body: {} }) });
    const later = new Date('2026-11-25T00:00:00Z');
    const evidence = await collectKnown({
      inventory: INVENTORY,
      server: down,
      settings: { cacheDirectory, now: later },
    });
    expect(reported(evidence)).toBe('libcrypto3 CVE-2026-1000 3.3.2-r0');
    const [source] = evidence.status === 'present' ? evidence.value.sources : [];
    expect(source?.asOf).toBe(NOW.getTime());
    expect(source?.instead).toMatch(/503/);
    const other = inventoryOf(WOLFI, [['curl', '8.0-r0']]);
    expect((await collectKnown({ inventory: other, server: down, settings: { cacheDirectory } })).status).toBe(
      'unavailable',
    );
  } finally {
    await rm(cacheDirectory, { recursive: true });
  }
});

test('offline, without a directory of exports, nothing is asked and nothing is known', async () => {
  expect(reported(await collectKnown({ inventory: INVENTORY }))).toMatch(/^unavailable: .*offline/);
});
