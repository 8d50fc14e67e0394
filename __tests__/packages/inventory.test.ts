import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readApkDatabase } from '../../src/packages/apk-database.js';
import { readDpkgStatus } from '../../src/packages/dpkg-database.js';
import type { Inventory } from '../../src/packages/inventory.js';
import { readNpmPackage, readPythonPackage } from '../../src/packages/language-packages.js';
import { parseOsRelease } from '../../src/packages/os-release.js';
import type { Ownership } from '../../src/packages/ownership.js';
import { readRpmDatabase, readRpmManifest } from '../../src/packages/rpm-database.js';
import { sqliteBlobs } from '../../src/packages/sqlite-table.js';
import { contentsOf } from '../support/image/contents-of.js';
import type { LayerFile } from '../support/image/image-maker.js';
import { apkInstalled, dpkgInstalled, elf } from '../support/image/packaged-files.js';

async function read(...layers: (readonly LayerFile[])[]): Promise<{ inventory: Inventory; ownership: Ownership }> {
  const { evidence } = await contentsOf({ layers });
  if (evidence.packages.status !== 'present' || evidence.ownership.status !== 'present') throw new Error('not read');
  return { inventory: evidence.packages.value, ownership: evidence.ownership.value };
}

const APP = { path: 'usr/bin/app', content: elf(), mode: 0o755 };

