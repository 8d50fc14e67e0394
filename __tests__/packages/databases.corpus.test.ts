import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { readApkDatabase } from '../../src/packages/apk-database.js';
import { readDpkgStatus } from '../../src/packages/dpkg-database.js';
import { readRpmDatabase, rpmFormatOf } from '../../src/packages/rpm-database.js';
import { describeWithSharedData, sharedData } from '../support/shared-data.js';

const DIRECTORY = 'pkgdb/extractor/filesystem/os';
const bytesOf = (path: string) => readFileSync(sharedData(`${DIRECTORY}/${path}`));
const textOf = (path: string) => bytesOf(path).toString('utf8');
const noLists = () => ({});

describeWithSharedData(DIRECTORY, 'databases found in real images', () => {
  test('are read: a whole apk database, with origins, licenses and checksums', () => {
    const { packages, problems } = readApkDatabase(textOf('apk/testdata/installed'), 'installed');
    expect(problems).toEqual([]);
    expect(packages.length).toBe(textOf('apk/testdata/installed').match(/^P:/gm)?.length);
    expect(packages[0]).toMatchObject({
      name: 'alpine-baselayout',
      version: '3.4.3-r1',
      architecture: 'x86_64',
      licenses: ['GPL-2.0-only'],
    });
    expect(packages[0]?.files.find(({ path }) => path === 'etc/motd')).toEqual({
      path: 'etc/motd',
      checksum: { algorithm: 'sha1', hex: '48b912f610627546cfc30af0f974745a1bf7c30f' },
    });
    expect(packages.find(({ name }) => name === 'ssl_client')?.source.name).toBe('busybox');
  });

  test.each([
    ['dpkg/testdata/dpkg/valid', 7],
    ['dpkg/testdata/dpkg/single', 1],
    ['dpkg/testdata/dpkg/trailingnewlines', 1],
    ['dpkg/testdata/dpkg/empty', 0],
    ['dpkg/testdata/dpkg/status.d/foo', 1],
  ])('are read: %s', (path, count) => {
    const { packages, problems } = readDpkgStatus(textOf(path), path, noLists);
    expect(problems).toEqual([]);
    expect(packages).toHaveLength(count);
  });

  test('dpkg packages whose files are gone are left out, half-installed ones are not', () => {
    const { packages } = readDpkgStatus(textOf('dpkg/testdata/dpkg/statusfield'), 'status', noLists);
    const names = packages.map(({ name }) => name);
    expect(names).toContain('wantinstall_installed');
    expect(names).toContain('wantinstall_halfinstalled');
    expect(names).not.toContain('wantdeinstall_configfiles');
  });

  test.each(['dpkg/testdata/dpkg/noversion', 'dpkg/testdata/dpkg/nopackage'])('%s names its problem', (path) => {
    expect(readDpkgStatus(textOf(path), path, noLists).problems).toHaveLength(1);
  });

  test("are read: rpm's Berkeley DB, with epochs", async () => {
    const bytes = bytesOf('rpm/testdata/Packages_epoch');
    expect(rpmFormatOf(bytes)).toBe('rpm-bdb');
    const { packages, problems } = await readRpmDatabase(bytes, 'rpm-bdb', 'Packages');
    expect(problems).toEqual([]);
    expect(packages.length).toBeGreaterThan(0);
    expect(packages.some(({ version }) => /^[1-9][0-9]*:/.test(version))).toBe(true);
    expect(packages.every(({ licenses, source }) => licenses.length === 1 && source.version !== undefined)).toBe(true);
  });

  test('an rpm database without its table is a problem, not an empty list', async () => {
    const bytes = bytesOf('rpm/testdata/empty.sqlite');
    const format = rpmFormatOf(bytes);
    const problems = format === null ? ['unknown'] : (await readRpmDatabase(bytes, format, 'rpmdb.sqlite')).problems;
    expect(problems).toHaveLength(1);
  });
});
