/** More pages than this in one table are refused; rpm's largest databases have some ten thousand. */
const MAX_PAGES = 1_000_000;
const MAX_DEPTH = 40;

/**
 * Reads the BLOB values of one column of one table of an SQLite database that is held in memory: as much of the file
 * format as rpm's `Packages(hnum INTEGER PRIMARY KEY, blob BLOB)` needs. It is ours because SQLite itself would have
 * to come along as WebAssembly. Throws a RangeError or an Error when the file is not what its header says.
 *
 * @see https://www.sqlite.org/fileformat2.html
 */
export function sqliteBlobs(file: Uint8Array, table: string, column: number): readonly Uint8Array[] {
  const database = new Database(file);
  let root: number | undefined;
  for (const row of database.rows(1)) {
    const [type, name, , page] = row;
    if (type === 'table' && name === table && typeof page === 'number') root = page;
  }
  if (root === undefined) throw new Error(`it has no table ${table}`);
  const blobs: Uint8Array[] = [];
  for (const row of database.rows(root)) {
    const value = row[column];
    if (value instanceof Uint8Array) blobs.push(value);
  }
  return blobs;
}

type Value = null | number | string | Uint8Array;

class Database {
  readonly #file: Uint8Array;
  readonly #view: DataView;
  readonly #pageSize: number;
  readonly #usable: number;
  #pagesRead = 0;

  constructor(file: Uint8Array) {
    if (Buffer.from(file.subarray(0, 16)).toString('latin1') !== 'SQLite format 3\0')
      throw new Error('it is not an SQLite database');
    this.#file = file;
    this.#view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    const size = this.#view.getUint16(16);
    this.#pageSize = size === 1 ? 65_536 : size;
    this.#usable = this.#pageSize - this.#view.getUint8(20);
    if (this.#pageSize < 512 || this.#usable < 480) throw new Error('its page size is wrong');
  }

  /** The rows of the table whose b-tree starts at a page (1-based). */
  *rows(page: number, depth = 0): Iterable<readonly Value[]> {
    this.#pagesRead += 1;
    if (depth > MAX_DEPTH || this.#pagesRead > MAX_PAGES) throw new Error('its pages form a loop');
    const start = (page - 1) * this.#pageSize;
    const header = page === 1 ? start + 100 : start;
    const kind = this.#view.getUint8(header);
    const cells = this.#view.getUint16(header + 3);
    if (kind === 0x05) {
      for (let i = 0; i < cells; i += 1) {
        const cell = start + this.#view.getUint16(header + 12 + i * 2);
        yield* this.rows(this.#view.getUint32(cell), depth + 1);
      }
      yield* this.rows(this.#view.getUint32(header + 8), depth + 1);
      return;
    }
    if (kind !== 0x0d) throw new Error(`page ${page} is not a page of a table`);
    for (let i = 0; i < cells; i += 1) yield this.#row(start + this.#view.getUint16(header + 8 + i * 2));
  }

  #row(cell: number): readonly Value[] {
    const size = this.#varint(cell);
    const rowId = this.#varint(size.next);
    const payload = this.#payload(rowId.next, size.value);
    return readRecord(payload);
  }

  /** A payload that does not fit its page goes on in a chain of overflow pages. */
  #payload(at: number, size: number): Uint8Array {
    const usable = this.#usable;
    if (size > this.#file.length) throw new Error('a row is larger than the file');
    if (size <= usable - 35) return this.#slice(at, size);
    const least = Math.floor(((usable - 12) * 32) / 255) - 23;
    const wanted = least + ((size - least) % (usable - 4));
    const local = wanted <= usable - 35 ? wanted : least;
    const parts = [this.#slice(at, local)];
    let left = size - local;
    let next = this.#view.getUint32(at + local);
    while (left > 0) {
      this.#pagesRead += 1;
      if (next === 0 || this.#pagesRead > MAX_PAGES) throw new Error('a row ends early');
      const start = (next - 1) * this.#pageSize;
      const take = Math.min(left, usable - 4);
      parts.push(this.#slice(start + 4, take));
      left -= take;
      next = this.#view.getUint32(start);
    }
    return Buffer.concat(parts);
  }

  #slice(at: number, size: number): Uint8Array {
    if (at + size > this.#file.length) throw new Error('a row ends outside the file');
    return this.#file.subarray(at, at + size);
  }

  #varint(at: number): { value: number; next: number } {
    return readVarint(this.#file, at);
  }
}

function readVarint(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let i = 0; i < 9; i += 1) {
    const byte = bytes[at + i];
    if (byte === undefined) throw new Error('a number ends outside the file');
    if (i === 8) return { value: value * 256 + byte, next: at + 9 };
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, next: at + i + 1 };
  }
  throw new Error('a number has no end');
}

const INTEGER_BYTES = [0, 1, 2, 3, 4, 6, 8] as const;

function readRecord(payload: Uint8Array): readonly Value[] {
  const header = readVarint(payload, 0);
  const values: Value[] = [];
  let body = header.value;
  for (let at = header.next; at < header.value; ) {
    const serial = readVarint(payload, at);
    at = serial.next;
    const bytes = bytesOf(serial.value);
    const data = payload.subarray(body, body + bytes);
    if (data.length < bytes) throw new Error('a value ends outside its row');
    values.push(decodeValue(serial.value, data));
    body += bytes;
  }
  return values;
}

function bytesOf(serial: number): number {
  if (serial >= 12) return Math.floor((serial - 12) / 2);
  return serial === 7 ? 8 : (INTEGER_BYTES[serial] ?? 0);
}

function decodeValue(serial: number, data: Uint8Array): Value {
  if (serial >= 12) return serial % 2 === 0 ? data : Buffer.from(data).toString('utf8');
  if (serial === 8 || serial === 9) return serial - 8;
  if (serial === 0 || serial > 6) return null;
  return data.reduce((value, byte) => value * 256 + byte, 0);
}
