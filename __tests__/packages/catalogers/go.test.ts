import { describe, expect, test } from '@jest/globals';
import { readGoModules, standardLibraryVersion } from '../../../src/packages/catalogers/go-modules.js';
import { catalogFile, named } from '../../support/packages/catalog-file.js';
import { goBuildInfo, goProgram, oldGoProgram } from '../../support/packages/go-program.js';

const MODULES = [
  'path\texample.test/app',
  'mod\texample.test/app\t(devel)\t',
  'dep\tgolang.org/x/net\tv0.1.0\th1:a=',
  'dep\tgithub.com/Azure/y\tv1.2.3+incompatible\th1:b=',
  'dep\texample.test/old\tv1.0.0',
  '=>\texample.test/new\tv1.4.0\th1:c=',
  'dep\texample.test/local\tv1.0.0',
  '=>\t./local\t(devel)\t',
  'build\t-compiler=gc',
  '',
].join('\n');
const FOUND = [
  'golang:example.test/app@',
  'golang:example.test/local@',
  'golang:example.test/new@1.4.0',
  'golang:github.com/Azure/y@1.2.3+incompatible',
  'golang:golang.org/x/net@0.1.0',
  'golang:stdlib@1.22.3',
];
const PE = Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1');
const MACH_O = Buffer.from('cffaedfe07000001', 'hex');

describe('a Go program', () => {
  test.each([
    ['ELF', undefined],
    ['PE', PE],
    ['Mach-O', MACH_O],
  ])('of the form %s says its modules and its standard library, whatever its name', (_, head) => {
    expect(named(catalogFile('opt/data.bin', goProgram('go1.22.3', MODULES, 8192, head)))).toEqual(FOUND);
  });

  test('says the same wherever chunks end', () => {
    const program = goProgram('go1.22.3', MODULES, 16_000);
    for (const chunk of [1, 7, 13, 100, 5000]) expect(named(catalogFile('app', program, chunk))).toEqual(FOUND);
  });

  test('of Go 1.17 is read through its pointers, and among texts that look alike', () => {
    const program = oldGoProgram('go1.17.3', MODULES.replace('v0.1.0', 'v0.2.0'));
    for (const chunk of [9, 64, 100_000]) {
      const found = catalogFile('app', program, chunk);
      expect(found.problems).toEqual([]);
      expect(named(found)).toContain('golang:stdlib@1.17.3');
      expect(named(found)).toContain('golang:golang.org/x/net@0.2.0');
    }
  });

  test('of Go 1.17 whose pointers lead nowhere is named as not read, with the modules that are there', () => {
    const program = oldGoProgram('go1.17.3', MODULES);
    program.writeBigUInt64LE(0n, 64 + 16);
    const found = catalogFile('app', program);
    expect(found.problems).toEqual([expect.stringContaining('Go 1.17 or older')]);
    expect(named(found)).toContain('golang:golang.org/x/net@0.1.0');
    expect(named(found)).toContain('golang:stdlib@');
  });

  test('whose build information breaks off is named as not read', () => {
    const whole = goProgram('go1.22.3', MODULES);
    const found = catalogFile('app', whole.subarray(0, whole.length - 120));
    expect(found.problems).toEqual(['its Go build information is truncated']);
  });

  test('with more module text than is read is named as not read', () => {
    const found = catalogFile('app', goProgram('go1.22.3', `dep\tx\tv1.0.0\t${'h'.repeat(1024 * 1024)}\n`));
    expect(found.problems).toEqual([expect.stringContaining('go-module-bytes')]);
    expect(named(found)).toEqual(['golang:stdlib@1.22.3']);
  });

  test('without module lines is one whose libraries nothing says', () => {
    expect(named(catalogFile('app', goProgram('go1.22.3', 'path\tcommand-line-arguments\n')))).toEqual([
      'golang:command-line-arguments@',
      'golang:stdlib@1.22.3',
    ]);
  });

  test('of the toolchain itself has nothing but the standard library', () => {
    expect(named(catalogFile('usr/local/go/bin/go', goProgram('go1.22.3', 'path\tcmd/go\nbuild\t-a\n')))).toEqual([
      'golang:stdlib@1.22.3',
    ]);
  });
});

test('a Go program from before build information is named by its build id, without a version', () => {
  const program = Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(200), Buffer.from('Go build ID: "abc"')]);
  expect(named(catalogFile('app', program))).toEqual(['golang:stdlib@']);
});

describe('what is no Go program', () => {
  test.each([
    ['a program without build information', Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(20_000)])],
    [
      'a text that has the magic number',
      Buffer.concat([Buffer.from('text'), Buffer.alloc(12), goBuildInfo('go1.22.3', MODULES)]),
    ],
    ['the magic number at another place', goProgram('go1.22.3', MODULES, 8200)],
  ])('%s says nothing', (_, content) => {
    expect(catalogFile('app', content)).toEqual({ packages: [], unread: [], problems: [] });
  });

  test('a copy of the magic number in a program that searches for it is passed over', () => {
    const copy = Buffer.concat([Buffer.from('\xff Go buildinf:', 'latin1'), Buffer.alloc(18)]);
    const head = Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(12), copy, Buffer.alloc(16)]);
    expect(named(catalogFile('app', goProgram('go1.22.3', MODULES, 8192, head)))).toEqual(FOUND);
  });
});

describe('the version of the standard library', () => {
  test.each([
    ['go1.22.3', '1.22.3'],
    ['go1.21', '1.21.0'],
    ['go1.21rc2', '1.21.0-rc.2'],
    ['go1.26.8 X:nodwarf5', '1.26.8'],
    ['go1.22.3-fips', '1.22.3'],
    ['devel go1.23-abcdef', ''],
    ['gccgo', ''],
  ])('of %s is %j', (toolchain, version) => {
    expect(standardLibraryVersion(toolchain)).toBe(version);
  });
});

test('lines that are none of a module text say nothing', () => {
  expect(readGoModules('=>\tx\tv1.0.0\ndep\nmod\t\nnonsense\n')).toEqual([]);
});
