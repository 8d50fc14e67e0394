import { ByteRange, ByteSearch } from './byte-search.js';
import type { CandidateFile, CatalogedPackage, Cataloger, FileCatalog, FileReader } from './cataloger.js';
import { EMPTY } from './cataloger.js';
import { elfSegments, fileOffset, type Segment } from './elf-segments.js';
import { readGoModules, standardLibraryVersion } from './go-modules.js';
import { CATALOG_LIMITS } from './limits.js';

/** Begins the build information of every Go program since 1.13. */
const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1');
const ALIGNMENT = 16;
/** From the byte after the magic number: pointer size, flags, and two addresses or nothing. */
const HEADER_BYTES = 18;
/** Where the strings begin in the form since Go 1.18, counted like the header. */
const STRINGS_AT = 18;
const INLINE = 2;
const BIG_ENDIAN = 1;
/** Frames the module text in a program's data. @see https://cs.opensource.google/go/go/+/master:src/cmd/go/internal/modload/build.go */
const TEXT_START = Buffer.from('3077af0c9274080241e1c107e6d618e6', 'hex');
const TEXT_END = Buffer.from('f932433186182072008242104116d8f2', 'hex');
const TOOLCHAIN = Buffer.from('go1.');
const MAX_TOOLCHAIN_BYTES = 128;
/** Programs hold the magic number more than once where they look for it in others. */
const MAX_COPIES = 8;
/** Texts that may be the toolchain's name; real programs have some dozens. */
const MAX_CANDIDATES = 4096;
/** Of larger programs, only those that say they are Go's are searched for what the old form points to. */
const ALWAYS_SEARCHED = 1024 * 1024;
/** ELF's note with the build id, and what stands at the beginning of Go's code elsewhere. */
const GO_MARKS = [Buffer.from('\x04\0\0\0Go\0\0', 'latin1'), Buffer.from('Go build ID: "', 'latin1')] as const;

/** Reads the build information that every Go program carries, stripped or not, regardless of its name and mode. */
export const goCataloger: Cataloger = {
  id: 'go',
  kinds: ['program'],
  open: (file) => new GoReader(file),
};

/** The addresses of two Go strings (toolchain, module text), as the form of Go 1.13 to 1.17 has them. */
interface Pointers {
  readonly size: 4 | 8;
  readonly little: boolean;
  readonly toolchain: ByteRange | undefined;
  readonly modules: ByteRange | undefined;
}

/**
 * Finds the build information as the program streams by. The form since Go 1.18 has its strings behind it. The form
 * before points to them, mostly backwards: what may be meant is remembered with its place, and looked up at the end.
 *
 * @see https://cs.opensource.google/go/go/+/master:src/debug/buildinfo/buildinfo.go
 */
class GoReader implements FileReader {
  readonly #file: CandidateFile;
  readonly #magic = new ByteSearch(MAGIC);
  readonly #texts = new ByteSearch(TEXT_START);
  readonly #toolchains = new ByteSearch(TOOLCHAIN);
  #offset = 0;
  #segments: readonly Segment[] = [];
  #searchesOld = false;
  #isMarked = false;
  #headers: ByteRange[] = [];
  #ranges: ByteRange[] = [];
  #inline: InlineStrings | null = null;
  #pointers: Pointers | null = null;
  readonly #textRanges: ByteRange[] = [];
  readonly #toolchainRanges: ByteRange[] = [];
  #copies = 0;

  constructor(file: CandidateFile) {
    this.#file = file;
  }