describe('an inventory', () => {
  test('holds apk packages from the old place and the new one, once where one is a link to the other', async () => {
    const [file = APP, database = APP] = apkInstalled([
      { name: 'app', version: '1.2-r3', origin: 'suite', files: [APP] },
    ]);
    const { inventory } = await read([
      { path: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.22.1\n' },
      { path: 'lib', link: 'usr/lib' },
      file,
      database,
    ]);
    expect(inventory.databases).toEqual([{ path: 'lib/apk/db/installed', format: 'apk', packages: 1 }]);
    expect(inventory.packages).toEqual([
      expect.objectContaining({
        name: 'app',
        version: '1.2-r3',
        source: { name: 'suite', version: '1.2-r3' },
        purl: 'pkg:apk/alpine/app@1.2-r3?arch=x86_64&distro=alpine-3.22.1',
      }),
    ]);
  });

  test("holds Debian packages with their sources, and distroless' one file a package", async () => {
    const { inventory } = await read(
      dpkgInstalled([{ name: 'app', version: '2:1.0-1', origin: 'suite', files: [APP] }]),
      [
        { path: 'var/lib/dpkg/status.d/base', content: 'Package: base-files\nVersion: 13\nArchitecture: amd64\n' },
        { path: 'var/lib/dpkg/status.d/base.md5sums', content: 'd41d8cd98f00b204e9800998ecf8427e  etc/none\n' },
      ],
    );
    expect(inventory.packages.map(({ name, version, source, purl }) => [name, version, source.name, purl])).toEqual([
      ['app', '2:1.0-1', 'suite', 'pkg:deb/app@2:1.0-1?arch=amd64'],
      ['base-files', '13', 'base-files', 'pkg:deb/base-files@13?arch=amd64'],
    ]);
    expect(inventory.databases.map(({ format }) => format)).toEqual(['dpkg', 'dpkg-status.d']);
  });

  test('holds npm and Python packages, and says which are part of a distribution package', async () => {
    const metadata = {
      path: 'usr/lib/python3.12/site-packages/Six_x-1.16.dist-info/METADATA',
      content: 'Name: Six_x\nVersion: 1.16\nLicense: MIT\n',
    };
    const { inventory } = await read([
      ...apkInstalled([{ name: 'py3-six', version: '1.16-r0', files: [metadata] }]),
      {
        path: 'app/node_modules/@scope/a/package.json',
        content: '{"name":"@scope/a","version":"1.0.0","license":"MIT"}',
      },
      { path: 'app/node_modules/b/lib/package.json', content: '{"name":"inner","version":"9"}' },
      { path: 'app/node_modules/c/package.json', content: '{"type":"module"}' },
      { path: 'app/node_modules/d/package.json', content: '{broken' },
      { path: 'app/node_modules/e/package.json', content: '{"name":"e"}' },
      { path: 'app/node_modules/f/package.json', content: '{"name":"f","version":1}' },
      { path: 'app/node_modules/g/package.json', content: `{"name":"${'g'.repeat(300)}","version":"1.0.0"}` },
    ]);
    expect(inventory.packages.map(({ type, name, partOf, purl }) => [type, name, partOf, purl]).slice(1)).toEqual([
      ['npm', 'e', undefined, 'pkg:npm/e'],
      ['npm', '@scope/a', undefined, 'pkg:npm/%40scope/a@1.0.0'],
      ['pypi', 'six-x', 'py3-six', 'pkg:pypi/six-x@1.16'],
    ]);
    const reason = 'its name or version is not valid for a package';
    expect([...inventory.unknowns].sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: 'app/node_modules/d/package.json', reason: 'it is not JSON' },
      { path: 'app/node_modules/f/package.json', reason },
      { path: 'app/node_modules/g/package.json', reason },
      { path: 'etc/os-release', reason: expect.stringContaining('no os-release names a distribution') },
    ]);
  });

  test.each([
    ['usr/lib/python3.12/site-packages/six-1.16-py3.12.egg/EGG-INFO/PKG-INFO', 'Name: six\nVersion: 1.16\n'],
    ['app/node_modules/_six@1.16.0@six/package.json', '{"name":"six","version":"1.16.0"}'],
    ['app/node_modules/.store/six-npm-1.16.0-6382451519/package/package.json', '{"name":"six","version":"1.16.0"}'],
  ])('holds what other installers put elsewhere: %s', async (path, content) => {
    const { inventory } = await read([{ path, content }]);
    expect(inventory.packages.map(({ name, where }) => [name, where])).toEqual([['six', path]]);
  });

  test("holds what was put in the place of a distribution package's library as nobody's part", async () => {
    const path = 'usr/lib/node_modules/npm/node_modules/tar/package.json';
    const brought = { path, content: '{"name":"tar","version":"6.2.1"}' };
    const npm = { name: 'npm', version: '10.9.1-1', files: [brought] };
    for (const layer of [apkInstalled([npm]), dpkgInstalled([npm])]) {
      const { inventory: before } = await read(layer);
      expect(before.packages.map(({ name, version, partOf }) => [name, version, partOf]).slice(1)).toEqual([
        ['tar', '6.2.1', 'npm'],
      ]);
      const { inventory: after } = await read(layer, [{ path, content: '{"name":"tar","version":"7.4.0"}' }]);
      expect(after.packages.map(({ name, version, partOf }) => [name, version, partOf]).slice(1)).toEqual([
        ['tar', '7.4.0', undefined],
      ]);
    }
  });

  test('of an image without any database is empty and says so', async () => {
    const { inventory } = await read([APP]);
    expect(inventory).toEqual({
      packages: [],
      distribution: null,
      databases: [],
      unknowns: [],
      unreadContents: [],
      uncataloged: [],
    });
  });

  test('names what it could not read', async () => {
    const { inventory } = await read([
      { path: 'usr/lib/apk/db/installed', content: 'P:half\n\nV:1\n\nP:whole\nV:1\n\n' },
      { path: 'var/lib/rpm/rpmdb.sqlite', content: 'SQLite format 3\0 and then nothing' },
      { path: 'usr/lib/sysimage/rpm/Packages.db', content: 'RpmP and then nothing' },
    ]);
    expect(inventory.packages.map(({ name }) => name)).toEqual(['whole']);
    expect(inventory.unknowns.map(({ path }) => path)).toEqual([
      'etc/os-release',
      'usr/lib/apk/db/installed',
      'usr/lib/apk/db/installed',
      'var/lib/rpm/rpmdb.sqlite',
      'usr/lib/sysimage/rpm/Packages.db',
    ]);
  });
});

