import { describe, expect, test } from '@jest/globals';
import type { Distribution } from '../../src/packages/inventory.js';
import { thirdPartyReasons } from '../../src/packages/package-origin.js';
import type { DatabaseEntry, Packaging } from '../../src/packages/read-database.js';

const distribution = (id: string): Distribution => ({ id, idLike: [], versionId: '12', where: 'etc/os-release' });
const checksum = { algorithm: 'md5', hex: '0'.repeat(32) } as const;

function entry(
  type: 'deb' | 'rpm' | 'apk',
  version: string,
  packaging: Packaging,
  paths: readonly string[] = [],
): DatabaseEntry {
  const files = paths.map((path) => ({ path, checksum }));
  return { type, name: 'tool', version, source: { name: 'tool' }, licenses: [], where: 'x', files, packaging };
}

const isForeign = (one: DatabaseEntry, id: string, others: readonly DatabaseEntry[] = []) =>
  thirdPartyReasons([one, ...others], distribution(id))[0] !== undefined;

describe('a .deb', () => {
  test.each([
    [
      'its team at Debian',
      '1.0-1',
      { packager: 'Debian OpenSSL Team <pkg-openssl-devel@alioth-lists.debian.net>' },
      [],
    ],
    ['a developer of Debian', '1.0-1', { packager: 'A B <ab@debian.org>' }, ['usr/bin/tool']],
    [
      'a maintainer elsewhere, with its copyright',
      '5.7-0.4',
      { packager: 'A B <ab@example.com>' },
      ['usr/bin/tool', 'usr/share/doc/tool/copyright'],
    ],
    ['Ubuntu', '1.2-3ubuntu0.22.04.1', { packager: 'Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>' }, []],
    ["Debian's backports", '1.0-1~bpo12+1', { packager: 'A B <ab@debian.org>' }, []],
    ['nobody, without lists', '1.0', {}, []],
  ] as const)('of %s is the distribution’s', (_, version, packaging, paths) => {
    expect(isForeign(entry('deb', version, packaging, paths), 'debian')).toBe(false);
  });

  test.each([
    ['NodeSource', '18.12.0-deb-1nodesource1', { packager: 'Ivan <ivan@example.com>' }, []],
    [
      "PostgreSQL's repository",
      '14.5-1.pgdg110+1',
      { packager: 'Debian PostgreSQL Maintainers <team+postgresql@tracker.debian.org>' },
      [],
    ],
    ['nginx', '1.21.6-1~bullseye', { packager: 'NGINX Packaging <nginx-packaging@f5.com>' }, []],
    ['Docker', '5:24.0.5-1~debian.12~bookworm', { packager: 'Docker <support@docker.com>' }, []],
    [
      'Adoptium',
      '17.0.5.0.0+8',
      { packager: 'Eclipse Adoptium Package Maintainers <temurin-dev@eclipse.org>' },
      ['usr/share/doc/tool/copyright'],
    ],
    ['fpm', '1.0', { packager: '<root@build>', isForeign: true }, []],
    ['a vendor with files in /opt', '1.0', { packager: 'Acme Inc <pkg@acme.example>' }, ['opt/acme/tool']],
    ['a vendor without documentation', '1.0', { packager: 'Acme Inc <pkg@acme.example>' }, ['usr/bin/tool']],
  ] as const)('of %s is a third party’s', (_, version, packaging, paths) => {
    expect(isForeign(entry('deb', version, packaging, paths), 'debian')).toBe(true);
  });
});

describe('an .rpm', () => {
  const own = entry('rpm', '1-1', { packager: 'Rocky Enterprise Software Foundation' });
  test('is the distribution’s by its vendor', () => {
    expect(isForeign(own, 'rocky')).toBe(false);
    expect(isForeign(entry('rpm', '1-1', { packager: 'Fedora Project' }), 'rocky', [own])).toBe(true);
    expect(isForeign(entry('rpm', '1-1', {}), 'rocky', [own])).toBe(true);
  });

  test('is nobody else’s where no package says a vendor, or the distribution’s is not known', () => {
    expect(isForeign(entry('rpm', '1-1', {}), 'rocky')).toBe(false);
    expect(isForeign(entry('rpm', '1-1', { packager: 'Acme' }), 'unheard')).toBe(false);
  });
});

test('an .apk is the distribution’s where its entry names a recipe', () => {
  expect(isForeign(entry('apk', '1-r0', {}), 'alpine')).toBe(false);
  expect(isForeign(entry('apk', '1-r0', { isForeign: true }), 'alpine')).toBe(true);
});
