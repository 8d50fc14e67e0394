import { readSync } from 'node:fs';

/** Bytes that can be read at any offset. */
export interface ByteSource {
  /** In bytes. */
  readonly size: number;
  /** Up to `length` bytes from an offset. The result stays valid after later reads. */
  read(position: number, length: number): Buffer;
}

/** A source over bytes in memory. */
export function bufferSource(bytes: Buffer): ByteSource {
  return { size: bytes.length, read: (position, length) => bytes.subarray(position, position + length) };
}

/** A part of another source. The caller knows that it lies within. */
export function partOfSource(source: ByteSource, start: number, size: number): ByteSource {
  return {
    size,
    read: (position, length) => source.read(start + position, Math.max(0, Math.min(length, size - position))),
  };
}

/**
 * An open file, read through a window of `window` bytes that moves: what is read next mostly lies near, and each call of
 * the system costs. Throws what the system throws.
 */
export function fileSource(descriptor: number, size: number, window: number): ByteSource {
  let bytes: Buffer = Buffer.alloc(0);
  let start = 0;
  return {
    size,
    read: (position, length) => {
      if (position < start || position + length > start + bytes.length) {
        bytes = readAt(descriptor, position, Math.max(window, length));
        start = position;
      }
      return bytes.subarray(position - start, position - start + length);
    },
  };
}

function readAt(descriptor: number, position: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const read = readSync(descriptor, buffer, filled, length - filled, position + filled);
    if (read === 0) break;
    filled += read;
  }
  return buffer.subarray(0, filled);
}
