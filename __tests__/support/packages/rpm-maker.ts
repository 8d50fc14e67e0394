/** A tag of an rpm header: a text, or numbers of 32 bits. */
type Tag = readonly [tag: number, value: string | readonly number[]];

/** An rpm header as a database keeps it. */
export function makeRpmHeader(tags: readonly Tag[]): Buffer {
  const index: Buffer[] = [];
  const store: Buffer[] = [];
  let offset = 0;
  for (const [tag, value] of tags) {
    const isText = typeof value === 'string';
    const data = isText ? Buffer.from(`${value}\0`) : Buffer.alloc(value.length * 4);
    if (!isText) for (const [i, number] of value.entries()) data.writeUInt32BE(number, i * 4);
    const padding = Buffer.alloc(isText ? (4 - (data.length % 4)) % 4 : 0);
    const entry = Buffer.alloc(16);
    entry.writeUInt32BE(tag, 0);
    entry.writeUInt32BE(isText ? 6 : 4, 4);
    entry.writeUInt32BE(offset, 8);
    entry.writeUInt32BE(isText ? 1 : value.length, 12);
    index.push(entry);
    store.push(data, padding);
    offset += data.length + padding.length;
  }
  const head = Buffer.alloc(8);
  head.writeUInt32BE(tags.length, 0);
  head.writeUInt32BE(offset, 4);
  return Buffer.concat([head, ...index, ...store]);
}

/** The header of a package of three parts, such as `bash 5.1.8 6.el9`, and of a vendor. */
export function rpmHeader(
  name: string,
  version: string,
  release: string,
  vendor = 'Rocky Enterprise Software Foundation',
): Buffer {
  return makeRpmHeader([
    [1000, name],
    [1001, version],
    [1002, release],
    [1011, vendor],
    [1022, 'x86_64'],
  ]);
}

interface BerkeleyOptions {
  readonly pageSize?: number;
  readonly isBigEndian?: boolean;
  /** The hash pages of version 8 and before. */
  readonly isUnsorted?: boolean;
  /** Values of at most so many bytes are kept on the page. */
  readonly onPage?: number;
}

/** A Berkeley DB hash with these values under the keys 1, 2, …, and the count of headers under 0. */
export function makeBerkeleyHash(
  headers: readonly Buffer[],
  { pageSize = 4096, isBigEndian = false, isUnsorted = false, onPage = 200 }: BerkeleyOptions = {},
): Buffer {
  const u16 = (page: Buffer, value: number, at: number) =>
    isBigEndian ? page.writeUInt16BE(value, at) : page.writeUInt16LE(value, at);
  const u32 = (page: Buffer, value: number, at: number) =>
    isBigEndian ? page.writeUInt32BE(value, at) : page.writeUInt32LE(value, at);
  const pages: Buffer[] = [Buffer.alloc(pageSize), Buffer.alloc(pageSize)];
  const chainOf = (value: Buffer): Buffer => {
    const first = pages.length;
    const fake = pageSize - 26;
    for (let at = 0; at < value.length; at += fake) {
      const page = Buffer.alloc(pageSize);
      const part = value.subarray(at, at + fake);
      u32(page, at + fake < value.length ? pages.length + 1 : 0, 16);
      u16(page, part.length, 22);
      page[25] = 7;
      part.copy(page, 26);
      pages.push(page);
    }
    const item = Buffer.alloc(12);
    item[0] = 3;
    u32(item, first, 4);
    u32(item, value.length, 8);
    return item;
  };
  const key = (index: number) => {
    const item = Buffer.alloc(5);
    item[0] = 1;
    u32(item, index, 1);
    return item;
  };
  const items: Buffer[] = [key(0), Buffer.from([1, 9, 0, 0, 0])];
  for (const [index, header] of headers.entries()) {
    items.push(key(index + 1), header.length <= onPage ? Buffer.concat([Buffer.from([1]), header]) : chainOf(header));
  }
  const hash = pages[1] ?? Buffer.alloc(0);
  let end = pageSize;
  for (const [index, item] of items.entries()) {
    end -= item.length;
    item.copy(hash, end);
    u16(hash, end, 26 + index * 2);
  }
  u16(hash, items.length, 20);
  hash[25] = isUnsorted ? 2 : 13;
  const meta = pages[0] ?? Buffer.alloc(0);
  u32(meta, 0x061561, 12);
  u32(meta, pageSize, 20);
  meta[25] = 8;
  u32(meta, pages.length - 1, 32);
  u32(meta, headers.length + 1, 88);
  return Buffer.concat(pages);
}

/** rpm's "ndb" with these values. */
export function makeNdb(headers: readonly Buffer[]): Buffer {
  const slots = Buffer.alloc(4096);
  slots.write('RpmP', 'latin1');
  slots.writeUInt32LE(1, 12);
  const blobs: Buffer[] = [];
  let block = 4096 / 16;
  for (let at = 32, index = 0; at < 4096; at += 16, index += 1) {
    slots.write('Slot', at, 'latin1');
    const header = headers[index];
    if (header === undefined) continue;
    const size = Math.ceil((16 + header.length + 12) / 16) * 16;
    const blob = Buffer.alloc(size);
    blob.write('BlbS', 'latin1');
    blob.writeUInt32LE(index + 1, 4);
    blob.writeUInt32LE(header.length, 12);
    header.copy(blob, 16);
    blob.writeUInt32LE(header.length, size - 8);
    blob.write('BlbE', size - 4, 'latin1');
    slots.writeUInt32LE(index + 1, at + 4);
    slots.writeUInt32LE(block, at + 8);
    slots.writeUInt32LE(size / 16, at + 12);
    blobs.push(blob);
    block += size / 16;
  }
  return Buffer.concat([slots, ...blobs]);
}
