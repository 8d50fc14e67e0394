const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1');
const FRAME = [
  Buffer.from('3077af0c9274080241e1c107e6d618e6', 'hex'),
  Buffer.from('f932433186182072008242104116d8f2', 'hex'),
];
const ELF = Buffer.from('\x7fELF\x02\x01\x01', 'latin1');

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    bytes.push(left < 128 ? left : (left % 128) + 128);
    if (left < 128) return Buffer.from(bytes);
  }
}

/** The build information of a Go program as Go 1.18 and later write it. */
export function goBuildInfo(toolchain: string, modules: string): Buffer {
  const text =
    modules === ''
      ? Buffer.alloc(0)
      : Buffer.concat([FRAME[0] ?? '', Buffer.from(modules), FRAME[1] ?? ''].map((part) => Buffer.from(part)));
  const head = Buffer.concat([MAGIC, Buffer.from([8, 2]), Buffer.alloc(16)]);
  const name = Buffer.from(toolchain);
  return Buffer.concat([head, varint(name.length), name, varint(text.length), text]);
}

/** A program with build information at a multiple of sixteen bytes, behind as much other content. */
export function goProgram(toolchain: string, modules: string, before = 8192, head: Uint8Array = ELF): Buffer {
  return Buffer.concat([
    head,
    Buffer.alloc(before - head.length, 7),
    goBuildInfo(toolchain, modules),
    Buffer.alloc(64),
  ]);
}

/** A 64-bit little-endian program of Go 1.17, whose build information points to its strings. */
export function oldGoProgram(toolchain: string, modules: string): Buffer {
  const base = 0x400000;
  const text = Buffer.concat([FRAME[0] ?? Buffer.alloc(0), Buffer.from(modules), FRAME[1] ?? Buffer.alloc(0)]);
  const strings = Buffer.concat([Buffer.from('go1.2.'), Buffer.from(toolchain), Buffer.from('9.9go1.'), text]);
  const stringsAt = 1024;
  const infoAt = Math.ceil((stringsAt + strings.length) / 16) * 16;
  const pointersAt = infoAt + 64;
  const program = Buffer.alloc(pointersAt + 32);
  ELF.copy(program);
  program.writeBigUInt64LE(64n, 32);
  program.writeUInt16LE(56, 54);
  program.writeUInt16LE(1, 56);
  program.writeUInt32LE(1, 64);
  program.writeBigUInt64LE(BigInt(base), 64 + 16);
  program.writeBigUInt64LE(BigInt(program.length), 64 + 32);
  strings.copy(program, stringsAt);
  MAGIC.copy(program, infoAt);
  program[infoAt + 14] = 8;
  program.writeBigUInt64LE(BigInt(base + pointersAt), infoAt + 16);
  program.writeBigUInt64LE(BigInt(base + pointersAt + 16), infoAt + 24);
  program.writeBigUInt64LE(BigInt(base + stringsAt + 6), pointersAt);
  program.writeBigUInt64LE(BigInt(toolchain.length), pointersAt + 8);
  program.writeBigUInt64LE(BigInt(base + stringsAt + 6 + toolchain.length + 7), pointersAt + 16);
  program.writeBigUInt64LE(BigInt(text.length), pointersAt + 24);
  return program;
}
