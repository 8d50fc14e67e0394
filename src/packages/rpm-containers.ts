/** The values of a database file, and what of it could not be read. */
export interface ContainerReading {
  readonly values: readonly Uint8Array[];
  readonly problems: readonly string[];
}

/** Numbers of a file in its own byte order. */
interface Numbers {
  readonly u16: (at: number) => number;
  readonly u32: (at: number) => number;
}

function numbersOf(file: Buffer, isLittle: boolean): Numbers {
  return isLittle
    ? { u16: (at) => file.readUInt16LE(at), u32: (at) => file.readUInt32LE(at) }
    : { u16: (at) => file.readUInt16BE(at), u32: (at) => file.readUInt32BE(at) };
}

const HASH_MAGIC = 0x061561;
const PAGE_SIZES: ReadonlySet<number> = new Set([512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536]);
const PAGE_HEADER = 26;
/** Page types: hash pages of version 8 and before are not sorted. */
const HASH_UNSORTED = 2;
const HASH = 13;
const HASH_META = 8;
const OVERFLOW = 7;
/** Item types: bytes on the page, and a chain of pages. */
const KEY_DATA = 1;
const OFF_PAGE = 3;

/**
 * Reads the values of a Berkeley DB hash, as rpm before 4.16 keeps its headers: of any page size, in either byte order,
 * with values on the page or in a chain of overflow pages. The one whose key is zero counts headers and is left out. Throws a
 * RangeError or an Error where the file is not what its first page says.
 *
 * @see https://github.com/berkeleydb/libdb/blob/master/src/dbinc/db_page.h
 */
export function readBerkeleyHash(file: Buffer): ContainerReading {
  const { u16, u32 } = numbersOf(file, file.readUInt32LE(12) === HASH_MAGIC);
  const pageSize = u32(20);
  if (!PAGE_SIZES.has(pageSize)) throw new Error(`its page size is ${pageSize}`);
  if (u32(12) !== HASH_MAGIC || file[25] !== HASH_META)
    throw new Error('its first page is not the metadata of a hash table');
  if (file[24] !== 0) throw new Error('it is encrypted');
  if (((file[26] ?? 0) & 1) !== 0) throw new Error('its pages carry checksums');
  const pages = Math.floor(file.length / pageSize);
  const values: Uint8Array[] = [];
  const problems: string[] = [];
  if (u32(32) >= pages) problems.push(`it ends after ${pages} of ${u32(32) + 1} pages`);
  const taken = new Set<number>();
  const chain = (first: number, length: number): Uint8Array => {
    const parts: Uint8Array[] = [];
    let left = length;
    for (let page = first; left > 0; page = u32(page * pageSize + 16)) {
      if (page === 0 || page >= pages || taken.has(page)) throw new RangeError('a chain of pages ends early');
      taken.add(page);
      const start = page * pageSize;
      if (file[start + 25] !== OVERFLOW) throw new RangeError(`page ${page} is not an overflow page`);
      const part = file.subarray(start + PAGE_HEADER, start + PAGE_HEADER + Math.min(left, u16(start + 22)));
      if (part.length === 0) throw new RangeError('a chain of pages ends early');
      parts.push(part);
      left -= part.length;
    }
    return Buffer.concat(parts);
  };
  let pairs = 0;
  for (let page = 1; page < pages; page += 1) {
    const start = page * pageSize;
    const type = file[start + 25];
    if (type !== HASH && type !== HASH_UNSORTED) continue;
    const entries = u16(start + 20);
    if (entries % 2 !== 0 || PAGE_HEADER + entries * 2 > pageSize) {
      problems.push(`page ${page} has ${entries} entries`);
      continue;
    }
    const item = (index: number): Buffer => {
      const from = u16(start + PAGE_HEADER + index * 2);
      // Items are stored from the page's end to its beginning, so that each ends where the one before begins.
      const to = index === 0 ? pageSize : u16(start + PAGE_HEADER + (index - 1) * 2);
      if (from < PAGE_HEADER || from >= to || to > pageSize)
        throw new RangeError(`an item of page ${page} is outside the page`);
      return file.subarray(start + from, start + to);
    };
    for (let index = 0; index < entries; index += 2) {
      pairs += 1;
      try {
        const key = item(index);
        const value = item(index + 1);
        if (key[0] === KEY_DATA && key.subarray(1).every((byte) => byte === 0)) continue;
        if (value[0] === KEY_DATA) values.push(value.subarray(1));
        else if (value[0] === OFF_PAGE && value.length >= 12) {
          const at = value.byteOffset - file.byteOffset;
          values.push(chain(u32(at + 4), u32(at + 8)));
        } else problems.push(`a value of page ${page} is of type ${value[0]}`);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        problems.push(error.message);
      }
    }
  }
  const wanted = u32(88);
  if (pairs < wanted) problems.push(`it has ${pairs} entries, but its header counts ${wanted}`);
  return { values, problems };
}

const NDB_HEADER = 32;
const NDB_PAGE = 4096;
const NDB_BLOCK = 16;
const SLOT = 0x746f6c53;
const BLOB_START = 0x53626c42;
const BLOB_END = 0x45626c42;

/**
 * Reads the values of rpm's own "ndb" (`Packages.db`), as SUSE keeps its headers. A slot whose value is not where it says
 * is a problem; the others still count. Throws a RangeError or an Error where the file is not what its header says.
 *
 * @see https://github.com/rpm-software-management/rpm/blob/rpm-4.20.x/lib/backend/ndb/rpmpkg.c
 */
export function readNdb(file: Buffer): ContainerReading {
  const version = file.readUInt32LE(4);
  if (version !== 0) throw new Error(`it is of version ${version}`);
  const end = file.readUInt32LE(12) * NDB_PAGE;
  if (end === 0 || end > file.length) throw new Error('its slots are outside the file');
  const values: Uint8Array[] = [];
  const problems: string[] = [];
  let bytes = 0;
  for (let at = NDB_HEADER; at < end; at += NDB_BLOCK) {
    if (file.readUInt32LE(at) !== SLOT) throw new Error(`there is no slot at byte ${at}`);
    const index = file.readUInt32LE(at + 4);
    if (index === 0) continue;
    const start = file.readUInt32LE(at + 8) * NDB_BLOCK;
    const stop = start + file.readUInt32LE(at + 12) * NDB_BLOCK;
    bytes += stop - start;
    // Values lie side by side: more bytes than there are would be the same ones again.
    if (bytes > file.length) throw new Error('its slots share their values');
    const value = stop > file.length || stop - start < 28 ? null : ndbValue(file.subarray(start, stop), index);
    if (value === null) problems.push(`the value of package ${index} is not at the offset in its slot`);
    else values.push(value);
  }
  return { values, problems };
}

function ndbValue(blob: Buffer, index: number): Uint8Array | null {
  const length = blob.readUInt32LE(12);
  const isWhole =
    blob.readUInt32LE(0) === BLOB_START &&
    blob.readUInt32LE(4) === index &&
    blob.readUInt32LE(blob.length - 4) === BLOB_END &&
    length <= blob.length - 28;
  return isWhole ? blob.subarray(16, 16 + length) : null;
}