  write(chunk: Uint8Array): void {
    if (this.#offset === 0) this.#begin(chunk);
    if (this.#inline?.isComplete !== true) this.#search(chunk);
    this.#offset += chunk.length;
  }

  #begin(head: Uint8Array): void {
    const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
    this.#segments = elfSegments(bytes);
    this.#isMarked = GO_MARKS.some((mark) => bytes.includes(mark));
    this.#searchesOld = this.#file.size <= ALWAYS_SEARCHED || this.#isMarked;
  }

  #search(chunk: Uint8Array): void {
    if (this.#inline === null) {
      for (const at of this.#magic.in(chunk)) {
        if (at % ALIGNMENT !== 0 || this.#copies >= MAX_COPIES) continue;
        this.#copies += 1;
        this.#headers.push(new ByteRange(at + MAGIC.length, HEADER_BYTES));
      }
      if (this.#searchesOld) this.#searchOld(chunk);
      this.#headers = this.#headers.filter((header) => {
        const isOpen = header.write(chunk, this.#offset);
        if (!isOpen && header.length === HEADER_BYTES) this.#header(header);
        return isOpen;
      });
    }
    this.#inline?.write(chunk, this.#offset);
    this.#ranges = this.#ranges.filter((range) => range.write(chunk, this.#offset));
  }

  #searchOld(chunk: Uint8Array): void {
    for (const at of this.#texts.in(chunk)) {
      this.#keep(this.#textRanges, at + TEXT_START.length, CATALOG_LIMITS['go-module-bytes'], MAX_COPIES);
    }
    for (const at of this.#toolchains.in(chunk)) {
      this.#keep(this.#toolchainRanges, at + TOOLCHAIN.length, MAX_TOOLCHAIN_BYTES, MAX_CANDIDATES);
    }
  }

