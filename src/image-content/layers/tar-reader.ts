import { type PaxRecords, readPax } from './pax.js';
import { BLOCK, readTarHeader, TarError, type TarHeader, untilNul } from './tar-header.js';
import { textOf } from './tar-text.js';

/** A PAX header or GNU long name longer than this is refused; Go's archive/tar has the same limit. */
const MAX_EXTENSION_BYTES = 1024 * 1024;

/** One member of an archive, its extensions merged in: `name` is decoded, `size` is a sparse file's with its holes. */
export interface TarMember extends Omit<TarHeader, 'sparse'> {
  readonly capability?: Uint8Array;
  /** The bytes that follow are a sparse file's data and maps, not its content. */
  readonly sparse: boolean;
}

/** Takes a member's bytes. The chunks are only good until the call returns. */
export interface MemberSink {
  write(chunk: Uint8Array): void;
  end(): void;
}

type State =
  | { readonly step: 'header' }
  | { readonly step: 'sparse-map'; readonly header: TarHeader }
  | { readonly step: 'extension'; readonly type: string; readonly chunks: Uint8Array[]; left: number; padding: number }
  | { readonly step: 'data'; readonly sink: MemberSink | null; left: number; readonly padding: number }
  | { readonly step: 'skip'; left: number }
  | { readonly step: 'ended' };

/**
 * Reads a tar archive that is pushed in chunks of any size, without copying file data: each member's bytes go
 * straight from the chunk to the sink that `onMember` returned for it. It stops where Go's archive/tar stops, which
 * is what containerd, Docker and Podman unpack with, so that nothing is in a container that was not read here.
 */
export class TarReader {
  readonly #onMember: (member: TarMember) => MemberSink | null;
  readonly #block = new Uint8Array(BLOCK);
  #blockFill = 0;
  #state: State = { step: 'header' };
  #pax: PaxRecords = {};
  #longName: string | undefined;
  #longLink: string | undefined;
  #zeroBlocks = 0;

  constructor(onMember: (member: TarMember) => MemberSink | null) {
    this.#onMember = onMember;
  }

  /** Takes the next bytes. Throws a TarError when they can't be a tar archive. */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      const state = this.#state;
      switch (state.step) {
        case 'ended':
          return;
        case 'header':
        case 'sparse-map': {
          const block = this.#takeBlock(chunk, at);
          at += block.taken;
          if (block.bytes === null) return;
          if (state.step === 'header') this.#header(block.bytes);
          else if (block.bytes[504] === 0) this.#member(state.header);
          break;
        }
        case 'extension': {
          const take = Math.min(state.left, chunk.length - at);
          state.chunks.push(chunk.slice(at, at + take));
          state.left -= take;
          at += take;
          if (state.left === 0) this.#extension(state);
          break;
        }
        case 'data': {
          const take = Math.min(state.left, chunk.length - at);
          state.sink?.write(chunk.subarray(at, at + take));
          state.left -= take;
          at += take;
          if (state.left === 0) this.#endData(state);
          break;
        }
        case 'skip': {
          const take = Math.min(state.left, chunk.length - at);
          state.left -= take;
          at += take;
          if (state.left === 0) this.#state = { step: 'header' };
          break;
        }
      }
    }
  }

  /** Says that there are no more bytes. Throws a TarError when the archive stops within a member. */
  end(): void {
    const { step } = this.#state;
    if (step === 'ended' || (step === 'header' && this.#blockFill === 0 && !this.#hasPendingExtension())) return;
    throw new TarError('the archive ends in the middle of an entry');
  }

  #takeBlock(chunk: Uint8Array, at: number): { bytes: Uint8Array | null; taken: number } {
    if (this.#blockFill === 0 && chunk.length - at >= BLOCK)
      return { bytes: chunk.subarray(at, at + BLOCK), taken: BLOCK };
    const taken = Math.min(BLOCK - this.#blockFill, chunk.length - at);
    this.#block.set(chunk.subarray(at, at + taken), this.#blockFill);
    this.#blockFill += taken;
    if (this.#blockFill < BLOCK) return { bytes: null, taken };
    this.#blockFill = 0;
    return { bytes: this.#block, taken };
  }

  #header(block: Uint8Array): void {
    const header = readTarHeader(block);
    if (header === null) {
      this.#zeroBlocks += 1;
      if (this.#zeroBlocks === 2) this.#state = { step: 'ended' };
      return;
    }
    if (this.#zeroBlocks === 1) throw new TarError('a single block of zeros precedes a header');
    if ('xgLK'.includes(header.type)) {
      if (header.size > MAX_EXTENSION_BYTES)
        throw new TarError(`an extended header has ${header.size} bytes`, 'tar-extension-bytes');
      const padding = paddingOf(header.size);
      this.#state = { step: 'extension', type: header.type, chunks: [], left: header.size, padding };
      if (header.size === 0) this.#extension(this.#state);
      return;
    }
    if (header.sparse?.extended === true) this.#state = { step: 'sparse-map', header };
    else this.#member(header);
  }

  #extension(state: { type: string; chunks: readonly Uint8Array[]; padding: number }): void {
    const data = Buffer.concat(state.chunks);
    // A global header ("g") holds defaults that the runtimes ignore; but Go hands it out as a member of its own, so
    // that extensions ahead of it are spent.
    if (state.type === 'g') this.#forgetExtensions();
    if (state.type === 'x') this.#pax = readPax(data);
    if (state.type === 'L') this.#longName = textOf(untilNul(data));
    if (state.type === 'K') this.#longLink = textOf(untilNul(data));
    this.#state = state.padding > 0 ? { step: 'skip', left: state.padding } : { step: 'header' };
  }

  #member(header: TarHeader): void {
    const pax = this.#pax;
    // In Go's order; an empty text says nothing.
    const name = pax.sparse?.name || this.#longName || pax.path || header.name;
    const stored = pax.size ?? header.size;
    const type = plainType(header.type, name);
    const isHeaderOnly = '123456'.includes(type);
    const realSize = pax.sparse?.realSize ?? header.sparse?.realSize;
    const sink = this.#onMember({
      name,
      type,
      mode: header.mode,
      uid: pax.uid ?? header.uid,
      gid: pax.gid ?? header.gid,
      size: isHeaderOnly ? 0 : (realSize ?? stored),
      linkName: this.#longLink || pax.linkPath || header.linkName,
      ...(pax.capability === undefined || pax.capability.length === 0 ? {} : { capability: pax.capability }),
      sparse: header.sparse !== undefined || pax.sparse !== undefined,
    });
    this.#forgetExtensions();
    const left = isHeaderOnly ? 0 : stored;
    const data = { step: 'data', sink, left, padding: paddingOf(left) } as const;
    this.#state = data;
    if (left === 0) this.#endData(data);
  }

  #endData(state: { readonly sink: MemberSink | null; readonly padding: number }): void {
    state.sink?.end();
    this.#state = state.padding > 0 ? { step: 'skip', left: state.padding } : { step: 'header' };
  }

  #forgetExtensions(): void {
    this.#pax = {};
    this.#longName = undefined;
    this.#longLink = undefined;
  }

  #hasPendingExtension(): boolean {
    return this.#longName !== undefined || this.#longLink !== undefined || Object.keys(this.#pax).length > 0;
  }
}

/** The v7 form knows no directories: it ends their names with a slash. Contiguous and sparse files are files. */
function plainType(type: string, name: string): string {
  if (type === '\0') return name.endsWith('/') ? '5' : '0';
  return type === '7' || type === 'S' ? '0' : type;
}

function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}
