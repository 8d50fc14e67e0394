import type { FileHandle } from 'node:fs/promises';

const BLOCK = 512;
const MAX_MEMBERS = 100_000;
const MAX_EXTENDED_HEADER = 64 * 1024;

/** Where a file's bytes lie in a tar. */
export interface TarMember {
  readonly offset: number;
  readonly size: number;
}

/**
 * Finds the regular files of an uncompressed tar without reading their content, so that blobs can be read in place
 * afterwards. Names lose a leading `./`. Throws an Error that says what is wrong with the tar.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
 */
export async function readTarIndex(file: FileHandle): Promise<ReadonlyMap<string, TarMember>> {
  const members = new Map<string, TarMember>();
  const end = (await file.stat()).size;
  let extended: ReadonlyMap<string, string> = new Map();
  let offset = 0;
  while (offset + BLOCK <= end) {
    const header = await readAt(file, offset, BLOCK);
    if (header.every((byte) => byte === 0)) break;
    if (!hasValidChecksum(header)) throw new Error(`there is no tar header at byte ${offset}`);
    const size = numberField(extended.get('size')) ?? tarNumber(header.subarray(124, 136));
    const start = offset + BLOCK;
    if (start + size > end) throw new Error(`it ends inside the file that starts at byte ${offset}`);
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'x') {
      if (size > MAX_EXTENDED_HEADER) throw new Error(`its extended header at byte ${offset} is too large`);
      extended = readExtendedHeader(await readAt(file, start, size));
    } else {
      if (type === '0' || type === '\0')
        members.set((extended.get('path') ?? name(header)).replace(/^\.\//, ''), { offset: start, size });
      extended = new Map();
    }
    if (members.size > MAX_MEMBERS) throw new Error(`it has more than ${MAX_MEMBERS} files`);
    offset = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return members;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function hasValidChecksum(header: Buffer): boolean {
  let sum = 0;
  for (const [index, byte] of header.entries()) sum += index >= 148 && index < 156 ? 0x20 : byte;
  return sum === tarNumber(header.subarray(148, 156));
}

/** Octal text, or, where the first bit is set, a big-endian number (GNU, for sizes of 8 GiB and above). */
function tarNumber(field: Buffer): number {
  const first = field[0] ?? 0;
  const value =
    first >= 0x80
      ? Number(BigInt(`0x${field.toString('hex')}`) & ((1n << BigInt(field.length * 8 - 1)) - 1n))
      : Number.parseInt(text(field).trim() || '0', 8);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error('a number in a tar header is invalid');
  return value;
}

function name(header: Buffer): string {
  const isUstar = header.subarray(257, 263).toString('latin1') === 'ustar\0';
  const prefix = isUstar ? text(header.subarray(345, 500)) : '';
  return prefix === '' ? text(header.subarray(0, 100)) : `${prefix}/${text(header.subarray(0, 100))}`;
}

function text(field: Buffer): string {
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? field.length : end).toString('utf8');
}

/** Records of the form `LENGTH KEY=VALUE\n`, where LENGTH counts the record's own bytes. */
function readExtendedHeader(bytes: Buffer): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : Number(bytes.subarray(at, space).toString('latin1'));
    const equals = bytes.indexOf(0x3d, space);
    if (!Number.isSafeInteger(length) || length <= space - at + 1 || at + length > bytes.length || equals < 0)
      throw new Error('an extended header of the tar is malformed');
    records.set(
      bytes.subarray(space + 1, equals).toString('utf8'),
      bytes.subarray(equals + 1, at + length - 1).toString('utf8'),
    );
    at += length;
  }
  return records;
}

function numberField(value: string | undefined): number | undefined {
  return value !== undefined && /^[0-9]{1,15}$/.test(value) ? Number(value) : undefined;
}
