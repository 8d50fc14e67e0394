import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { expectFaultTable, type FaultRow, faultTable, makeFaultContent } from '../support/registry/fault-table.js';
import { closeRegistries } from '../support/registry/registry-open.js';
import { type RegistryServer, startRegistry } from '../support/registry/registry-server.js';

let server: RegistryServer;
let rows: readonly FaultRow[];

beforeAll(async () => {
  server = await startRegistry({ referrers: 'tag' });
  const content = await makeFaultContent();
  server.push('base/app', content.index, '1');
  server.push('base/app', content.signature);
  rows = await faultTable(server.host, content);
}, 60_000);
afterEach(closeRegistries);
afterAll(() => server.close());

test('whatever is wrong between us and a registry, what we then hold is right, or an error of its kind', async () => {
  await expectFaultTable(rows);
});

test('nothing but a registry that says so makes a signature absent', () => {
  const absent = rows.filter(({ referrers }) => referrers === 'none').map(({ fault }) => fault);
  expect(absent).toEqual(['404 of a registry', 'null for the list of referrers']);
});

test('what a registry lists in place of referrers are others, which prove nothing', () => {
  const others = rows.filter(({ referrers }) => referrers === 'others').map(({ fault }) => fault);
  expect(others).toEqual(['indexes in indexes', 'an index that leads to itself']);
});
