import type { FileKind } from './cataloger.js';

/** Java's class files begin with the number of Mach-O's universal files, and go on with a version of 45 or more. */
const MAX_FAT_ARCHITECTURES = 43;

/** What a file is by its first bytes, of which at least eight are needed where it has as many. */
export function fileKind(head: Uint8Array): FileKind {
  const [a = 0, b = 0, c = 0, d = 0] = head;
  if (a === 0x23 && b === 0x21) return 'script';
  if (a === 0x50 && b === 0x4b) return (c === 3 && d === 4) || (c === 5 && d === 6) ? 'archive' : 'other';
  if (a === 0x4d && b === 0x5a) return 'program';
  const magic = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  if (magic === 0xcafebabe) return bigEndian(head, 4) < MAX_FAT_ARCHITECTURES ? 'program' : 'other';
  return PROGRAMS.has(magic) ? 'program' : 'other';
}

/** ELF, and Mach-O of 32 and 64 bits in both byte orders. */
const PROGRAMS: ReadonlySet<number> = new Set([0x7f454c46, 0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe]);

function bigEndian(bytes: Uint8Array, at: number): number {
  const [a = 0xff, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
