import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FileScanner } from '../../../src/image-content/layers/file-scanner.js';

const TEXTS = [
  'BusyBox v1.36.1 (2024-06-10) multi-call binary.',
  'BusyBox version unknown',
  'toybox 0.8.9 multicall binary',
  'GNU bash, version 5.2',
  'getopts optstring var [arg...]',
  '@(#)MIRBSD KSH R59',
  '@(#)LEGACY KSH R59',
  '(AT&T Research) 93u+',
  '@(#)$Id: type (ksh 93u+m) 2021-12-17 $',
  'function not defined by %s',
  'Ambiguous output redirect',
  '$YASH_LOADPATH',
  'Stand-alone shell (version %s)',
  'src.elv.sh/pkg/shell',
  'ZypperBaseCommand',
  '/etc/pacman.d/gnupg/',
  'zsh/parameter',
  'fish_default_key_bindings',
  'apk-tools 2.14.4, compiled for x86_64.',
  'Debian package management program version 1.22',
  'APT::Get::Assume-Yes',
  'RPM version 4.18',
];

const ELF = Buffer.from('\x7fELF', 'latin1');

/** What is found in a program that comes in pieces of these sizes, the last over and over. */
function found(content: Buffer, sizes: readonly number[] = [content.length]): readonly string[] {
  const bytes = Buffer.concat([ELF, content]);
  let programs: readonly string[] = [];
  const scanner = new FileScanner({
    path: 'usr/bin/program',
    size: bytes.length,
    executable: true,
    checksums: [],
    done: (result) => {
      programs = result.programs ?? [];
    },
    unevaluated: () => undefined,
    keep: () => undefined,
  });
  let piece = 0;
  for (let at = 0; at < bytes.length; ) {
    const size = Math.max(1, sizes[Math.min(piece, sizes.length - 1)] ?? 1);
    scanner.write(bytes.subarray(at, at + size));
    at += size;
    piece += 1;
  }
  scanner.end();
  return [...programs].sort();
}

describe('the marks of a program', () => {
  const part = fc.oneof(
    fc.constantFrom(...TEXTS).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.constant(Buffer.alloc(70_000)),
  );

  test('are found whatever the pieces it comes in', () => {
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 6 }).map((parts) => Buffer.concat(parts)),
        fc.array(fc.integer({ min: 7, max: 100_000 }), { minLength: 1, maxLength: 5 }),
        (bytes, sizes) => expect(found(bytes, sizes)).toEqual(found(bytes)),
      ),
      { numRuns: 100 },
    );
  });

  test('are found wherever they stand', () => {
    fc.assert(
      fc.property(fc.nat(200_000), fc.nat(100), (before, after) => {
        const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from('GNU bash, version 5.2'), Buffer.alloc(after)]);
        expect(found(bytes)).toEqual(['bash']);
      }),
    );
  });

  test('of dash are those of a shell that contains it', () => {
    expect(found(Buffer.from('getopts optstring var'))).toEqual(['dash']);
    expect(found(Buffer.from('getopts optstring var\0BusyBox v1.36.1'))).toEqual(['busybox']);
  });
});
