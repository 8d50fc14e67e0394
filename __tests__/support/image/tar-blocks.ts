/** One raw header block and what it says; the checksum is right unless reported otherwise. */
export interface RawHeader {
  readonly name: string;
  readonly type?: string;
  readonly size?: number;
  readonly mode?: number;
  readonly link?: string;
  readonly checksum?: string;
  readonly sizeField?: Uint8Array;
  readonly magic?: string;
  readonly prefix?: string;
  readonly trailer?: string;
}

/** A header block written field by field, for archives that no library would write. */
export function tarHeader(header: RawHeader): Buffer {
  const block = Buffer.alloc(512);
  block.write(header.name, 0, 100, 'latin1');
  block.write(octal(header.mode ?? 0o644, 7), 100, 'latin1');
  block.write(octal(0, 7), 108, 'latin1');
  block.write(octal(0, 7), 116, 'latin1');
  block.write(octal(header.size ?? 0, 11), 124, 'latin1');
  if (header.sizeField !== undefined) block.set(header.sizeField, 124);
  block.write(octal(0, 11), 136, 'latin1');
  block.write(header.type ?? '0', 156, 'latin1');
  block.write(header.link ?? '', 157, 100, 'latin1');
  block.write(header.magic ?? 'ustar\x0000', 257, 'latin1');
  block.write(header.prefix ?? '', 345, 155, 'latin1');
  block.write(header.trailer ?? '', 508, 4, 'latin1');
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(header.checksum ?? `${octal(sum, 6)}\0 `, 148, 'latin1');
  return block;
}

/** Data filled up to whole blocks. */
export function tarData(data: string | Uint8Array): Buffer {
  const bytes = Buffer.from(data);
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** A member of a header and its data. */
export function tarMember(header: RawHeader, data: string | Uint8Array = ''): Buffer {
  return Buffer.concat([tarHeader({ size: Buffer.from(data).length, ...header }), tarData(data)]);
}

/** The two blocks of zeros that end an archive. */
export const TAR_END = Buffer.alloc(1024);

/** `LENGTH KEY=VALUE\n`, the length counting itself. */
export function paxRecord(key: string, value: string | Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')]);
  let length = body.length + 1;
  while (String(length).length + body.length !== length) length = String(length).length + body.length;
  return Buffer.concat([Buffer.from(String(length)), body]);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
