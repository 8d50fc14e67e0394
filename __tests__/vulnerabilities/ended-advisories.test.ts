import { describe, expect, test } from '@jest/globals';
import type { Distribution } from '../../src/packages/inventory.js';
import { endedAdvisories } from '../../src/vulnerabilities/ended-advisories.js';
import { ALPINE, collectKnown, DEBIAN, inventoryOf, WOLFI } from '../support/image/vulnerability-run.js';
import { knowing, osvRecord, serveOsv } from '../support/registry/osv-server.js';

const NOW = new Date('2026-11-21T00:00:00Z');
const release = (id: string, versionId: string): Distribution => ({
  id,
  idLike: [],
  versionId,
  where: 'etc/os-release',
});
const ended = (distribution: Distribution | null, now = NOW) =>
  endedAdvisories(inventoryOf(distribution, [['openssl', '1.1.1a-r0']]), now).map(({ what }) => what);

describe('the advisories of a release', () => {
  test.each([
    [release('alpine', '3.12.1'), 'Alpine Linux 3.12'],
    [release('debian', '10'), 'Debian 10'],
    [release('debian', '9'), 'Debian 9'],
    [release('ubuntu', '18.04'), 'Ubuntu 18.04'],
    [release('opensuse-leap', '15.4'), 'openSUSE Leap 15.4'],
  ])('have ended: $id $versionId', (distribution, expected) => {
    expect(ended(distribution)).toEqual([expected]);
  });

  test.each([ALPINE, DEBIAN, WOLFI, release('ubuntu', '24.04'), release('almalinux', '8.10'), release('made-up', '1')])(
    'go on, or have no known end: $id $versionId',
    (distribution) => {
      expect(ended(distribution)).toEqual([]);
    },
  );

  test('end after their last day, not on it', () => {
    const debian = release('debian', '11');
    expect(ended(debian, new Date('2026-08-31T23:59:59Z'))).toEqual([]);
    expect(ended(debian, new Date('2026-09-01T00:00:00Z'))).toEqual(['Debian 11']);
  });

  test('are those of another root file system too', () => {
    const inventory = inventoryOf(ALPINE, [['openssl', '3.5.0-r0']]);
    const root = { path: 'srv/root', distribution: release('debian', '9') };
    const packages = inventory.packages.map((one) => ({ ...one, root }));
    expect(endedAdvisories({ ...inventory, packages }, NOW).map(({ what }) => what)).toEqual(['Debian 9']);
  });
});

test('what is found in a release whose advisories have ended is still reported', async () => {
  const record = osvRecord('CVE-2021-0001', [{ ecosystem: 'Alpine:v3.12', name: 'openssl', fixed: '1.1.1k-r0' }]);
  const server = await serveOsv(knowing([record]));
  try {
    const inventory = inventoryOf(release('alpine', '3.12.1'), [['openssl', '1.1.1a-r0']]);
    const evidence = await collectKnown({ inventory, server });
    if (evidence.status !== 'present') throw new Error(JSON.stringify(evidence));
    expect(evidence.value.found.map(({ id }) => id)).toEqual(['CVE-2021-0001']);
    expect(evidence.value.unevaluated.map(({ what }) => what)).toEqual(['Alpine Linux 3.12']);
  } finally {
    await server.close();
  }
});
