import { expect, test } from '@jest/globals';
import { isNewerThanTable } from '../../src/packages/lifecycle/lifecycles.js';
import { supported } from '../../src/rules/supported.js';
import { contentsOf } from '../support/image/contents-of.js';
import type { LayerFile } from '../support/image/image-maker.js';
import { evaluateRule, subjectOf } from '../support/image/image-rule-subject.js';
import { apkInstalled, dpkgInstalled, elf } from '../support/image/packaged-files.js';

async function answers(files: readonly LayerFile[], lastDays: Readonly<Record<string, string>> = {}) {
  const { evidence } = await contentsOf({ layers: [files] });
  return evaluateRule(supported, subjectOf(evidence), 'hardened', { lastDays }).map(
    ({ outcome, aspect, message: reason }) => `${outcome} ${aspect ?? ''}: ${reason}`,
  );
}

const os = (text: string): LayerFile => ({ path: 'etc/os-release', content: text });

test.each([
  ['Debian 13 is supported', 'ID=debian\nVERSION_ID="13"', /^pass distribution: .* until 2028-08-09/],
  [
    'Debian 12 is past its standard support',
    'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"',
    /^fail distribution: Debian 12 was supported until 2026-07-11/,
  ],
  [
    'Alpine 3.21 is past its end',
    'ID=alpine\nVERSION_ID=3.21.3',
    /^fail distribution: Alpine Linux 3.21 was supported/,
  ],
  ['Alpine 3.23 is supported', 'ID=alpine\nVERSION_ID=3.23.0', /^pass distribution/],
  ['a point release is its cycle', 'ID="rhel"\nVERSION_ID="9.4"', /^pass distribution/],
  [
    'CentOS Stream is not CentOS',
    'ID=centos\nVERSION_ID=9\nPRETTY_NAME="CentOS Stream 9"',
    /^pass distribution: CentOS Stream 9 is/,
  ],
  ['Wolfi has no releases', 'ID=wolfi\nVERSION_ID="20230201"', /^pass : wolfi has no releases/],
  ['Debian testing has no number', 'ID=debian\nVERSION_CODENAME=forky', /^pass : debian has no releases/],
  [
    'what the table does not know is indeterminate',
    'ID=azurelinux\nVERSION_ID=3.0\nPRETTY_NAME="Microsoft Azure Linux 3.0"',
    /^indeterminate distribution: .* how long azurelinux 3\.0 is supported/,
  ],
  ['a release the table does not know is too', 'ID=debian\nVERSION_ID=99', /^indeterminate distribution/],
])('%s', async (_, release, expected) => {
  expect((await answers([os(release)])).join('\n')).toMatch(expected);
});

test('a policy can say until when support is paid for, or what the table lacks', async () => {
  expect((await answers([os('ID=debian\nVERSION_ID=12')], { 'debian 12': '2028-06-30' }))[0]).toMatch(
    /^pass distribution: Debian 12 is supported until 2028-06-30/,
  );
  expect((await answers([os('ID=azurelinux\nVERSION_ID=3.0')], { 'azurelinux 3.0': '2027-08-01' }))[0]).toMatch(
    /^pass/,
  );
});

test.each([
  ['2028-06-30', true],
  ['2028-06-31', false],
  ['2028-13-01', false],
  ['2028-6-30', false],
  ['2028-06-30T00:00:00Z', false],
  ['soon', false],
])('a policy says the last day as a day that exists: %s is one: %s', (day, isDay) => {
  expect(supported.options.safeParse({ lastDays: { 'debian 12': day } }).success).toBe(isDay);
});

