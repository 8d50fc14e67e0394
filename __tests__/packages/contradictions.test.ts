import { describe, expect, test } from '@jest/globals';
import type { Inventory } from '../../src/packages/inventory.js';
import { contentsOf } from '../support/image/contents-of.js';
import type { LayerFile } from '../support/image/image-maker.js';

async function inventoryOf(files: readonly LayerFile[]): Promise<Inventory> {
  const { evidence } = await contentsOf({ layers: [files] });
  if (evidence.packages?.status !== 'present') throw new Error('no packages');
  return evidence.packages.value;
}

const file = (path: string, content: string): LayerFile => ({ path, content });
const release = (id: string, version: string) => file('etc/os-release', `ID=${id}\nVERSION_ID="${version}"\n`);
const apk = (...entries: readonly (readonly [name: string, version: string, more?: string])[]) =>
  file(
    'lib/apk/db/installed',
    entries.map(([name, version, more = '']) => `P:${name}\nV:${version}\n${more}\n\n`).join(''),
  );
const dpkg = (...entries: readonly (readonly [name: string, version: string])[]) =>
  file(
    'var/lib/dpkg/status',
    entries
      .map(([name, version]) => `Package: ${name}\nStatus: install ok installed\nVersion: ${version}\n\n`)
      .join(''),
  );
const ALPINE = 'm:Natanael Copa <ncopa@alpinelinux.org>';

