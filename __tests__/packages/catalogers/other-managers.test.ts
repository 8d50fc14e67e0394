import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CATALOG_LIMITS } from '../../../src/packages/catalogers/limits.js';
import { contentsOf } from '../../support/image/contents-of.js';
import type { LayerFile } from '../../support/image/image-maker.js';
import { catalogFile, named } from '../../support/packages/catalog-file.js';
import { chiselManifest, stored } from '../../support/packages/chisel-manifest.js';
import { rustProgram } from '../../support/packages/rust-program.js';
import '../../support/property-seed.js';

const PACMAN = 'var/lib/pacman/local/openssl-3.0.7-2/desc';
const CONDA = 'opt/conda/conda-meta/openssl-3.0.7-h0b41bf4_1.json';
const LIBRARY = 'usr/lib/R/site-library/x/DESCRIPTION';
const OPKG = 'usr/lib/opkg/status';
const CHISEL = 'var/lib/chisel/manifest.wall';
const MODULE = 'lib/modules/6.1.0/extra/tiny.ko';
const LOCK = 'app/Gemfile.lock';

const modinfo = (...fields: readonly string[]) =>
  rustProgram(Buffer.from(fields.map((field) => `${field}\0`).join('')), { section: '.modinfo', loaded: 200 });

const GEMFILE_LOCK = `GIT
  remote: https://example.com/acme/tool.git
  revision: 0123456789abcdef0123456789abcdef01234567
  specs:
    tool (1.2.0)
      rack (>= 2)

GEM
  remote: https://rubygems.org/
  specs:
    rack (2.2.3)
`;

describe('the database of another package manager', () => {
  test.each([
    ['pacman', PACMAN, '%NAME%\nopenssl\n\n%VERSION%\n1:3.0.7-2\n\n%ARCH%\nx86_64\n', 'alpm:openssl@1:3.0.7-2'],
    ['conda', CONDA, '{"name":"openssl","version":"3.0.7","build":"h_1"}', 'conda:openssl@3.0.7'],
    ['Portage', 'var/db/pkg/dev-libs/openssl-3.0.7-r1/PF', 'x', 'ebuild:dev-libs/openssl@3.0.7-r1'],
    ['Portage', 'var/db/pkg/x11-libs/gtk+-2.24.33/PF', 'x', 'ebuild:x11-libs/gtk+@2.24.33'],
    ['Portage', 'var/db/pkg/media-fonts/a-9b-1.0_rc2/PF', 'x', 'ebuild:media-fonts/a-9b@1.0_rc2'],
    ['opkg', OPKG, 'Package: a\nVersion: 1.1-1\nStatus: install user installed\n', 'opkg:a@1.1-1'],
    ['R', LIBRARY, 'Package: x\nVersion: 1.0-2\nRepository: CRAN\nBuilt: R 4.4.1\n', 'cran:x@1.0-2'],
    [
      'R, beside another library',
      'app/x/DESCRIPTION',
      'Package: x\nVersion: 1\nRepository: CRAN\nBuilt: R 4\n',
      'cran:x@1',
    ],
    ['R, of no repository', LIBRARY, 'Package: x\nVersion: 1\nBuilt: R 4.4.1\n', 'generic:x@1'],
    ['R itself', LIBRARY, 'Package: base\nVersion: 4.4.1\nPriority: base\nBuilt: R 4.4.1\n', 'generic:R@4.4.1'],
  ])('says what is installed: %s', (_, path, text, expected) => {
    expect(named(catalogFile(path, text))).toEqual([expected]);
    expect(named(catalogFile(`root/${path}`, text, 7))).toEqual([expected]);
  });

  test.each([
    ['opkg lists and has not installed', OPKG, 'Package: a\nVersion: 1\nStatus: unknown ok not-installed\n'],
    ['R brings', LIBRARY, 'Package: stats\nVersion: 4.4.1\nPriority: base\nBuilt: R 4.4.1\n'],
    ['sources of R have', 'src/x/DESCRIPTION', 'Package: x\nVersion: 1\nRepository: CRAN\n'],
    ['other programs describe', 'doc/DESCRIPTION', 'A program that does things'],
  ])('what %s is no package of its own', (_, path, text) => {
    expect(catalogFile(path, text)).toEqual({ packages: [], unread: [], problems: [] });
  });

  test.each([
    [PACMAN, '%NAME%\nopenssl\n', '%VERSION%'],
    [CONDA, '{', 'not JSON'],
    [CONDA, '{"name":1}', 'conda'],
    [CONDA, ' '.repeat(CATALOG_LIMITS['package-list-bytes'] + 1), 'package-list-bytes'],
    ['var/db/pkg/a/b/PF', 'b', 'version'],
    [OPKG, 'Package: a\n\nPackage: b\n', 'Version'],
    [LIBRARY, 'Package: x\n', 'Version'],
  ])('that can not be read is named: %s', (path, text, problem) => {
    const { packages, problems } = catalogFile(path, text);
    expect(packages).toEqual([]);
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });

  test('says architecture, licenses and what else its purl has', () => {
    const pacman = '%NAME%\na\n%VERSION%\n1\n%ARCH%\nany\n%LICENSE%\nMIT\nApache-2.0\n';
    expect(catalogFile(PACMAN, pacman).packages[0]).toMatchObject({
      architecture: 'any',
      licenses: ['MIT', 'Apache-2.0'],
    });
    const conda = {
      name: 'a',
      version: '1',
      build: 'b',
      channel: 'https://x/pkgs/main/noarch',
      subdir: 'noarch',
      license: 'MIT',
    };
    expect(catalogFile(CONDA, JSON.stringify(conda)).packages[0]).toMatchObject({
      qualifiers: { build: 'b', channel: 'main', subdir: 'noarch' },
      licenses: ['MIT'],
    });
    expect(catalogFile(CONDA, JSON.stringify({ ...conda, channel: 'conda-forge' })).packages[0]).toMatchObject({
      qualifiers: { channel: 'conda-forge' },
    });
  });
});