test('runtimes beside the packages, and those that Wolfi keeps in streams, end with their makers', async () => {
  const found = await answers([
    os('ID=wolfi'),
    ...apkInstalled([
      { name: 'python-3.9', version: '3.9.25-r0', files: [] },
      { name: 'nodejs-24', version: '24.1.0-r0', files: [] },
    ]),
    { path: 'usr/local/include/node/node_version.h', content: '#define NODE_MAJOR_VERSION 18\n' },
    { path: 'opt/java/openjdk/release', content: 'IMPLEMENTOR="Eclipse Adoptium"\nJAVA_VERSION="21.0.4"\n' },
    { path: 'usr/local/bin/python3.14', content: elf(), mode: 0o755 },
    { path: 'usr/local/go/VERSION', content: 'go1.21.5\ntime x\n' },
    {
      path: 'usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.11/Microsoft.NETCore.App.deps.json',
      content: '{}',
    },
    {
      path: 'nodejs/bin/node',
      content: elf('https://nodejs.org/download/release/v20.18.1/node-v20.18.1.tar.gz'),
      mode: 0o755,
    },
  ]);
  expect(found.map((line) => line.split(/ (?:was|is) /)[0]).sort()).toEqual([
    'fail runtime: .NET 8',
    'fail runtime: Go 1.21',
    'fail runtime: Node.js 18',
    'fail runtime: Node.js 20',
    'fail runtime: Python 3.9',
    'pass runtime: Java 21',
    'pass runtime: Node.js 24',
    'pass runtime: Python 3.14',
  ]);
});

test("a runtime that Debian packages is Debian's to support", async () => {
  const java = { path: 'usr/lib/jvm/java-8-openjdk/release', content: 'JAVA_VERSION="1.8.0_402"\n' };
  expect(
    await answers([
      os('ID=debian\nVERSION_ID=13'),
      ...dpkgInstalled([{ name: 'openjdk-8', version: '8', files: [java] }]),
    ]),
  ).toHaveLength(1);
});

test.each(['filesystem', 'packages'] as const)('it is an indeterminate result without its %s', async (kind) => {
  const { evidence } = await contentsOf({ layers: [[os('ID=debian\nVERSION_ID=13')]] });
  const { [kind]: _left, ...seen } = evidence;
  expect(evaluateRule(supported, subjectOf(seen))).toMatchObject([{ outcome: 'indeterminate' }]);
});

test('a Windows image is not asked', async () => {
  const { evidence } = await contentsOf({ platform: 'windows/amd64', layers: [] });
  expect(evaluateRule(supported, subjectOf(evidence, { platform: 'windows' }))).toMatchObject([
    { outcome: 'not-applicable' },
  ]);
});

test('an os-release that could not be read leaves the distribution open, and runtimes are evaluated all the same', async () => {
  const found = await answers([
    { path: 'opt/release', content: 'ID=debian\nVERSION_ID=9\n' },
    { path: 'etc/os-release', link: '/opt/release' },
    { path: 'usr/local/go/VERSION', content: 'go1.21.5\ntime x\n' },
  ]);
  expect(found).toEqual([
    expect.stringMatching(/^indeterminate distribution: .*\/etc\/os-release: .* was not read/),
    expect.stringMatching(/^fail runtime: Go 1\.21/),
  ]);
});

test('a package database that could not be read leaves the distribution alone', async () => {
  const database = { path: 'lib/apk/db/installed', link: '/opt/db' };
  const found = await answers([{ path: 'opt/db', content: 'P:x\nV:1\n\n' }, database]);
  expect(found).toEqual([expect.stringMatching(/^not-applicable/)]);
});

test('what ended without a date is reported to have ended, and what has no end to have none', async () => {
  const node = (major: number) => ({
    path: 'usr/local/include/node/node_version.h',
    content: `#define NODE_MAJOR_VERSION ${major}\n`,
  });
  expect(await answers([node(3)])).toEqual([
    'fail runtime: Node.js 3 is no longer supported (/usr/local/include/node/node_version.h).',
  ]);
  const photon = os('ID=photon\nVERSION_ID=5.0');
  expect(await answers([photon])).toEqual(['pass distribution: Photon OS 5.0 is supported without an announced end.']);
});