  #keep(kept: ByteRange[], start: number, length: number, most: number): ByteRange | undefined {
    if (kept.length >= most) return undefined;
    const range = new ByteRange(start, length);
    kept.push(range);
    this.#ranges.push(range);
    return range;
  }

  #header({ bytes, start }: ByteRange): void {
    const [size, flags = 0] = bytes;
    if (this.#inline !== null || (size !== 4 && size !== 8)) return;
    if ((flags & INLINE) !== 0) {
      this.#inline = new InlineStrings(start + STRINGS_AT);
      return;
    }
    if (this.#pointers !== null || flags > BIG_ENDIAN) return;
    const little = flags !== BIG_ENDIAN;
    const headerAt = (at: number) => {
      const offset = fileOffset(this.#segments, readAddress(bytes, at, size, little));
      return offset === undefined ? undefined : this.#keep([], offset, size * 2, 1);
    };
    this.#pointers = { size, little, toolchain: headerAt(2), modules: headerAt(2 + size) };
  }

  end(): FileCatalog {
    if (this.#inline !== null) {
      const { toolchain, modules, problem } = this.#inline.read();
      return catalogOf(toolchain, modules, problem === undefined ? [] : [problem]);
    }
    if (this.#pointers !== null) return this.#oldForm(this.#pointers);
    // Before Go 1.13 programs said nothing of what they are made of.
    return this.#isMarked ? catalogOf('', '', []) : EMPTY;
  }

  #oldForm({ size, little, toolchain, modules }: Pointers): FileCatalog {
    const problem = 'it is a program built with Go 1.17 or older, whose build information could not be read in full';
    const target = (range: ByteRange | undefined) => {
      if (range === undefined || range.length < size * 2) return undefined;
      const offset = fileOffset(this.#segments, readAddress(range.bytes, 0, size, little));
      return offset === undefined ? undefined : { offset, length: readAddress(range.bytes, size, size, little) };
    };
    const name = target(toolchain);
    const range = this.#toolchainRanges.find(({ start }) => start - TOOLCHAIN.length === name?.offset);
    const text = target(modules);
    // A program has one module text, so it is known even where what points to it is not.
    const [only, ...others] = this.#textRanges;
    const framed =
      this.#textRanges.find(({ start }) => start - TEXT_START.length === text?.offset) ??
      (others.length === 0 ? only : undefined);
    const version =
      range === undefined || name === undefined
        ? ''
        : `${TOOLCHAIN.toString()}${range.bytes.toString('latin1', 0, Math.max(0, name.length - TOOLCHAIN.length))}`;
    const end = framed?.bytes.indexOf(TEXT_END) ?? -1;
    const isWhole = version !== '' && (end >= 0 || text?.length === 0);
    return catalogOf(version, end < 0 ? '' : (framed?.bytes.toString('utf8', 0, end) ?? ''), isWhole ? [] : [problem]);
  }
}

function readAddress(bytes: Buffer, at: number, size: 4 | 8, little: boolean): number {
  if (size === 4) return little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  return Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
}

/** Toolchain and module text, each behind its length, as Go 1.18 and later write them. */
class InlineStrings {
  readonly #range: ByteRange;
  /** Bytes that are needed to read on. */
  #needed = 1;
  #found: { readonly toolchain: string; readonly modules: string; readonly problem?: string } | undefined;

  constructor(start: number) {
    this.#range = new ByteRange(start, CATALOG_LIMITS['go-module-bytes'] + MAX_TOOLCHAIN_BYTES + 2 * MAX_VARINT);
  }

  write(chunk: Uint8Array, offset: number): void {
    const isOpen = this.#range.write(chunk, offset);
    if (!this.isComplete && (this.#range.length >= this.#needed || !isOpen)) this.#found = this.#parse();
  }

  get isComplete(): boolean {
    return this.#found !== undefined;
  }

  read(): { readonly toolchain: string; readonly modules: string; readonly problem?: string } {
    return this.#found ?? { toolchain: '', modules: '', problem: 'its Go build information is truncated' };
  }

  #parse(): { readonly toolchain: string; readonly modules: string; readonly problem?: string } | undefined {
    const { bytes } = this.#range;
    const toolchain = readString(bytes, 0, MAX_TOOLCHAIN_BYTES);
    if (toolchain.kind === 'short') return this.#wait(toolchain.needed);
    if (toolchain.kind === 'long')
      return { toolchain: '', modules: '', problem: 'its Go build information is damaged' };
    const modules = readString(bytes, toolchain.end, CATALOG_LIMITS['go-module-bytes']);
    if (modules.kind === 'short') return this.#wait(modules.needed);
    const version = toolchain.bytes.toString('utf8');
    if (modules.kind === 'long') {
      const problem = `its Go modules take more than ${CATALOG_LIMITS['go-module-bytes']} bytes (limit go-module-bytes)`;
      return { toolchain: version, modules: '', problem };
    }
    // Sixteen bytes frame it on either side.
    const isFramed = modules.bytes.length >= 33 && modules.bytes.at(-17) === 0x0a;
    return {
      toolchain: version,
      modules: isFramed ? modules.bytes.toString('utf8', 16, modules.bytes.length - 16) : '',
    };
  }

  #wait(needed: number): undefined {
    this.#needed = needed;
    return undefined;
  }
}

const MAX_VARINT = 10;

type ReadString =
  | { readonly kind: 'read'; readonly bytes: Buffer; readonly end: number }
  | { readonly kind: 'short'; readonly needed: number }
  | { readonly kind: 'long' };

/** A string behind its length as an unsigned LEB128 number. */
function readString(bytes: Buffer, at: number, most: number): ReadString {
  let length = 0;
  for (let i = 0; i < MAX_VARINT; i += 1) {
    const byte = bytes[at + i];
    if (byte === undefined) return { kind: 'short', needed: at + i + 1 };
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte >= 0x80) continue;
    if (length > most) return { kind: 'long' };
    const start = at + i + 1;
    if (bytes.length < start + length) return { kind: 'short', needed: start + length };
    return { kind: 'read', bytes: bytes.subarray(start, start + length), end: start + length };
  }
  return { kind: 'long' };
}

function catalogOf(toolchain: string, text: string, problems: readonly string[]): FileCatalog {
  const packages: CatalogedPackage[] = [
    ...readGoModules(text),
    { type: 'golang', name: 'stdlib', version: standardLibraryVersion(toolchain) },
  ];
  const most = CATALOG_LIMITS['packages'];
  return {
    packages: packages.slice(0, most),
    unread: [],
    problems: packages.length > most ? [...problems, `it has more than ${most} modules (limit packages)`] : problems,
  };
}
