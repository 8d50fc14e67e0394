import { crc32, inflateRawSync } from 'node:zlib';
import { type ByteSource, partOfSource } from './byte-source.js';
import { err, ok, type Result } from './result.js';
import { plural } from './text.js';

/** One file in an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly isEncrypted: boolean;
  /** Bytes in the archive. */
  readonly packed: number;
  /** Bytes once unpacked. */
  readonly size: number;
  readonly crc: number;
  /** Of its local header, from the source's first byte. */
  readonly offset: number;
}

/** What reading an archive may cost. */
export interface ZipLimits {
  /** Entries of one archive. */
  readonly entries: number;
  /** Bytes of its table of contents. */
  readonly directoryBytes: number;
  /** Bytes of one entry, packed or unpacked. */
  readonly entryBytes: number;
}

/** An archive that can't be read: what is wrong, in a clause, and which limit was passed where it is too large. */
export interface ZipFault {
  readonly reason: string;
  readonly limit?: keyof ZipLimits;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
const END_BYTES = 22;
/** The end record and the longest comment behind it. */
const TAIL = END_BYTES + 65_535;

/**
 * Reads an archive's table of contents, Zip64 included. What stands before the archive (a script that starts it) is
 * passed over.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT sections 4.3 and 4.5
 */
export function readZipDirectory(source: ByteSource, limits: ZipLimits): Result<readonly ZipEntry[], ZipFault> {
  const found = findDirectory(source);
  if (found === null) return err({ reason: 'it has no end record of a zip archive' });
  const { count, bytes, start, shift } = found;
  if (count > limits.entries)
    return err({ reason: `it has more than ${plural(limits.entries, 'entry', 'entries')}`, limit: 'entries' });
  if (bytes > limits.directoryBytes) {
    return err({
      reason: `its table of contents is larger than ${plural(limits.directoryBytes, 'byte')}`,
      limit: 'directoryBytes',
    });
  }
  if (start < 0 || start + bytes > source.size) return err({ reason: 'its table of contents lies outside it' });
  const directory = source.read(start, bytes);
  const entries: ZipEntry[] = [];
  let at = 0;
  while (entries.length < count) {
    const read = directory.length - at < 46 ? null : readCentral(directory, at, shift);
    if (read === null) return err({ reason: `its table of contents breaks off after ${entries.length} of ${count}` });
    entries.push(read.entry);
    at = read.next;
  }
  if (at !== directory.length) {
    return err({ reason: `its table of contents has more than the ${count} entries it speaks of` });
  }
  return ok(entries);
}

interface Directory {
  readonly count: number;
  readonly bytes: number;
  /** Where the table of contents begins in the source. */
  readonly start: number;
  /** What must be added to the offsets in it. */
  readonly shift: number;
}

function findDirectory(source: ByteSource): Directory | null {
  const tailAt = Math.max(0, source.size - TAIL);
  const tail = source.read(tailAt, Math.min(source.size, TAIL));
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== END) continue;
    if (at < 20 || tail.readUInt32LE(at - 20) !== LOCATOR_64) {
      return placed(
        { count: tail.readUInt16LE(at + 10), bytes: tail.readUInt32LE(at + 12), offset: tail.readUInt32LE(at + 16) },
        tailAt + at,
      );
    }
    // The record lies right before its locator, also where bytes before the archive make its own offset wrong.
    const written = Number(tail.readBigUInt64LE(at - 20 + 8));
    for (const place of [written, tailAt + at - 20 - 56]) {
      const record = place < 0 || place + 56 > source.size ? Buffer.alloc(0) : source.read(place, 56);
      if (record.length < 56 || record.readUInt32LE(0) !== END_64) continue;
      return placed(
        {
          count: Number(record.readBigUInt64LE(32)),
          bytes: Number(record.readBigUInt64LE(40)),
          offset: Number(record.readBigUInt64LE(48)),
        },
        place,
      );
    }
    return null;
  }
  return null;
}

/** The table of contents ends where its end record begins; offsets in it count from the archive's own first byte. */
function placed(
  { count, bytes, offset }: { readonly count: number; readonly bytes: number; readonly offset: number },
  end: number,
): Directory {
  const start = end - bytes;
  const shift = start - offset;
  // An archive may also have something between the table and its end record: then its own word counts.
  return shift > 0 ? { count, bytes, start, shift } : { count, bytes, start: offset, shift: 0 };
}

