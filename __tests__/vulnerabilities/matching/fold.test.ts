import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Distribution } from '../../../src/packages/inventory.js';
import type { Vulnerability } from '../../../src/vulnerabilities/vulnerabilities.js';
import { collectKnown, DEBIAN, inventoryOf, WOLFI } from '../../support/image/vulnerability-run.js';
import { makeDirectory } from '../../support/process/scratch-repository.js';
import { HIGH, LOW, type MadeRecord, osvRecord } from '../../support/registry/osv-server.js';
import { describeWithSharedData, sharedData } from '../../support/shared-data.js';

/** What is found in one package by these records, from a directory of them. */
async function found(
  records: readonly (MadeRecord | string)[],
  distribution: Distribution = DEBIAN,
  named: readonly [string, string] = ['openssl', '3.0.1-1'],
): Promise<readonly Vulnerability[]> {
  const texts = records.map((record) => (typeof record === 'string' ? record : JSON.stringify(record)));
  const vulnerabilitiesDirectory = makeDirectory({
    ...Object.fromEntries(texts.map((text, index) => [`${index}.json`, text])),
    'known_exploited_vulnerabilities.json': JSON.stringify({
      dateReleased: '2026-11-20T00:00:00Z',
      vulnerabilities: [{ cveID: 'CVE-1999-0001' }],
    }),
  });
  const evidence = await collectKnown({
    inventory: inventoryOf(distribution, [named], distribution.id === 'debian' ? 'deb' : 'apk'),
    settings: { vulnerabilitiesDirectory },
  });
  if (evidence.status !== 'present') throw new Error(JSON.stringify(evidence));
  return evidence.value.found;
}

const OPENSSL = { ecosystem: 'Debian:12', name: 'openssl' };
const brief = (all: readonly Vulnerability[]) => all.map(({ id, fixedIn, ids }) => [id, fixedIn, ids]);

describe('one vulnerability counts once', () => {
  test('when a notice and a record of its own tell of it: of several fixes the highest, of ratings the worst, of dates the first', async () => {
    const notice = osvRecord('DSA-1-1', [{ ...OPENSSL, fixed: '3.0.2-1' }], {
      upstream: ['CVE-2026-0001', 'CVE-2026-0002'],
      severity: [LOW],
      published: '2026-02-01T00:00:00Z',
    });
    const own = osvRecord('DEBIAN-CVE-2026-0001', [{ ...OPENSSL, fixed: '3.0.3-1' }], {
      upstream: ['CVE-2026-0001'],
      severity: [HIGH],
      published: '2026-01-01T00:00:00Z',
    });
    const all = await found([notice, own]);
    expect(brief(all)).toEqual([
      ['CVE-2026-0001', '3.0.3-1', ['CVE-2026-0001', 'DSA-1-1', 'DEBIAN-CVE-2026-0001']],
      ['CVE-2026-0002', '3.0.2-1', ['CVE-2026-0002', 'DSA-1-1']],
    ]);
    expect(all[0]).toMatchObject({ rating: { severity: 'high' }, published: Date.UTC(2026, 0, 1) });
  });

  test('when a record without a CVE shares a name with one that has it, by aliases or upstream', async () => {
    const withCve = osvRecord('DEBIAN-CVE-2026-0001', [OPENSSL], {
      upstream: ['CVE-2026-0001', 'GHSA-aaaa-bbbb-cccc'],
    });
    for (const names of [{ aliases: ['GHSA-aaaa-bbbb-cccc'] }, { upstream: ['GHSA-aaaa-bbbb-cccc'] }]) {
      const all = await found([withCve, osvRecord('DEBIAN-1', [OPENSSL], names)]);
      expect(all.map(({ id }) => id)).toEqual(['CVE-2026-0001']);
      expect(all[0]?.ids).toEqual(
        expect.arrayContaining(['CVE-2026-0001', 'GHSA-aaaa-bbbb-cccc', 'DEBIAN-1', 'DEBIAN-CVE-2026-0001']),
      );
    }
  });

  test('when no record has a CVE, by the names they share', async () => {
    const all = await found([
      osvRecord('MAL-1', [OPENSSL], { aliases: ['GHSA-aaaa-bbbb-cccc'] }),
      osvRecord('MAL-2', [OPENSSL], { aliases: ['GHSA-aaaa-bbbb-cccc'] }),
      osvRecord('MAL-3', [OPENSSL]),
    ]);
    expect(all).toHaveLength(2);
  });
});

test('a notice of several vulnerabilities lends none of them its other names: a waiver of one would cover all', async () => {
  const notice = osvRecord('DSA-1-1', [OPENSSL], {
    upstream: ['CVE-2026-0001', 'CVE-2026-0002', 'GHSA-aaaa-bbbb-cccc'],
    aliases: ['GHSA-dddd-eeee-ffff'],
  });
  expect(brief(await found([notice]))).toEqual([
    ['CVE-2026-0001', undefined, ['CVE-2026-0001', 'DSA-1-1']],
    ['CVE-2026-0002', undefined, ['CVE-2026-0002', 'DSA-1-1']],
  ]);
});

describe('the distribution’s own record decides', () => {
  const upstreams = osvRecord('CVE-2026-0001', [{ ecosystem: 'npm', name: 'openssl', fixed: '3.0.2-1' }]);

  test('what upstream fixed is not fixed in its package', async () => {
    const own = osvRecord('DEBIAN-CVE-2026-0001', [OPENSSL], { upstream: ['CVE-2026-0001'] });
    expect(brief(await found([upstreams, own]))).toEqual([
      ['CVE-2026-0001', undefined, ['CVE-2026-0001', 'DEBIAN-CVE-2026-0001']],
    ]);
  });

  test('nor is what another release of it fixed', async () => {
    const entries = [OPENSSL, { ...OPENSSL, ecosystem: 'Debian:13', fixed: '3.0.2-1' }];
    expect(brief(await found([osvRecord('DEBIAN-CVE-2026-0001', entries)]))).toEqual([
      ['CVE-2026-0001', undefined, ['CVE-2026-0001', 'DEBIAN-CVE-2026-0001']],
    ]);
  });

  test('and what it took back as fixed is not found by what upstream says', async () => {
    const own = osvRecord('DEBIAN-CVE-2026-0001', [{ ...OPENSSL, fixed: '3.0.1-1' }], { upstream: ['CVE-2026-0001'] });
    expect(await found([upstreams, own])).toEqual([]);
  });
});

describeWithSharedData('vulnfeeds', "records in the form of Chainguard's feed", () => {
  const CHAINGUARD: Distribution = { id: 'chainguard', idLike: [], versionId: '20230214', where: 'etc/os-release' };
  const records = () =>
    ['CGA-fixed.json', 'CGA-unfixed.json'].map((name) => readFileSync(sharedData(`vulnfeeds/${name}`), 'utf8'));

  test('one vulnerability, with every name of it', async () => {
    expect(brief(await found(records(), WOLFI, ['haproxy-2.2', '2.2.33-r40']))).toEqual([
      ['CVE-2025-32464', '2.2.34-r0', ['CVE-2025-32464', 'CGA-2222-2222-2222', 'GHSA-frg5-h47x-75j9']],
    ]);
  });

  test('what one of two records about it leaves open is open', async () => {
    const [one, ...others] = await found(records(), CHAINGUARD, ['haproxy-2.2', '2.2.33-r40']);
    expect(one).toMatchObject({ id: 'CVE-2025-32464', records: ['CGA-2222-2222-2222', 'CGA-3333-3333-3333'] });
    expect(one?.fixedIn).toBeUndefined();
    expect(others).toEqual([]);
  });
});
