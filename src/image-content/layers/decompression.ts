import { pipeline } from 'node:stream';
import zlib from 'node:zlib';
import { LAYER_LIMITS } from './limits.js';
import { zstdFrames } from './zstd-frames.js';

/** How a layer's archive is packed, reported by its first bytes: media types lie, and the runtimes sniff as well. */
export type Compression = 'gzip' | 'zstd' | 'none';

/**
 * Each piece that goes in or comes out costs a hop between threads, so the small chunks of the network are gathered;
 * and so much may lie ready that the unpacking thread need not wait while a piece is hashed.
 */
const INPUT_CHUNK = 256 * 1024;
const BUFFERS = { chunkSize: 512 * 1024, highWaterMark: 2048 * 1024 } as const;

/** A layer that fits into one piece and is this small unpacks to little: thousands of them would each hold large buffers. */
const SMALL = 16 * 1024;
const SMALL_BUFFERS = { chunkSize: 64 * 1024 } as const;

/** Sniffs the first four bytes. @see https://www.rfc-editor.org/rfc/rfc1952 and https://www.rfc-editor.org/rfc/rfc8878 */
function compressionOf(head: Uint8Array): Compression {
  const [a, b, c, d] = head;
  if (a === 0x1f && b === 0x8b) return 'gzip';
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd';
  // A skippable frame, which zstd:chunked layers may start with.
  if (a !== undefined && a >> 4 === 5 && b === 0x2a && c === 0x4d && d === 0x18) return 'zstd';
  return 'none';
}

/**
 * Unpacks a stream of compressed chunks. gzip and, where this Node has it, zstd run in native code on another
 * thread, so that hashing and reading go on meanwhile; older Nodes decode zstd in JavaScript. The iterable throws
 * the errors of the source, and an Error when the bytes are damaged or end early.
 */
export async function* decompressed(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const { head, isSmall, all } = await peek(source);
  const buffers = isSmall ? SMALL_BUFFERS : BUFFERS;
  switch (compressionOf(head)) {
    case 'none':
      yield* all;
      return;
    case 'gzip':
      yield* through(gathered(all), zlib.createGunzip(buffers));
      return;
    case 'zstd':
      // Node has it from 22.15 on; the types describe the newest.
      if (typeof zlib.createZstdDecompress === 'function') {
        const params = { [zlib.constants.ZSTD_d_windowLogMax]: LAYER_LIMITS['zstd-window-log'] };
        yield* through(zstdFrames(gathered(all)), zlib.createZstdDecompress({ ...buffers, params }));
      } else {
        const { unzstd } = await import('./unzstd.js');
        yield* unzstd(all);
      }
  }
}

async function* through(
  source: AsyncIterable<Uint8Array>,
  unpack: NodeJS.ReadWriteStream & AsyncIterable<unknown>,
): AsyncIterable<Uint8Array> {
  // An error of the source destroys `unpack` with it, so the loop below throws it: the callback has nothing to add.
  pipeline(source, unpack, () => undefined);
  for await (const chunk of unpack) {
    if (chunk instanceof Uint8Array) yield chunk;
  }
}

async function* gathered(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    waiting.push(chunk);
    bytes += chunk.length;
    if (bytes < INPUT_CHUNK) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}

interface Peeked {
  /** The first four bytes. */
  readonly head: Uint8Array;
  readonly isSmall: boolean;
  /** The whole stream again. */
  readonly all: AsyncIterable<Uint8Array>;
}

/** Looks at the start of a stream. */
async function peek(source: AsyncIterable<Uint8Array>): Promise<Peeked> {
  const iterator = source[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let bytes = 0;
  let isSmall = false;
  while (bytes <= SMALL && !isSmall) {
    const next = await iterator.next();
    if (next.done === true) {
      isSmall = true;
    } else {
      first.push(next.value);
      bytes += next.value.length;
    }
  }
  async function* all(): AsyncIterable<Uint8Array> {
    try {
      yield* first;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { head: Buffer.concat(first).subarray(0, 4), isSmall, all: all() };
}
