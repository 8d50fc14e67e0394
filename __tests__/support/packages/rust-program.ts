import { deflateSync } from 'node:zlib';

/** A crate as `cargo auditable` lists it. */
interface Crate {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  readonly kind?: string;
  readonly root?: boolean;
}

interface ProgramOptions {
  readonly is64?: boolean;
  readonly isBigEndian?: boolean;
  /** Bytes of the part that is loaded. */
  readonly loaded?: number;
  readonly section?: string;
}

/** An ELF program with a section, `.dep-v0` if not given, behind its only segment, which holds the crates, and a table of sections last. */
export function rustProgram(
  crates: readonly Crate[] | Buffer,
  { is64 = true, isBigEndian = false, loaded = 20_000, section: name = '.dep-v0' }: ProgramOptions = {},
): Buffer {
  const data = Buffer.isBuffer(crates) ? crates : deflateSync(JSON.stringify({ packages: crates }));
  const names = Buffer.from(`\0.shstrtab\0${name}\0`);
  const size = is64 ? 64 : 40;
  const table = loaded + data.length + names.length;
  const file = Buffer.alloc(table + 3 * size);
  const short = (value: number, at: number) =>
    isBigEndian ? file.writeUInt16BE(value, at) : file.writeUInt16LE(value, at);
  const int = (value: number, at: number) =>
    isBigEndian ? file.writeUInt32BE(value, at) : file.writeUInt32LE(value, at);
  const word = (value: number, at: number) => {
    if (!is64) int(value, at);
    else if (isBigEndian) file.writeBigUInt64BE(BigInt(value), at);
    else file.writeBigUInt64LE(BigInt(value), at);
  };
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, isBigEndian ? 2 : 1, 1]).copy(file);
  const header = is64 ? 64 : 52;
  word(header, is64 ? 32 : 28);
  word(table, is64 ? 40 : 32);
  const counts = is64 ? [56, 1, 64, 3, 1] : [32, 1, 40, 3, 1];
  for (const [place, value] of counts.entries()) short(value, (is64 ? 54 : 42) + place * 2);
  int(1, header);
  word(loaded, header + (is64 ? 32 : 16));
  data.copy(file, loaded);
  names.copy(file, loaded + data.length);
  const section = (index: number, name: number, offset: number, length: number) => {
    const at = table + index * size;
    int(name, at);
    word(offset, at + (is64 ? 24 : 16));
    word(length, at + (is64 ? 32 : 20));
  };
  section(1, 1, loaded + data.length, names.length);
  section(2, 11, loaded, data.length);
  return file;
}
