import type { FileHandle } from 'node:fs/promises';
import { crc32, inflateRawSync } from 'node:zlib';
import { err, ok, type Result } from '../../../lib/result.js';
import { plural } from '../../../lib/text.js';
import type { VulnerabilityLimits } from '../../limits.js';

/** One file in an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly crc: number;
  /** Of its local header, from the beginning of the archive. */
  readonly offset: number;
}

/** What reading an archive may cost. */
export type ZipLimits = Pick<VulnerabilityLimits, 'archive-entries' | 'archive-directory-bytes' | 'record-bytes'>;

/** An archive that can't be read: what is wrong, and the limit's name where it is too large. */
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
/** The end record and the longest comment behind it. */
const TAIL = 22 + 65_535;

/**
 * Reads an archive's table of contents, Zip64 included: exports have more than 65,535 records.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT sections 4.3 and 4.5
 */
export async function readZipDirectory(
  file: FileHandle,
  limits: ZipLimits,
): Promise<Result<readonly ZipEntry[], ZipFault>> {
  const { size } = await file.stat();
  const tail = await readAt(file, Math.max(0, size - TAIL), Math.min(size, TAIL));
  const found = await findDirectory(file, tail, size);
  if (found === null) return err({ reason: 'it has no end record of a zip archive' });
  const { count, offset, bytes } = found;
  if (count > limits['archive-entries']) {
    return err({
      reason: `it has more than ${plural(limits['archive-entries'], 'entry', 'entries')}`,
      limit: 'archive-entries',
    });
  }
  if (bytes > limits['archive-directory-bytes']) {
    const reason = `its table of contents is larger than ${plural(limits['archive-directory-bytes'], 'byte')}`;
    return err({ reason, limit: 'archive-directory-bytes' });
  }
  if (offset + bytes > size) return err({ reason: 'its table of contents lies outside it' });
  const directory = await readAt(file, offset, bytes);
  const entries: ZipEntry[] = [];
  let at = 0;
  while (entries.length < count) {
    const read = directory.length - at < 46 ? null : readCentral(directory, at);
    if (read === null) return err({ reason: `its table of contents breaks off after ${entries.length} of ${count}` });
    entries.push(read.entry);
    at = read.next;
  }
  if (at !== directory.length)
    return err({ reason: `its table of contents has more than the ${count} entries it speaks of` });
  return ok(entries);
}

interface Directory {
  readonly count: number;
  readonly offset: number;
  readonly bytes: number;
}

async function findDirectory(file: FileHandle, tail: Buffer, size: number): Promise<Directory | null> {
  for (let at = tail.length - 22; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== END) continue;
    const plain = {
      count: tail.readUInt16LE(at + 10),
      bytes: tail.readUInt32LE(at + 12),
      offset: tail.readUInt32LE(at + 16),
    };
    if (at < 20 || tail.readUInt32LE(at - 20) !== LOCATOR_64) return plain;
    const place = Number(tail.readBigUInt64LE(at - 20 + 8));
    if (place + 56 > size) return null;
    const record = await readAt(file, place, 56);
    if (record.length < 56 || record.readUInt32LE(0) !== END_64) return null;
    return {
      count: Number(record.readBigUInt64LE(32)),
      bytes: Number(record.readBigUInt64LE(40)),
      offset: Number(record.readBigUInt64LE(48)),
    };
  }
  return null;
}

function readCentral(directory: Buffer, at: number): { readonly entry: ZipEntry; readonly next: number } | null {
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
  const offset = field(42);
  if (![size, packed, offset].every(Number.isSafeInteger)) return null;
  const name = directory.toString('utf8', at + 46, extraAt);
  return {
    entry: {
      name,
      method: directory.readUInt16LE(at + 10),
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

/** Bytes read at once: entries lie one after the other, and a system call for each would cost more than unpacking it. */
const WINDOW = 4 * 1024 * 1024;

/** Reads entries of an archive through a window that moves forward; fastest in the order of their offsets. */
export class ZipReader {
  readonly #file: FileHandle;
  readonly #limits: ZipLimits;
  #window: Buffer = Buffer.alloc(0);
  #start = 0;

  constructor(file: FileHandle, limits: ZipLimits) {
    this.#file = file;
    this.#limits = limits;
  }

  /** The bytes of one entry. */
  async read(entry: ZipEntry): Promise<Result<Buffer, ZipFault>> {
    const limit = this.#limits['record-bytes'];
    const tooLarge = {
      reason: `${entry.name} is larger than ${plural(limit, 'byte')}`,
      limit: 'record-bytes' as const,
    };
    if (entry.size > limit || entry.packed > limit) return err(tooLarge);
    const header = await this.#bytes(entry.offset, 30);
    if (header.length < 30 || header.readUInt32LE(0) !== LOCAL)
      return err({ reason: `${entry.name} is not where it should be` });
    const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    const packed = await this.#bytes(start, entry.packed);
    if (packed.length < entry.packed) return err({ reason: `${entry.name} breaks off` });
    const bytes = unpack(packed, entry, limit);
    if (!bytes.ok) return bytes;
    if (bytes.value.length !== entry.size || crc32(bytes.value) !== entry.crc) {
      return err({ reason: `${entry.name} is not what the archive's table of contents says` });
    }
    return bytes;
  }

  async #bytes(at: number, length: number): Promise<Buffer> {
    if (at < this.#start || at + length > this.#start + this.#window.length) {
      this.#window = await readAt(this.#file, at, Math.max(WINDOW, length));
      this.#start = at;
    }
    return this.#window.subarray(at - this.#start, at - this.#start + length);
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

function unpack(packed: Buffer, { name, method }: ZipEntry, limit: number): Result<Buffer, ZipFault> {
  if (method === STORED) return ok(Buffer.from(packed));
  if (method !== DEFLATED) return err({ reason: `${name} is packed by the method ${method}` });
  try {
    return ok(inflateRawSync(packed, { maxOutputLength: limit }));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return err(
      code === 'ERR_BUFFER_TOO_LARGE'
        ? { reason: `${name} is larger than ${plural(limit, 'byte')}`, limit: 'record-bytes' }
        : { reason: `${name} could not be unpacked` },
    );
  }
}
