/** The end of an ELF file: what is kept of it, and at which offset in the file that begins. */
export interface FileEnd {
  readonly bytes: Buffer;
  readonly start: number;
}

/** The bytes of the ELF header that say where the table of sections is. */
export const ELF_HEADER_BYTES = 64;
const MAX_SECTIONS = 10_000;

/**
 * A section of an ELF file by its name, where it and the table of sections, which linkers put last, are in the kept end of
 * the file. Undefined where there is none, and for anything else than ELF.
 *
 * @see https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.sheader.html
 */
export function elfSection(head: Buffer, end: FileEnd, name: string): Buffer | undefined {
  if (head.length < ELF_HEADER_BYTES || head.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const is64 = head[4] === 2;
  const little = head[5] === 1;
  const table = word(head, is64 ? 40 : 32, is64, little);
  const [size, count, names] = [0, 2, 4].map((at) => short(head, (is64 ? 58 : 46) + at, little));
  if (size === undefined || count === undefined || names === undefined || count > MAX_SECTIONS) return undefined;
  if (size < (is64 ? 64 : 40)) return undefined;
  const header = (index: number) => part(end, table + index * size, size);
  const content = (section: Buffer | undefined) =>
    section === undefined
      ? undefined
      : part(end, word(section, is64 ? 24 : 16, is64, little), word(section, is64 ? 32 : 20, is64, little));
  const strings = content(header(names));
  if (strings === undefined) return undefined;
  const wanted = Buffer.from(`${name}\0`);
  for (let index = 0; index < count; index += 1) {
    const section = header(index);
    if (section === undefined) return undefined;
    const at = little ? section.readUInt32LE(0) : section.readUInt32BE(0);
    if (strings.subarray(at, at + wanted.length).equals(wanted)) return content(section);
  }
  return undefined;
}

/** Bytes of the file, where all of them were kept. */
function part({ bytes, start }: FileEnd, offset: number, length: number): Buffer | undefined {
  const at = offset - start;
  return at < 0 || length < 0 || at + length > bytes.length ? undefined : bytes.subarray(at, at + length);
}

function word(bytes: Buffer, at: number, is64: boolean, little: boolean): number {
  if (is64) return Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  return little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
}

function short(bytes: Buffer, at: number, little: boolean): number {
  return little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
}
