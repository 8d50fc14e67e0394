/** A part of a program that is loaded: virtual address, offset in the file and length there. */
export interface Segment {
  readonly address: number;
  readonly offset: number;
  readonly length: number;
}

const LOAD = 1;
const MAX_SEGMENTS = 128;

/**
 * The PT_LOAD segments of an ELF file, as far as its first bytes hold the program headers; empty for anything else.
 * @see https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.pheader.html
 */
export function elfSegments(head: Uint8Array): readonly Segment[] {
  if (head.length < 64 || head[0] !== 0x7f || head[1] !== 0x45 || head[2] !== 0x4c || head[3] !== 0x46) return [];
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const is64 = head[4] === 2;
  const little = head[5] === 1;
  const word = (at: number) => (is64 ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little));
  const table = word(is64 ? 32 : 28);
  const size = view.getUint16(is64 ? 54 : 42, little);
  const count = Math.min(view.getUint16(is64 ? 56 : 44, little), MAX_SEGMENTS);
  const segments: Segment[] = [];
  for (let i = 0; i < count; i += 1) {
    const at = table + i * size;
    if (size < (is64 ? 56 : 32) || at + size > head.length) break;
    if (view.getUint32(at, little) !== LOAD) continue;
    segments.push({
      offset: word(at + (is64 ? 8 : 4)),
      address: word(at + (is64 ? 16 : 8)),
      length: word(at + (is64 ? 32 : 16)),
    });
  }
  return segments;
}

/** Where in the file a virtual address lies; undefined where no segment of the file holds it. */
export function fileOffset(segments: readonly Segment[], address: number): number | undefined {
  const segment = segments.find((one) => address >= one.address && address - one.address < one.length);
  return segment === undefined ? undefined : segment.offset + (address - segment.address);
}