describe('a file that is another name of one that was not read', () => {
  const HIDDEN = { path: 'opt/hidden/file', content: 'P:openssl\nV:1\n\nPackage: openssl\nVersion: 1\n' };
  const LINKED = [
    'lib/apk/db/installed',
    'var/lib/dpkg/status',
    'var/lib/dpkg/status.d/openssl',
    'var/lib/rpm/rpmdb.sqlite',
    'var/lib/rpmmanifest/container-manifest-2',
    'app/node_modules/lodash/package.json',
    'usr/lib/python3/site-packages/six-1.16.dist-info/METADATA',
    'usr/lib/python3/site-packages/six-1.16.egg-info',
  ];
  const reason = 'it is a hard link to /opt/hidden/file, whose content was not read';

  test.each(LINKED)('is no empty one: %s', async (path) => {
    for (const link of [
      { path, link: '/opt/hidden/file' },
      { path, link: 'opt/hidden/file', type: 'link' as const },
    ]) {
      expect((await read([HIDDEN, link])).inventory.unknowns).toEqual([{ path, reason }]);
    }
  });

  test('is found through links in its path', async () => {
    const { inventory } = await read([
      { path: 'opt/dpkg/status', content: 'Package: openssl\nVersion: 1\n' },
      { path: 'opt/dpkg/status.d/zlib', content: 'Package: zlib\nVersion: 1\n' },
      { path: 'var/lib/dpkg', link: '/opt/dpkg' },
    ]);
    expect(inventory.unknowns).toEqual(
      ['status', 'status.d/zlib'].map((name) => ({
        path: `var/lib/dpkg/${name}`,
        reason: `it is a hard link to /opt/dpkg/${name}, whose content was not read`,
      })),
    );
  });

  test('is read where the other name is one that is read', async () => {
    const path = 'app/node_modules/b/package.json';
    const { inventory } = await read([
      { path: 'app/node_modules/.pnpm/b@1/node_modules/b/package.json', content: '{"name":"b","version":"1.0.0"}' },
      { path, link: '../.pnpm/b@1/node_modules/b/package.json' },
      { path: 'app/node_modules/gone/package.json', link: '/nowhere' },
    ]);
    expect(inventory.packages.map(({ name }) => name)).toEqual(['b']);
    expect(inventory.unknowns).toEqual([]);
  });
});

describe('os-release', () => {
  test.each([
    [
      'ID="Wolfi"\nPRETTY_NAME="Wolfi \\"x\\" \\$"\nVERSION_ID="20230201"',
      { id: 'wolfi', prettyName: 'Wolfi "x" $', versionId: '20230201' },
    ],
    [
      'ID=\'rhel\'\nID_LIKE="fedora centos"\nVERSION_ID=9.4\r',
      { id: 'rhel', idLike: ['fedora', 'centos'], versionId: '9.4' },
    ],
    ['# ID=no\nID=debian\nVERSION_CODENAME=forky', { id: 'debian', codename: 'forky' }],
  ])("is read with the shell's quotes: %j", (text, expected) => {
    expect(parseOsRelease(text, 'etc/os-release')).toMatchObject(expected);
  });

  test('without an ID is none', () => {
    expect(parseOsRelease('NAME=x\nID=$(reboot)', 'etc/os-release')).toBeNull();
  });

  test('is looked for where the link leads, and then in usr/lib', async () => {
    const { inventory } = await read([
      { path: 'etc/os-release', link: '../usr/lib/os-release' },
      { path: 'usr/lib/os-release', content: 'ID=photon\nVERSION_ID=5.0\n' },
    ]);
    expect(inventory.distribution).toMatchObject({ id: 'photon', where: 'etc/os-release' });
  });
});

