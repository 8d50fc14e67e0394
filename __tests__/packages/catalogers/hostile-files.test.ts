import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { catalogFile } from '../../support/packages/catalog-file.js';
import { goProgram, oldGoProgram } from '../../support/packages/go-program.js';
import { rustProgram } from '../../support/packages/rust-program.js';
import '../../support/property-seed.js';
import { processorTime } from '../../support/process/processor-time.js';
import { makeZip } from '../../support/registry/zip-maker.js';

const MODULES = 'path\tx\nmod\tx\tv1.0.0\ndep\tgolang.org/x/net\tv0.1.0\n';
const ARCHIVE = makeZip(
  {
    'META-INF/MANIFEST.MF': 'Implementation-Version: 1\n',
    'META-INF/maven/a/b/pom.properties': 'groupId=a\nartifactId=b\nversion=1\n',
    'lib/c-1.jar': makeZip({ 'x/Y.class': '', 'META-INF/MANIFEST.MF': 'a: b\n' }),
  },
  { stored: true },
);
const FILES: readonly (readonly [string, Buffer])[] = [
  ['app', goProgram('go1.22.3', MODULES, 512)],
  ['app', oldGoProgram('go1.17.3', MODULES)],
  ['app.jar', ARCHIVE],
  ['app', rustProgram([{ name: 'smallvec', version: '1.6.0', source: 'crates.io' }], { loaded: 256 })],
  ['opt/java/release', Buffer.from('JAVA_VERSION="17.0.5"\n')],
];

const program = (text: string): Buffer => Buffer.from(`\x7fELF${text}`, 'latin1');

describe('the catalogers', () => {
  test.each(FILES)('never throw, and say the same whatever pieces a damaged file comes in: %s', (path, whole) => {
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 12 });
    fc.assert(
      fc.property(changes, fc.nat(whole.length), fc.integer({ min: 1, max: 700 }), (changed, length, chunk) => {
        const bytes = Buffer.from(whole);
        for (const [at, byte] of changed) bytes[at] = byte;
        const part = bytes.subarray(0, changed.length % 2 === 0 ? whole.length : length);
        expect(catalogFile(path, part, chunk)).toEqual(catalogFile(path, part));
      }),
      { numRuns: 150 },
    );
  });

  test('read any bytes under any name', () => {
    const heads = ['\x7fELF', 'PK\x03\x04', '#!/bin/sh\n', 'MZ', ''].map((head) => Buffer.from(head, 'latin1'));
    const names = [
      'a',
      'a.jar',
      'release',
      'nginx',
      'include/node/node_version.h',
      'specifications/x.gemspec',
      'vendor/composer/installed.json',
      'python3.11',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...heads),
        fc.constantFrom(...names),
        fc.uint8Array({ maxLength: 2000 }),
        (head, name, rest) => {
          const { packages } = catalogFile(name, Buffer.concat([head, rest]));
          expect(packages.every(({ name: found }) => found !== '')).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([
    ['build information', 'app', program('\xff Go buildinf:\x08\x02'.repeat(150_000))],
    ['toolchain names', 'app', program(`Go build ID: "${'go1.'.repeat(1_000_000)}`)],
    ['version texts', 'postgres', program('\0PostgreSQL 1'.repeat(300_000))],
    ['build ids', 'redis-server', program('\x001.1.1aaaaaaaaaaaa'.repeat(200_000))],
    ['blank lines', 'specifications/a.gemspec', '\n'.repeat(1_000_000)],
    ['blanks', 'specifications/a.gemspec', ' '.repeat(1_000_000)],
    ['an address', 'Gemfile.lock', `GIT\n  remote: ${'a'.repeat(1_000_000)}:\n`],
    ['fields', 'var/lib/pacman/local/a/desc', '%A%\na\n'.repeat(100_000)],
    ['paragraphs', 'usr/lib/opkg/status', 'Package: a\nVersion: 1\n\n'.repeat(300_000)],
    ['licenses', 'specifications/a.gemspec', `s.licenses = ${`"a"${' '.repeat(60)},${' '.repeat(60)}`.repeat(8000)}`],
    ['a manifest', 'a.jar', makeZip({ 'META-INF/MANIFEST.MF': 'a: b\n c'.repeat(140_000), 'x.class': '' })],
  ])('take seconds at most for a file made to be slow: %s', (_, path, content) => {
    const spent = processorTime();
    catalogFile(path, content);
    expect(spent()).toBeLessThan(5000);
  });
});
