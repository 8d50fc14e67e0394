import { describe, expect, test } from '@jest/globals';
import type { Distribution, Inventory } from '../../../src/packages/inventory.js';
import { inventoryOf } from '../../support/image/vulnerability-run.js';
import { evidenceOf, zipOf } from '../../support/registry/export-directory.js';
import { canaryRecord } from '../../support/registry/osv-canary.js';
import { type MadeRecord, osvRecord } from '../../support/registry/osv-server.js';

const UBUNTU: Distribution = { id: 'ubuntu', idLike: ['debian'], versionId: '24.04', where: 'etc/os-release' };
const ROCKY: Distribution = { id: 'rocky', idLike: ['rhel'], versionId: '9.4', where: 'etc/os-release' };

/** What is found in an inventory by the records of an export that knows its release, and what stays open. */
async function answers(inventory: Inventory, release: string, records: readonly MadeRecord[]) {
  const files = {
    'whole.zip': zipOf([canaryRecord(release), ...records]),
    'known_exploited_vulnerabilities.json': {
      dateReleased: '2026-11-20T00:00:00Z',
      vulnerabilities: [{ cveID: 'CVE-1999-0001' }],
    },
  };
  const evidence = await evidenceOf(files, inventory);
  if (evidence.status !== 'present') throw new Error(JSON.stringify(evidence));
  return [
    ...evidence.value.found.map(({ id, fixedIn, subscription, package: { ecosystem } }) =>
      [id, ecosystem, fixedIn ?? 'unfixed', subscription].filter((part) => part !== undefined).join(' '),
    ),
    ...evidence.value.unevaluated.map(({ what, reason }) => `? ${what}: ${reason}`),
  ];
}

describe('a fix that Ubuntu Pro alone has', () => {
  const GLUT = inventoryOf(UBUNTU, [['libglut3.12', '3.4.0-1build1', 'freeglut']], 'deb');
  const PRO = { ecosystem: 'Ubuntu:Pro:24.04:LTS', name: 'freeglut', fixed: '3.4.0-1ubuntu0.1~esm1' };
  const found = (...affected: Parameters<typeof osvRecord>[1]) =>
    answers(GLUT, 'Ubuntu:24.04:LTS', [osvRecord('UBUNTU-CVE-2024-24258', affected)]);

  test('leaves the release of everybody affected', async () => {
    expect(await found({ ...PRO, ecosystem: 'Ubuntu:24.04:LTS', name: 'mupdf' }, PRO)).toEqual([
      'CVE-2024-24258 Ubuntu:24.04 unfixed Ubuntu Pro',
    ]);
  });

  test('says nothing where the release has an entry of its own', async () => {
    expect(await found({ ...PRO, ecosystem: 'Ubuntu:24.04:LTS', fixed: '3.4.0-1' }, PRO)).toEqual([]);
    expect(await found({ ...PRO, ecosystem: 'Ubuntu:24.04:LTS', fixed: '3.4.0-2' }, PRO)).toEqual([
      'CVE-2024-24258 Ubuntu:24.04 3.4.0-2',
    ]);
  });

  test('says nothing of another release, of kernels for subscribers, or in a notice of fixes', async () => {
    expect(await found({ ...PRO, ecosystem: 'Ubuntu:Pro:22.04:LTS' })).toEqual([]);
    expect(await found({ ...PRO, ecosystem: 'Ubuntu:Pro:FIPS:24.04:LTS' })).toEqual([]);
    expect(await answers(GLUT, 'Ubuntu:24.04:LTS', [osvRecord('USN-7000-1', [PRO])])).toEqual([]);
  });
});

describe('an rpm whose source has another epoch', () => {
  const rpm = (name: string, version: string, source: { readonly name: string; readonly version: string }) => {
    const inventory = inventoryOf(ROCKY, [[name, version]], 'rpm');
    return { ...inventory, packages: inventory.packages.map((one) => ({ ...one, source })) };
  };
  const MOD_SSL = rpm('mod_ssl', '1:2.4.57-8.el9', { name: 'httpd', version: '2.4.57-8.el9' });
  const ERRNO = rpm('perl-Errno', '1.30-481.el9', { name: 'perl', version: '5.32.1-481.el9' });
  const entry = (name: string, fixed: string, introduced = '0') => ({
    ecosystem: 'Rocky Linux:9',
    name,
    fixed,
    introduced,
  });
  const found = (inventory: Inventory, ...affected: Parameters<typeof osvRecord>[1]) =>
    answers(inventory, 'Rocky Linux:9', [osvRecord('CVE-2026-0001', affected)]);

  test('is affected where its source is older than the fix (mod_ssl)', async () => {
    expect(await found(MOD_SSL, entry('httpd', '0:2.4.57-11.el9'))).toEqual([
      'CVE-2026-0001 Rocky Linux:9 0:2.4.57-11.el9',
    ]);
  });

  test('is not affected where its source has the fix (perl-Errno)', async () => {
    expect(await found(ERRNO, entry('perl', '4:5.32.1-481.el9'))).toEqual([]);
    expect(await found(MOD_SSL, entry('httpd', '0:2.4.57-8.el9'))).toEqual([]);
  });

  test('is what its own entry says, whatever that of its source does', async () => {
    expect(await found(MOD_SSL, entry('httpd', '2.4.57-11.el9'), entry('mod_ssl', '1:2.4.57-8.el9'))).toEqual([]);
    expect(await found(MOD_SSL, entry('httpd', '2.4.57-8.el9'), entry('mod_ssl', '1:2.4.57-9.el9'))).toEqual([
      'CVE-2026-0001 Rocky Linux:9 1:2.4.57-9.el9',
    ]);
  });

  test('is not evaluated where an entry has several epochs and they decide', async () => {
    const [gap] = await found(ERRNO, entry('perl', '4:5.10-1', '0:5.30-1'));
    expect(gap).toMatch(/^\? CVE-2026-0001 for perl 5\.32\.1-481\.el9: the result depends on the epoch/);
  });
});
