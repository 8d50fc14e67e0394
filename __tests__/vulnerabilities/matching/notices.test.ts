import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Distribution } from '../../../src/packages/inventory.js';
import type { Vulnerability } from '../../../src/vulnerabilities/vulnerabilities.js';
import { collectKnown, inventoryOf, WOLFI } from '../../support/image/vulnerability-run.js';
import {
  HIGH,
  knowing,
  LOW,
  type MadeRecord,
  type OsvServer,
  osvRecord,
  serveOsv,
} from '../../support/registry/osv-server.js';

const ALMALINUX: Distribution = { id: 'almalinux', idLike: ['rhel'], versionId: '10.0', where: 'etc/os-release' };
const LEAP: Distribution = { id: 'opensuse-leap', idLike: ['suse'], versionId: '16.0', where: 'etc/os-release' };

const FIREFOX = { ecosystem: 'AlmaLinux:10', name: 'firefox', fixed: '128.12.0-1.el10_0' };
const ALSA = osvRecord('ALSA-2025:10073', [FIREFOX], {
  summary: 'Important: firefox security update',
  related: ['CVE-2025-6424', 'CVE-2025-6425'],
  severity: null,
});

let server: OsvServer | undefined;
afterEach(async () => {
  await server?.close();
});
beforeEach(() => {
  server = undefined;
});

async function found(
  records: readonly MadeRecord[],
  distribution: Distribution,
  named: readonly [string, string],
  exploited: readonly string[] = [],
): Promise<readonly Vulnerability[]> {
  server = await serveOsv(knowing(records, exploited));
  const inventory = inventoryOf(distribution, [named], distribution === WOLFI ? 'apk' : 'rpm');
  const evidence = await collectKnown({ inventory, server });
  if (evidence.status !== 'present') throw new Error(JSON.stringify(evidence));
  expect(evidence.value.unevaluated).toEqual([]);
  return evidence.value.found;
}

const OLD_FIREFOX = ['firefox', '128.1.0-1.el10_0'] as const;

describe('a notice of a distribution that names its CVEs in "related"', () => {
  test('is about these, of which one is known to be exploited', async () => {
    const all = await found([ALSA], ALMALINUX, OLD_FIREFOX, ['CVE-2025-6424']);
    expect(all.map(({ id, ids, exploited }) => [id, ids, exploited])).toEqual([
      ['CVE-2025-6424', ['CVE-2025-6424', 'ALSA-2025:10073'], true],
      ['CVE-2025-6425', ['CVE-2025-6425', 'ALSA-2025:10073'], false],
    ]);
  });

  test('has the severity that its title says', async () => {
    const all = await found([ALSA], ALMALINUX, OLD_FIREFOX);
    expect(all.map(({ rating }) => rating)).toEqual(
      [1, 2].map(() => ({ severity: 'high', from: 'title of ALSA-2025:10073' })),
    );
  });

  test('is about its upstream CVEs alone where it has some', async () => {
    const notice = { ...ALSA, upstream: ['CVE-2025-0001'] };
    expect((await found([notice], ALMALINUX, OLD_FIREFOX)).map(({ id }) => id)).toEqual(['CVE-2025-0001']);
  });
});

test('a record of a library is not about the CVEs in its "related"', async () => {
  const record = osvRecord('GHSA-aaaa-bbbb-cccc', [{ ecosystem: 'npm', name: 'firefox' }, FIREFOX], {
    related: ['CVE-2025-6424'],
  });
  expect((await found([record], ALMALINUX, OLD_FIREFOX)).map(({ id }) => id)).toEqual(['GHSA-aaaa-bbbb-cccc']);
});

describe('a bug-fix or enhancement notice', () => {
  test.each(['ALBA-2025:1', 'ALEA-2025:1', 'RLBA-2025:1', 'RHEA-2025:1', 'openSUSE-RU-2025:1', 'MGAA-2025-0001'])(
    '%s without a CVE is no vulnerability',
    async (id) => {
      expect(await found([{ ...ALSA, id, related: [] }], ALMALINUX, OLD_FIREFOX)).toEqual([]);
    },
  );

  test('is one where it names a CVE', async () => {
    const notice = { ...ALSA, id: 'ALBA-2025:1', related: ['CVE-2025-6424'] };
    expect((await found([notice], ALMALINUX, OLD_FIREFOX)).map(({ id }) => id)).toEqual(['CVE-2025-6424']);
  });

  test('is one where it is a security notice, with or without a CVE', async () => {
    const notice = { ...ALSA, related: [] };
    expect((await found([notice], ALMALINUX, OLD_FIREFOX)).map(({ id }) => id)).toEqual(['ALSA-2025:10073']);
  });
});

describe('what its publisher does not rate', () => {
  const CURL = { ecosystem: 'openSUSE:Leap 16.0', name: 'curl', fixed: '8.6.0-2' };
  const NOTICE = osvRecord('openSUSE-SU-2026:0001-1', [CURL], {
    upstream: ['CVE-2026-0001', 'CVE-2026-0002'],
    severity: null,
  });
  const upstream = (id: string, severity: MadeRecord['severity']) =>
    osvRecord(id, [{ ecosystem: 'GIT', name: 'x' }], { severity: severity ?? null });
  const severities = (all: readonly Vulnerability[]) => all.map(({ id, rating }) => [id, rating.severity]);

  test('is rated by the record of each CVE', async () => {
    const records = [NOTICE, upstream('CVE-2026-0001', [HIGH]), upstream('CVE-2026-0002', [LOW])];
    expect(severities(await found(records, LEAP, ['curl', '8.6.0-1']))).toEqual([
      ['CVE-2026-0001', 'high'],
      ['CVE-2026-0002', 'low'],
    ]);
  });

  test('stays unknown where no record rates it, or the record cannot be had', async () => {
    const records = [NOTICE, upstream('CVE-2026-0001', null)];
    expect(severities(await found(records, LEAP, ['curl', '8.6.0-1']))).toEqual([
      ['CVE-2026-0001', 'unknown'],
      ['CVE-2026-0002', 'unknown'],
    ]);
  });

  test('is rated by its GHSA where it has no CVE', async () => {
    const cga = osvRecord('CGA-2222-2222-2222', [{ ecosystem: 'Wolfi', name: 'curl' }], {
      upstream: ['GHSA-aaaa-bbbb-cccc'],
      severity: null,
    });
    const ghsa = { ...upstream('GHSA-aaaa-bbbb-cccc', null), database_specific: { severity: 'CRITICAL' } };
    const [one] = await found([cga, ghsa], WOLFI, ['curl', '8.6.0-r1']);
    expect(one?.rating.severity).toBe('critical');
  });

  test('is not asked for where the publisher rates it', async () => {
    await found([{ ...NOTICE, severity: [LOW] }], LEAP, ['curl', '8.6.0-1']);
    expect(server?.requests.filter((request) => request.includes('CVE-'))).toEqual([]);
  });
});