describe('the files that another package manager lists', () => {
  const conda = JSON.stringify({ name: 'a', version: '1', files: ['bin/a', 'lib/x/a.py'] });
  test.each([
    ['pacman', 'var/lib/pacman/local/a-1-1/files', '%FILES%\nusr/\nusr/bin/\nusr/bin/a\n\n%BACKUP%\n', ['usr/bin/a']],
    ['conda', 'opt/conda/conda-meta/a-1-0.json', conda, ['opt/conda/bin/a', 'opt/conda/lib/x/a.py']],
    [
      'Portage',
      'var/db/pkg/app/a-1/CONTENTS',
      `dir /usr/bin\nobj /usr/bin/a b ${'0'.repeat(32)} 1700000000\nsym /usr/bin/c -> a 1700000000\n`,
      ['usr/bin/a b', 'usr/bin/c'],
    ],
    ['opkg', 'usr/lib/opkg/info/a.list', '/usr/bin/a\n/usr/bin/b\t0100755\n', ['usr/bin/a', 'usr/bin/b']],
    ['chisel', CHISEL, chiselManifest([], ['/usr/bin/', '/usr/bin/a']), ['usr/bin/a']],
  ])('are those that it brought: %s', (_, path, content, expected) => {
    expect(catalogFile(path, content).owned?.split('\n')).toEqual(expected);
    const below = expected.map((file) => `srv/root/${file}`);
    expect(catalogFile(`srv/root/${path}`, content, 100).owned?.split('\n')).toEqual(below);
  });
});