describe('owners of files', () => {
  test('are found through links, and what builders make belongs to nobody by right', async () => {
    const { ownership } = await read(
      [
        { path: 'lib', link: 'usr/lib' },
        ...apkInstalled([{ name: 'a', version: '1', files: [{ path: 'usr/lib/a.so', content: elf() }] }]),
      ],
      [
        { path: 'etc/hosts' },
        { path: 'usr/lib/b.so', content: elf() },
        { path: 'opt/x', content: 'x' },
        { path: 'usr/lib/__pycache__/a.pyc' },
      ],
    );
    expect([ownership.known, ownership.unowned, ownership.altered]).toEqual([
      true,
      expect.arrayContaining(['usr/lib/b.so', 'opt/x']),
      [],
    ]);
    expect(ownership.unowned).toHaveLength(2);
  });
});

describe('a list of rpm packages in place of a database', () => {
  test('is read with epochs and sources', () => {
    const line = [
      'bash',
      '5.1.8-4.cm2',
      '1',
      '2',
      'Microsoft',
      '(none)',
      '9',
      'x86_64',
      '2',
      'bash-5.1.8-4.cm2.src.rpm',
    ].join('\t');
    expect(readRpmManifest(`${line}\n\n`, 'm').packages).toEqual([
      expect.objectContaining({
        name: 'bash',
        version: '2:5.1.8-4.cm2',
        architecture: 'x86_64',
        source: { name: 'bash', version: '5.1.8-4.cm2' },
      }),
    ]);
  });
});

describe('a package.json without a version', () => {
  test.each([
    ['app/node_modules/lodash/package.json', { name: 'lodash' }, ['lodash@']],
    ['app/node_modules/@acme/tool/package.json', { name: '@acme/tool', private: false }, ['@acme/tool@']],
    ['app/node_modules/lodash/fp/package.json', { name: 'lodash/fp' }, []],
    ['app/node_modules/lodash/esm/package.json', { type: 'module' }, []],
    ['app/node_modules/lodash/esm/package.json', { name: 'lodash' }, []],
    ['app/node_modules/shop/package.json', { name: 'shop', private: true }, []],
    ['app/package.json', { name: 'app' }, []],
  ])('is a package where it is called as its place: %s %j', (where, json, expected) => {
    const { packages, problems } = readNpmPackage(JSON.stringify(json), where);
    expect([packages.map(({ name, version }) => `${name}@${version}`), problems]).toEqual([expected, []]);
  });
});

describe('any text and any bytes', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 400 }),
    fc
      .array(fc.constantFrom('P:a', 'V:1', 'F:', 'R:x', 'Z:Q1', 'Package: a', 'Version: 1', ' c', '', 'Name: n', '{'), {
        maxLength: 20,
      })
      .map((lines) => lines.join('\n')),
  );

  test('are read or refused without throwing', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.uint8Array({ maxLength: 600 }), async (words, noise) => {
        expect(readApkDatabase(words, 'p').packages.every(({ name, version }) => name !== '' && version !== '')).toBe(
          true,
        );
        expect(
          readDpkgStatus(words, 'p', () => ({ list: words, md5sums: words })).packages.every(({ name }) => name !== ''),
        ).toBe(true);
        expect(readNpmPackage(words, 'x/package.json').packages).toEqual([]);
        expect(Array.isArray(readPythonPackage(words, 'a/b.dist-info/METADATA', words).packages)).toBe(true);
        const database = Buffer.concat([Buffer.from('SQLite format 3\0'), noise]);
        expect((await readRpmDatabase(database, 'rpm-sqlite', 'p')).problems).toHaveLength(1);
        expect((await readRpmDatabase(noise, 'rpm-ndb', 'p')).packages).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test('an SQLite file whose pages loop is refused', () => {
    const page = Buffer.alloc(1024);
    page.write('SQLite format 3\0');
    page.writeUInt16BE(512, 16);
    page[100] = 0x05;
    page.writeUInt32BE(1, 108);
    expect(() => sqliteBlobs(page, 'Packages', 1)).toThrow('loop');
  });
});