describe('an os-release that the rest of the image contradicts is not believed', () => {
  test.each<readonly [string, readonly LayerFile[]]>([
    ['Alpine as Wolfi', [release('wolfi', '1'), file('etc/alpine-release', '3.20.3\n'), apk(['musl', '1.2.5-r1'])]],
    ['Alpine as Wolfi, by its packagers', [release('wolfi', '1'), apk(['musl', '1.2.5-r1', ALPINE])]],
    ['Alpine as Wolfi, by its packages', [release('chainguard', '1'), apk(['alpine-baselayout', '3.6.5-r0'])]],
    ['Wolfi as Alpine', [release('alpine', '3.20.3'), apk(['wolfi-baselayout', '20230201-r1'])]],
    ['Alpine 3.20 as 3.99', [release('alpine', '3.99.0'), file('etc/alpine-release', '3.20.3\n')]],
    ['Alpine 3.20 as 3.21', [release('alpine', '3.21.0'), apk(['alpine-release', '3.20.3-r0'])]],
    ['Debian 13 as 12', [release('debian', '12'), dpkg(['libssl3t64', '3.5.1-1+deb13u1'])]],
    ['Debian 10 as 13', [release('debian', '13'), dpkg(['base-files', '10.3+deb10u13'])]],
    ['Debian 10 as 13, by its version', [release('debian', '13'), file('etc/debian_version', '10.13\n')]],
    ['Debian as Wolfi', [release('wolfi', '1'), dpkg(['zlib1g', '1:1.3'])]],
    ['Ubuntu 24.04 as 22.04', [release('ubuntu', '22.04'), dpkg(['x', '2.0-0ubuntu0.24.04.1'])]],
    [
      'Ubuntu as Debian',
      [release('debian', '13'), dpkg(...Array.from({ length: 30 }, (_, i) => [`p${i}`, '1-1ubuntu2'] as const))],
    ],
    ['Rocky as Alpine', [release('alpine', '3.20.3'), file('etc/redhat-release', 'Rocky Linux release 9.4\n')]],
    ['SUSE as Wolfi', [release('wolfi', '1'), file('etc/SuSE-release', 'SUSE Linux Enterprise Server 11\n')]],
    ['Ubuntu as Wolfi', [release('wolfi', '1'), file('etc/lsb-release', 'DISTRIB_ID=Ubuntu\n')]],
    ['Ubuntu as Debian, by its lsb-release', [release('debian', '13'), file('etc/lsb-release', 'DISTRIB_ID=Ubuntu\n')]],
    [
      'Ubuntu 14.04 as 24.04',
      [release('ubuntu', '24.04'), file('etc/lsb-release', 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\n')],
    ],
    ['two that differ', [release('wolfi', '1'), file('usr/lib/os-release', 'ID=alpine\nVERSION_ID=3.20.3\n')]],
    ['one that says ID twice', [file('etc/os-release', 'ID=alpine\nID=wolfi\n')]],
    ['packages and none', [dpkg(['base-files', '10.3'])]],
  ])('%s', async (_, files) => {
    const { unknowns } = await inventoryOf(files);
    expect(unknowns.map(({ path }) => path)).toContain('etc/os-release');
  });

  test.each<readonly [string, readonly LayerFile[]]>([
    [
      'Alpine',
      [
        release('alpine', '3.20.3'),
        file('etc/alpine-release', '3.20.3\n'),
        apk(['alpine-release', '3.20.3-r0', ALPINE], ['musl', '1.2.5-r1', ALPINE]),
      ],
    ],
    ['Wolfi', [release('wolfi', '20230201'), apk(['wolfi-baselayout', '20230201-r1'], ['glibc', '2.40-r1'])]],
    [
      'Debian 12, with older updates and backports',
      [
        release('debian', '12'),
        file('etc/debian_version', '12.5\n'),
        dpkg(['base-files', '12.4+deb12u5'], ['x', '1-1+deb11u2'], ['y', '2-1+deb13u1~bpo12+1']),
      ],
    ],
    [
      'Ubuntu, which says what Debian it comes from',
      [
        file('etc/os-release', 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n'),
        file('etc/debian_version', 'trixie/sid\n'),
        dpkg(['base-files', '13ubuntu10'], ['x', '2.0-0ubuntu0.22.04.1']),
      ],
    ],
    [
      'a derivative',
      [file('etc/os-release', 'ID=kali\nID_LIKE=debian\n'), file('etc/debian_version', 'kali-rolling\n')],
    ],
    [
      'CentOS and its kin',
      [
        file('etc/os-release', 'ID=newlinux\nID_LIKE="rhel centos fedora"\nVERSION_ID=9\n'),
        file('etc/redhat-release', 'New Linux release 9\n'),
      ],
    ],
    [
      'Ubuntu with its lsb-release',
      [
        file('etc/os-release', 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n'),
        file('etc/lsb-release', 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=24.04\n'),
      ],
    ],
    [
      'Mint, which is like Ubuntu',
      [
        file('etc/os-release', 'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="22"\n'),
        file('etc/lsb-release', 'DISTRIB_ID=LinuxMint\nDISTRIB_RELEASE=22\n'),
      ],
    ],
    ['one of its publisher', [release('chainguard', '1'), file('etc/lsb-release', 'DISTRIB_ID=Wolfi\n')]],
    ['Debian testing', [file('etc/os-release', 'ID=debian\n'), file('etc/debian_version', 'trixie/sid\n')]],
    ['two that agree', [release('alpine', '3.20.3'), file('usr/lib/os-release', 'ID=alpine\nVERSION_ID=3.20.3\n')]],
    ['no packages', [file('app', 'x')]],
  ])('and one that agrees with it is: %s', async (_, files) => {
    expect((await inventoryOf(files)).unknowns).toEqual([]);
  });
});

describe('a package database that is not true', () => {
  const unknowns = async (...files: readonly LayerFile[]) =>
    (await inventoryOf([...files])).unknowns.map(({ reason }) => reason);
  const OS = release('alpine', '3.20.3');
  const DEB = release('debian', '13');

  test.each<readonly [string, readonly LayerFile[]]>([
    [
      'has two packages in one entry',
      [OS, file('lib/apk/db/installed', 'P:musl\nV:1.2.5-r1\nP:openssl\nV:3.3.2-r0\n\n')],
    ],
    [
      'has lines that end with CR LF',
      [OS, file('lib/apk/db/installed', 'P:musl\r\nV:1-r1\r\n\r\nP:curl\r\nV:8-r0\r\n\r\n')],
    ],
    ['has a version that is none of apk', [OS, apk(['openssl', '99:3.3.2-r0'])]],
    [
      'has one origin for packages of two versions',
      [OS, apk(['musl', '1.2.5-r1', 'o:musl'], ['openssl', '3.3.2-r0', 'o:musl'])],
    ],
    [
      'has a recipe that is built from another',
      [OS, apk(['openssl', '3.3.2-r0', 'o:a'], ['libssl3', '3.3.2-r0', 'o:openssl'])],
    ],
    [
      'has two packages in one paragraph',
      [DEB, file('var/lib/dpkg/status', 'Package: a\nVersion: 1\nPackage: b\nVersion: 2\n\n')],
    ],
    [
      'has two states of one package',
      [
        DEB,
        file(
          'var/lib/dpkg/status',
          'Package: a\nStatus: install ok installed\nStatus: deinstall ok not-installed\nVersion: 1\n',
        ),
      ],
    ],
    ['has a version that is none of dpkg', [DEB, dpkg(['a', '!1'])]],
    [
      'has no entry of a package whose files are there',
      [
        DEB,
        dpkg(['a', '1']),
        file('var/lib/dpkg/info/openssl.list', '/.\n/usr\n/usr/bin/openssl\n'),
        file('usr/bin/openssl', 'x'),
      ],
    ],
    [
      'has removed a package whose files are there',
      [
        DEB,
        file('var/lib/dpkg/status', 'Package: openssl\nStatus: deinstall ok config-files\nVersion: 1\n'),
        file('var/lib/dpkg/info/openssl.list', '/usr/bin/openssl\n'),
        file('usr/bin/openssl', 'x'),
      ],
    ],
    [
      'has no package that brought a library of the system',
      [
        OS,
        apk(['a', '1-r0', 'F:usr/lib\nR:liba.so.1']),
        file('usr/lib/liba.so.1', '\x7fELF'),
        file('usr/lib/libssl.so.3', '\x7fELF'),
      ],
    ],
  ])('%s', async (_, files) => {
    expect(await unknowns(...files)).not.toEqual([]);
  });

  test.each<readonly [string, readonly LayerFile[]]>([
    [
      'packages of one recipe, one of them upgraded alone',
      [OS, apk(['curl', '8.9.0-r0', 'o:curl'], ['libcurl', '8.9.1-r0', 'o:curl'])],
    ],
    [
      'a package that was removed, and its configuration',
      [
        DEB,
        file('var/lib/dpkg/status', 'Package: a\nStatus: deinstall ok config-files\nVersion: 1\n'),
        file('var/lib/dpkg/info/a.list', '/etc\n/etc/a.conf\n'),
        file('etc/a.conf', 'x'),
      ],
    ],
    [
      'a package of several architectures',
      [
        DEB,
        dpkg(['a', '1:2.0~rc1-1+b2']),
        file('var/lib/dpkg/info/a:amd64.list', '/usr/bin/a\n'),
        file('usr/bin/a', 'x'),
      ],
    ],
    [
      'libraries outside the system',
      [
        OS,
        apk(['a', '1-r0', 'F:usr/lib\nR:liba.so.1']),
        file('usr/lib/liba.so.1', '\x7fELF'),
        file('usr/local/lib/libx.so.3', '\x7fELF'),
        file('opt/x/lib/libx.so.3', '\x7fELF'),
      ],
    ],
  ])('while this can be: %s', async (_, files) => {
    expect(await unknowns(...files)).toEqual([]);
  });
});