test('what the table does not know blocks nobody where it is newer than the table, and the policy can say it', async () => {
  const of = async (release: string) => {
    const { evidence } = await contentsOf({ layers: [[os(release)]] });
    return evaluateRule(supported, subjectOf(evidence), 'strict', { lastDays: {} })[0];
  };
  expect(await of('ID=debian\nVERSION_ID=99')).toMatchObject({
    outcome: 'indeterminate',
    atMost: 'warning',
    fix: expect.stringContaining('"debian 99"'),
  });
  const unknown = await of('ID=azurelinux\nVERSION_ID=3.0');
  expect(unknown).toMatchObject({ outcome: 'indeterminate', fix: expect.stringContaining('"azurelinux 3.0"') });
  expect(unknown).not.toHaveProperty('atMost');
});

test('a rolling distribution is called as it calls itself', async () => {
  expect(await answers([os('ID=wolfi\nPRETTY_NAME="Wolfi of today"')])).toEqual([
    'pass : Wolfi of today has no releases that could end.',
  ]);
});

test('a static image has nothing whose support could end', async () => {
  expect((await answers([{ path: 'app', mode: 0o755 }]))[0]).toMatch(/^not-applicable/);
});

test('a release that came after the table was made is an indeterminate result that blocks nobody', () => {
  expect(isNewerThanTable('debian', '99')).toBe(true);
  expect(isNewerThanTable('debian', '12')).toBe(false);
  expect(isNewerThanTable('debian', '3.0')).toBe(false);
  expect(isNewerThanTable('no-such-product', '99')).toBe(false);
});

test('Node.js is known by its own words wherever it lies in the file, and wherever the file lies', async () => {
  const source = 'https://nodejs.org/download/release/v22.1.0/node-v22.1.0.tar.gz';
  for (const [path, content] of [
    ['nodejs/bin/node', elf(source)],
    ['opt/renamed', elf(`${'x'.repeat(524_288 - 40)}${source}`)],
    ['opt/large', elf(`${'x'.repeat(3_000_000)}https://nodejs.org/download/release/vX/${source}`)],
  ] as const) {
    expect(await answers([{ path, content, mode: 0o755 }])).toEqual([
      'pass runtime: Node.js 22 is supported until 2027-04-30.',
    ]);
  }
});

test('runtimes of official images end with their makers as well: PHP, Ruby, Perl, Rust', async () => {
  const version = '#define PHP_MAJOR_VERSION 7\n#define PHP_MINOR_VERSION 4\n#define PHP_RELEASE_VERSION 33\n';
  const found = await answers([
    os('ID=debian\nVERSION_ID=13'),
    { path: 'usr/local/include/php/main/php_version.h', content: version },
    {
      path: 'usr/local/lib/ruby/2.7.0/x86_64-linux/rbconfig.rb',
      content: '  CONFIG["MAJOR"] = "2"\n  CONFIG["MINOR"] = "7"\n  CONFIG["TEENY"] = "8"\n',
    },
    { path: 'usr/local/bin/perl5.36.0', content: elf(), mode: 0o755 },
    { path: 'usr/local/rustup/toolchains/1.80.1-x86_64-unknown-linux-gnu/' },
  ]);
  expect(found.filter((line) => line.startsWith('fail')).sort()).toEqual([
    'fail runtime: PHP 7.4 was supported until 2022-11-28 (/usr/local/include/php/main/php_version.h).',
    'fail runtime: Perl 5.36 was supported until 2025-05-27 (/usr/local/bin/perl5.36.0).',
    'fail runtime: Ruby 2.7 was supported until 2023-03-31 (/usr/local/lib/ruby/2.7.0/x86_64-linux/rbconfig.rb).',
    'fail runtime: Rust 1.80 was supported until 2024-09-05 (/usr/local/rustup/toolchains/1.80.1-x86_64-unknown-linux-gnu).',
  ]);
});
