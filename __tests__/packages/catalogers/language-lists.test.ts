import { deflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { CATALOG_LIMITS } from '../../../src/packages/catalogers/limits.js';
import { catalogFile, named } from '../../support/packages/catalog-file.js';
import { rustProgram } from '../../support/packages/rust-program.js';
import { makeZip } from '../../support/registry/zip-maker.js';

describe('a Rust program that was built with its list of crates', () => {
  const CRATES = [
    { name: 'app', version: '1.0.0', source: 'local', root: true },
    { name: 'part', version: '0.1.0', source: 'local' },
    { name: 'smallvec', version: '1.6.0', source: 'crates.io' },
    { name: 'cc', version: '1.0.1', source: 'crates.io', kind: 'build' },
    { name: 'fork', version: '2.0.0', source: 'git' },
  ];
  const FOUND = ['cargo:fork@2.0.0', 'cargo:smallvec@1.6.0'];

  test.each([
    ['64 bits', {}],
    ['32 bits', { is64: false }],
    ['64 bits, big-endian', { isBigEndian: true }],
    ['32 bits, big-endian', { is64: false, isBigEndian: true }],
  ])('has those that are in it: %s', (_, options) => {
    const program = rustProgram(CRATES, options);
    expect([named(catalogFile('app', program)), named(catalogFile('app', program, 777))]).toEqual([FOUND, FOUND]);
  });

  test.each([
    ['is no zlib stream', Buffer.from('none')],
    ['is no list', deflateSync('{"packages":1}')],
    ['is larger than the limit', deflateSync(Buffer.alloc(CATALOG_LIMITS['rust-audit-bytes'] + 1))],
  ])('is named where the list %s', (_, data) => {
    expect(catalogFile('app', rustProgram(data))).toEqual({ packages: [], unread: ['cargo'], problems: [] });
  });

  test('is no Rust program where the name stands in what is loaded', () => {
    const program = rustProgram([]).subarray(0, 20_000);
    program.write('.dep-v0\0', 9000, 'latin1');
    expect(catalogFile('app', program)).toEqual({ packages: [], unread: [], problems: [] });
  });
});

describe('the specification of a gem', () => {
  const PLACE = 'usr/lib/ruby/gems/3.1.0/specifications';

  test.each([
    ['# -*- encoding: utf-8 -*-\n# stub: rack 2.2.3 ruby lib\n', 'gem:rack@2.2.3'],
    ['# stub: nokogiri 1.13.3 x86_64-linux lib\n# stub: ext/extconf.rb\n', 'gem:nokogiri@1.13.3'],
    [`  s.name = "rack".freeze\n  s.version = "2.2.3"\n`, 'gem:rack@2.2.3'],
    [`  spec.name          = 'rack'\n  spec.version = '2.2.3'\n`, 'gem:rack@2.2.3'],
  ])('says its name and version: %j', (text, expected) => {
    expect(named(catalogFile(`${PLACE}/x.gemspec`, text))).toEqual([expected]);
    expect(named(catalogFile('app/bundler/gems/x-1a2b/x.gemspec', text))).toEqual([expected]);
  });

  test.each([
    's.name = "rack"\ns.version = Rack::VERSION\n',
    's.name = NAME\ns.version = "1.0"\n',
    's.name = "#{x}"\ns.version = "1.0"\n',
    '# stub: rack\n',
    '',
  ])('that computes them is named as not read: %j', (text) => {
    expect(catalogFile(`${PLACE}/default/x.gemspec`, text)).toEqual({ packages: [], unread: ['gem'], problems: [] });
  });

  test('that a source tree has is no installed gem', () => {
    expect(catalogFile('src/x.gemspec', '# stub: rack 2.2.3 ruby lib\n').packages).toEqual([]);
  });
});

describe("Composer's list of what it installed", () => {
  const PLACE = 'var/www/vendor/composer/installed.json';
  const list = [
    { name: 'symfony/http-kernel', version: 'v5.4.10', type: 'library' },
    { name: 'acme/tool', version: 'dev-main' },
  ];
  const found = ['composer:acme/tool@dev-main', 'composer:symfony/http-kernel@v5.4.10'];

  test('is read in the form of Composer 1 and 2', () => {
    expect(named(catalogFile(PLACE, JSON.stringify(list)))).toEqual(found);
    expect(named(catalogFile(PLACE, JSON.stringify({ packages: list, dev: false })))).toEqual(found);
  });

  test.each([
    ['{"packages":', 'it is not JSON'],
    ['{"packages":{}}', 'it is not a Composer package list'],
    ['[{"name":"a/b"}]', 'it is not a Composer package list'],
    ['null', 'it is not a Composer package list'],
  ])('that can not be read is named: %s', (text, problem) => {
    expect(catalogFile(PLACE, text)).toEqual({ packages: [], unread: [], problems: [problem] });
  });
});

describe('the list of dependencies of a .NET application', () => {
  const LIST = {
    targets: {
      '.NETCoreApp,Version=v8.0': {
        'shop/1.0.0': { runtime: { 'shop.dll': {} } },
        'Newtonsoft.Json/12.0.3': { runtime: { 'lib/net8.0/Newtonsoft.Json.dll': {} } },
        'Native/1.0.0': { native: { 'runtimes/linux-x64/native/x.so': {} } },
        'Meta/2.0.0': { dependencies: { 'Newtonsoft.Json': '12.0.3' } },
      },
    },
    libraries: {
      'shop/1.0.0': { type: 'project' },
      'Newtonsoft.Json/12.0.3': { type: 'package' },
      'Native/1.0.0': { type: 'package' },
      'Meta/2.0.0': { type: 'package' },
    },
  };

  test('has the packages that bring code, with and without a byte order mark', () => {
    const found = ['nuget:Native@1.0.0', 'nuget:Newtonsoft.Json@12.0.3'];
    expect(named(catalogFile('app/shop.deps.json', JSON.stringify(LIST)))).toEqual(found);
    expect(named(catalogFile('app/shop.deps.json', `\uFEFF${JSON.stringify(LIST)}`))).toEqual(found);
  });

  test('has the runtime that a self-contained application brings', () => {
    const libraries = {
      'runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.11': { type: 'runtimepack' },
      'runtimepack.Microsoft.AspNetCore.App.Runtime.linux-x64/8.0.11': { type: 'runtimepack' },
      'shop/1.0.0': { type: 'project' },
    };
    const found = catalogFile('app/shop.deps.json', JSON.stringify({ libraries }));
    expect(named(found)).toEqual(['generic:aspnet-core@8.0.11', 'generic:dotnet@8.0.11']);
  });

  test('names a package without a version', () => {
    const { problems } = catalogFile('app/a.deps.json', '{"libraries":{"Lost":{"type":"package"}}}');
    expect(problems).toEqual([expect.stringContaining('without a name or version (Lost)')]);
  });

  test.each([
    ['{', 'it is not JSON'],
    ['[]', 'it is not the dependency list of a .NET application'],
    ['{"libraries":{"A/1":1}}', 'it is not the dependency list of a .NET application'],
  ])('that can not be read is named: %s', (text, problem) => {
    expect(catalogFile('app/shop.deps.json', text)).toEqual({ packages: [], unread: [], problems: [problem] });
  });
});

describe("the SPDX file of one of Bitnami's components", () => {
  const PLACE = 'opt/bitnami/redis/.spdx-redis.spdx';
  const about = (name: string, purl?: string) => ({
    name,
    versionInfo: '1.0',
    ...(purl === undefined ? {} : { externalRefs: [{ referenceType: 'purl', referenceLocator: purl }] }),
  });
  const documentOf = (...packages: readonly object[]) => JSON.stringify({ spdxVersion: 'SPDX-2.3', packages });

  test('names the component and its libraries, each by its own type', () => {
    const text = documentOf(
      about('redis', 'pkg:bitnami/redis@7.0.4-5?arch=amd64&distro=debian-11'),
      about('net', 'pkg:golang/golang.org/x/net@v0.17.0'),
      about('core', 'pkg:maven/org.x/core@2.0'),
      about('lua', 'pkg:generic/lua@5.1.5'),
      about('other'),
      about('broken', 'redis'),
    );
    expect(named(catalogFile(PLACE, text))).toEqual([
      'bitnami:redis@7.0.4-5',
      'generic:broken@1.0',
      'generic:lua@5.1.5',
      'generic:other@1.0',
      'golang:golang.org/x/net@0.17.0',
      'maven:org.x:core@2.0',
    ]);
  });

  test.each([
    ['SPDXVersion: SPDX-2.3', 'it is not JSON'],
    ['{}', 'it is not the SPDX document of a component'],
  ])('that can not be read is named: %s', (text, problem) => {
    expect(catalogFile(PLACE, text)).toEqual({ packages: [], unread: [], problems: [problem] });
  });
});

describe('the license of a package', () => {
  const licensesOf = (path: string, text: string | Buffer) =>
    catalogFile(path, text).packages.map(({ licenses }) => licenses);
  const GEM = 'usr/lib/ruby/specifications/a-1.gemspec';
  const COMPOSER = 'vendor/composer/installed.json';

  test.each([
    [GEM, '# stub: a 1.0 ruby lib\n  s.licenses = ["MIT".freeze, "Ruby".freeze]\n', ['MIT', 'Ruby']],
    [GEM, '# stub: a 1.0 ruby lib\n  s.license = "MIT"\n', ['MIT']],
    [GEM, '# stub: a 1.0 ruby lib\n  s.license = LICENSE\n', undefined],
    [COMPOSER, '[{"name":"a/b","version":"1","license":["MIT","GPL-2.0-only"]}]', ['MIT OR GPL-2.0-only']],
    [COMPOSER, '[{"name":"a/b","version":"1","license":1}]', undefined],
    ['a.zip', makeZip({ 'node_modules/a/package.json': '{"name":"a","version":"1","license":"MIT"}' }), ['MIT']],
    [
      'a.zip',
      makeZip({ 'node_modules/a/package.json': '{"name":"a","version":"1","license":{"type":"MIT"}}' }),
      ['MIT'],
    ],
    ['a.whl', makeZip({ 'a-1.dist-info/METADATA': 'Name: a\nVersion: 1\nLicense-Expression: MIT\n' }), ['MIT']],
    [
      'opt/bitnami/x/.spdx-x.spdx',
      '{"spdxVersion":"SPDX-2.3","packages":[{"name":"x","licenseDeclared":"MIT"}]}',
      ['MIT'],
    ],
  ])('is read from %s: %j', (path, text, expected) => {
    expect(licensesOf(path, text)).toEqual([expected]);
  });
});