describe("Debian's copyright file", () => {
  const COPYRIGHT = 'usr/share/doc/a/copyright';
  const FORMAT = 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n';
  const licensesOf = (text: string) => catalogFile(COPYRIGHT, `${FORMAT}${text}`).licenses;

  test.each([
    ['GPL-2+', 'GPL-2.0-or-later'],
    ['LGPL-2.1', 'LGPL-2.1-only'],
    ['Expat', 'MIT'],
    ['GPL-2+ with OpenSSL exception', 'GPL-2.0-or-later WITH OpenSSL-exception'],
    ['GPL-1+ or Artistic', 'GPL-1.0-or-later OR Artistic-1.0'],
    ['GPL-2 or Expat, and BSD-3-clause', '(GPL-2.0-only OR MIT) AND BSD-3-Clause'],
    ['Perl and Zlib', '(Artistic-1.0-Perl OR GPL-1.0-or-later) AND Zlib'],
    ['something of its own', 'something of its own'],
  ])('says %s as %s', (written, expected) => {
    expect(licensesOf(`Files: *\nCopyright: x\nLicense: ${written}\n the text\n`)).toEqual([expected]);
  });

  test('has a statement for each license of its files, without that of the packaging', () => {
    const text =
      'Files: *\nLicense: Expat\n\nFiles: lib/*\nLicense: ISC\n\nFiles: debian/*\nLicense: GPL-3+\n\nLicense: Zlib\n text\n';
    expect(licensesOf(text)).toEqual(['MIT', 'ISC']);
  });

  test.each(['This package was debianized by hand.\nLicense: GPL\n', '', FORMAT])(
    'in another form says nothing: %j',
    (text) => {
      expect(catalogFile(COPYRIGHT, text)).toEqual({ packages: [], unread: [], problems: [] });
    },
  );

  test('of any content takes little time and never throws', () => {
    const word = fc.constantFrom(
      'GPL-2+',
      ' and ',
      ' or ',
      ', ',
      'with',
      'exception',
      '\n',
      ' ',
      'Files: *',
      'License: ',
      '\n\n',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string()), { maxLength: 200 }), (parts) => {
        expect(Array.isArray(licensesOf(parts.join('')) ?? [])).toBe(true);
      }),
    );
  });

  test('gives the packages of dpkg their licenses, also by a link to the directory of another', async () => {
    const status = ['a', 'b', 'c'].map(
      (name) => `Package: ${name}\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n`,
    );
    const layers: LayerFile[] = [
      { path: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\n' },
      { path: 'var/lib/dpkg/status', content: status.join('\n') },
      { path: COPYRIGHT, content: `${FORMAT}Files: *\nLicense: Expat\n` },
      { path: 'usr/share/doc/b', link: 'a' },
    ];
    const { evidence } = await contentsOf({ layers: [layers] });
    if (evidence.packages.status !== 'present') throw new Error('the packages were not read');
    const found = evidence.packages.value.packages.map(({ name, licenses }) => [name, licenses]);
    expect(found).toEqual([
      ['a', ['MIT']],
      ['b', ['MIT']],
      ['c', []],
    ]);
  });
});

describe("chisel's manifest", () => {
  test('has the packages whose slices are in the image, without the sources that advisories are about', () => {
    const { packages, problems } = catalogFile(
      CHISEL,
      chiselManifest([{ name: 'libssl3t64', version: '3.0.13-0ubuntu3' }]),
    );
    expect(problems).toEqual([]);
    expect(packages).toEqual([
      expect.objectContaining({
        type: 'deb',
        name: 'libssl3t64',
        architecture: 'amd64',
        thirdParty: expect.any(String),
      }),
    ]);
  });

  test.each([
    ['is not packed', Buffer.from('{"jsonwall":"1.0"}'), 'unpacked'],
    ['breaks off', chiselManifest([{ name: 'a', version: '1' }]).subarray(0, 40), 'unpacked'],
    ['asks for a window of terabytes', Buffer.from('28b52ffd00ff010000', 'hex'), 'manifest-bytes'],
    ['says that it unpacks to terabytes', Buffer.from('28b52ffde0ffffffffffff0000010000', 'hex'), 'manifest-bytes'],
    ['is of another form', stored(Buffer.from('{}\n')), 'not a chisel manifest'],
    [
      'unpacks to more than is read',
      stored(Buffer.alloc(CATALOG_LIMITS['package-list-bytes'] + 1)),
      'package-list-bytes',
    ],
  ])('that %s is named', (_, content, problem) => {
    expect(catalogFile(CHISEL, content)).toEqual({
      packages: [],
      unread: [],
      problems: [expect.stringContaining(problem)],
    });
  });
});