function readCentral(
  directory: Buffer,
  at: number,
  shift: number,
): { readonly entry: ZipEntry; readonly next: number } | null {
  if (directory.readUInt32LE(at) !== CENTRAL) return null;
  const nameLength = directory.readUInt16LE(at + 28);
  const extraLength = directory.readUInt16LE(at + 30);
  const next = at + 46 + nameLength + extraLength + directory.readUInt16LE(at + 32);
  if (next > directory.length) return null;
  const extraAt = at + 46 + nameLength;
  const wide = wideFields(directory.subarray(extraAt, extraAt + extraLength));
  // In the order in which the extra field holds those that do not fit.
  const field = (offset: number) => {
    const value = directory.readUInt32LE(at + offset);
    return value === 0xffffffff ? (wide.shift() ?? Number.NaN) : value;
  };
  const size = field(24);
  const packed = field(20);
  const offset = field(42) + shift;
  if (![size, packed, offset].every(Number.isSafeInteger)) return null;
  return {
    entry: {
      name: directory.toString('utf8', at + 46, extraAt),
      method: directory.readUInt16LE(at + 10),
      isEncrypted: (directory.readUInt16LE(at + 8) & ENCRYPTED) !== 0,
      crc: directory.readUInt32LE(at + 16),
      packed,
      size,
      offset,
    },
    next,
  };
}

function wideFields(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1 && at + 4 + length <= extra.length) {
      const count = Math.floor(length / 8);
      return Array.from({ length: count }, (_, index) => Number(extra.readBigUInt64LE(at + 4 + index * 8)));
    }
    at += 4 + length;
  }
  return [];
}

/** Where an entry's packed bytes lie in the source. */
function dataOf(source: ByteSource, entry: ZipEntry): Result<number, ZipFault> {
  const header = source.read(entry.offset, 30);
  if (header.length < 30 || header.readUInt32LE(0) !== LOCAL) {
    return err({ reason: `${entry.name} is not where it should be` });
  }
  return ok(entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28));
}

/** The unpacked bytes of one entry; its size and checksum are those of the table of contents. */
export function readZipEntry(source: ByteSource, entry: ZipEntry, limits: ZipLimits): Result<Buffer, ZipFault> {
  const { name, size, packed, crc, isEncrypted } = entry;
  const most = limits.entryBytes;
  const tooLarge: ZipFault = { reason: `${name} is larger than ${plural(most, 'byte')}`, limit: 'entryBytes' };
  if (size > most || packed > most) return err(tooLarge);
  if (isEncrypted) return err({ reason: `${name} is encrypted` });
  const start = dataOf(source, entry);
  if (!start.ok) return start;
  const bytes = source.read(start.value, packed);
  if (bytes.length < packed) return err({ reason: `${name} breaks off` });
  const unpacked = unpack(bytes, entry, most);
  if (!unpacked.ok) return unpacked;
  if (unpacked.value.length !== size || crc32(unpacked.value) !== crc) {
    return err({ reason: `${name} is not what the archive's table of contents says` });
  }
  return unpacked;
}

/** A stored entry's bytes in place, without reading them; null where it is packed by a method or encrypted. */
export function storedZipEntry(source: ByteSource, entry: ZipEntry): Result<ByteSource, ZipFault> | null {
  const { method, size, packed, isEncrypted } = entry;
  if (method !== STORED || isEncrypted || size !== packed) return null;
  const start = dataOf(source, entry);
  if (!start.ok) return start;
  if (start.value + size > source.size) return err({ reason: `${entry.name} breaks off` });
  return ok(partOfSource(source, start.value, size));
}

function unpack(packed: Buffer, { name, method }: ZipEntry, most: number): Result<Buffer, ZipFault> {
  if (method === STORED) return ok(Buffer.from(packed));
  if (method !== DEFLATED) return err({ reason: `${name} is packed by the method ${method}` });
  try {
    return ok(inflateRawSync(packed, { maxOutputLength: most }));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return err(
      code === 'ERR_BUFFER_TOO_LARGE'
        ? { reason: `${name} is larger than ${plural(most, 'byte')}`, limit: 'entryBytes' }
        : { reason: `${name} could not be unpacked` },
    );
  }
}
