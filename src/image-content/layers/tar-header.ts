import { textOf } from './tar-text.js';

/** Why bytes are no tar archive that a container runtime would unpack. */
export class TarError extends Error {
  override readonly name = 'TarError';
  readonly code: 'malformed' | 'limit';
  /** The named limit that was passed, where code is `limit`. */
  readonly limit: string | undefined;

  constructor(message: string, limit?: string) {
    super(message);
    this.code = limit === undefined ? 'malformed' : 'limit';
    this.limit = limit;
  }
}

export const BLOCK = 512;

/** One header block, before the extensions that came ahead of it are merged in. */
export interface TarHeader {
  /** As written. */
  readonly name: string;
  /** The type flag: `0` file, `1` hard link, `2` link, `3` and `4` devices, `5` directory, `6` fifo, others as written. */
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly linkName: string;
  /** For GNU's old sparse files: the size with the holes, and whether more blocks of the map follow. */
  readonly sparse?: { readonly realSize: number; readonly extended: boolean };
}

/**
 * Reads one 512-byte header in the v7, ustar, GNU or PAX form; null for a block of zeros. Throws a TarError when the
 * checksum or a number is wrong.
 *
 * @see https://www.gnu.org/software/tar/manual/html_node/Standard.html
 * @see https://cs.opensource.google/go/go/+/master:src/archive/tar/reader.go what containerd and Docker read with
 */
export function readTarHeader(block: Uint8Array): TarHeader | null {
  if (block.every((byte) => byte === 0)) return null;
  if (!checksumHolds(block)) throw new TarError('a header does not match its checksum');
  const type = String.fromCharCode(block[156] ?? 0);
  const prefix = prefixOf(block);
  const name = textOf(untilNul(block.subarray(0, 100)));
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    type,
    mode: readNumber(block.subarray(100, 108), 'mode') & 0o7777,
    uid: readNumber(block.subarray(108, 116), 'uid'),
    gid: readNumber(block.subarray(116, 124), 'gid'),
    size: readNumber(block.subarray(124, 136), 'size'),
    linkName: textOf(untilNul(block.subarray(157, 257))),
    ...(type === 'S'
      ? { sparse: { realSize: readNumber(block.subarray(483, 495), 'real size'), extended: block[482] !== 0 } }
      : {}),
  };
}

/** What stands before the name where it is too long for its field: which bytes those are depends on the form. */
function prefixOf(block: Uint8Array): string {
  const magic = String.fromCharCode(...block.subarray(257, 265));
  if (magic.startsWith('ustar\0')) {
    // Schilling's star keeps two times at the end of the field.
    const isStar = String.fromCharCode(...block.subarray(508, 512)) === 'tar\0';
    return textOf(untilNul(block.subarray(345, isStar ? 476 : 500)));
  }
  if (magic !== 'ustar  \0' || [block.subarray(345, 357), block.subarray(357, 369)].every(isTime)) return '';
  // Old writers of Go put a prefix where GNU has times, and Go's reader still takes it for one.
  const prefix = untilNul(block.subarray(345, 500));
  return prefix.every((byte) => byte < 0x80) ? textOf(prefix) : '';
}

function isTime(field: Uint8Array): boolean {
  if (field[0] === 0) return true;
  try {
    readNumber(field, 'time');
    return true;
  } catch {
    return false;
  }
}

/** Bytes up to the first NUL. */
export function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** The sum of all bytes with the checksum's own field as blanks; some old writers summed signed bytes. */
function checksumHolds(block: Uint8Array): boolean {
  const wanted = readNumber(block.subarray(148, 156), 'checksum');
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < BLOCK; i += 1) {
    const byte = i >= 148 && i < 156 ? 0x20 : (block[i] ?? 0);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return wanted === unsigned || wanted === signed;
}

/**
 * Octal text, or GNU's base-256 where the first bit is set. Negative or unsafe numbers are refused. Blanks and NULs
 * around the digits are skipped, those before them too: where Go reads a size here, another one would be taken for
 * the next header's place, and the two would see different files.
 */
function readNumber(field: Uint8Array, what: string): number {
  const first = field[0] ?? 0;
  if ((first & 0x80) !== 0) {
    if ((first & 0x40) !== 0) throw new TarError(`a header's ${what} is negative`);
    let value = first & 0x3f;
    for (const byte of field.subarray(1)) {
      value = value * 256 + byte;
      if (!Number.isSafeInteger(value)) throw new TarError(`a header's ${what} is too large`);
    }
    return value;
  }
  const digits = String.fromCharCode(...field).replace(/^[ \0]+/, '');
  if (digits === '') return 0;
  const text = digits.split('\0', 1)[0]?.replace(/ +$/, '') ?? '';
  if (!/^[0-7]+$/.test(text)) throw new TarError(`a header's ${what} is not an octal number`);
  return Number.parseInt(text, 8);
}