describe('a kernel module', () => {
  test.each([
    [
      'with a version is a package',
      ['name=tiny', 'version=1.2', 'license=GPL', 'vermagic=6.1.0 SMP'],
      'generic:tiny@1.2',
    ],
    ['without one is part of its kernel', ['name=tiny', 'vermagic=6.1.0-9-amd64 SMP'], 'generic:linux@6.1.0-9-amd64'],
  ])('is read: %s', (_, fields, expected) => {
    expect(named(catalogFile(MODULE, modinfo(...fields)))).toEqual([expected]);
  });

  test('that says nothing of itself is named as not read', () => {
    expect(catalogFile(MODULE, modinfo('name=tiny')).unread).toEqual(['kernel-module']);
    expect(catalogFile(MODULE, '\x7fELF').unread).toEqual(['kernel-module']);
    expect(catalogFile(MODULE, 'text').unread).toEqual([]);
  });
});

describe('an image', () => {
  const inventoryOf = async (files: readonly LayerFile[]) => {
    const { evidence } = await contentsOf({ layers: [files] });
    if (evidence.packages.status !== 'present') throw new Error('it was not read');
    const { packages, uncataloged } = evidence.packages.value;
    return { purls: packages.map(({ purl }) => purl).sort(), uncataloged };
  };
  const spec = { path: 'usr/bundle/bundler/gems/tool-0123456789ab/tool.gemspec', content: 's.version = VERSION' };

  test('has the gems of Git repositories that a Gemfile.lock names and Bundler installed', async () => {
    const lock = { path: LOCK, content: GEMFILE_LOCK };
    expect(await inventoryOf([lock, spec])).toEqual({ purls: ['pkg:gem/tool@1.2.0'], uncataloged: [] });
    expect((await inventoryOf([lock])).purls).toEqual([]);
    expect(await inventoryOf([spec])).toMatchObject({ purls: [], uncataloged: [{ type: 'gem' }] });
  });

  test('has what its Nix store holds, each version once, without recipes and sources', async () => {
    const store = [
      'openssl-3.0.7/bin/openssl',
      'openssl-3.0.7-dev/include/x.h',
      'python3-3.11.1/bin/python3',
      'python3.11-requests-2.28.1/x',
      'openssl-3.0.7.drv',
      'hello-2.12.tar.gz',
      'setup-hook/x',
    ].map((path, index) => ({ path: `nix/store/${String(index).repeat(32)}-${path}`, content: 'x' }));
    expect((await inventoryOf(store)).purls).toEqual([
      'pkg:nix/openssl@3.0.7',
      'pkg:nix/python3.11-requests@2.28.1',
      'pkg:nix/python3@3.11.1',
    ]);
  });

  test('has a Python package that conda installed once, by its own metadata', async () => {
    const { purls } = await inventoryOf([
      { path: 'opt/conda/conda-meta/requests-2.28.1-0.json', content: '{"name":"requests","version":"2.28.1"}' },
      { path: 'opt/conda/lib/requests-2.28.1.dist-info/METADATA', content: 'Name: requests\nVersion: 2.28.1\n' },
    ]);
    expect(purls).toEqual(['pkg:pypi/requests@2.28.1']);
  });
});

describe('each of these readers', () => {
  test.each([
    [PACMAN, '%NAME%\na\n%VERSION%\n1\n'],
    [CONDA, '{"name":"a","version":"1"}'],
    [LIBRARY, 'Package: x\nVersion: 1\nRepository: CRAN\n'],
    [OPKG, 'Package: a\nVersion: 1\n\nPackage: b\nVersion: 2\n'],
    [LOCK, GEMFILE_LOCK],
    [CHISEL, chiselManifest([{ name: 'a', version: '1' }])],
    [MODULE, modinfo('name=tiny', 'version=1')],
  ] as const)('never throws, and says the same whatever pieces a damaged file comes in: %s', (path, content) => {
    const whole = Buffer.from(content);
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 });
    fc.assert(
      fc.property(changes, fc.nat(whole.length), fc.integer({ min: 1, max: 200 }), (changed, length, chunk) => {
        const bytes = Buffer.from(whole);
        for (const [at, byte] of changed) bytes[at] = byte;
        const part = bytes.subarray(0, changed.length % 2 === 0 ? whole.length : length);
        const found = catalogFile(path, part, chunk);
        expect(found).toEqual(catalogFile(path, part));
        expect(found.packages.every(({ name }) => name !== '')).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
