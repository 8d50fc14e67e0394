import { randomBytes } from 'node:crypto';
import { constants, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decompressed } from '../../../src/image-content/layers/decompression.js';
import { zstdFrames } from '../../../src/image-content/layers/zstd-frames.js';

const CONTENTS = [
  Buffer.from('one'),
  Buffer.alloc(300_000, 'zeros'),
  randomBytes(150_000),
  Buffer.alloc(0),
  Buffer.from('last'),
];

function frame(content: Uint8Array, checksum: boolean): Buffer {
  return zstdCompressSync(content, { params: { [constants.ZSTD_c_checksumFlag]: checksum ? 1 : 0 } });
}

function skippable(bytes: number): Buffer {
  const head = Buffer.from('5a2a4d1800000000', 'hex');
  head.writeUInt32LE(bytes, 4);
  return Buffer.concat([head, Buffer.alloc(bytes, 0x28)]);
}

const STREAM = Buffer.concat([
  skippable(3),
  ...CONTENTS.flatMap((content, i) => [frame(content, i % 2 === 0), skippable(i * 100)]),
]);

async function* pieces(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('a stream of many zstd frames', () => {
  test('loses its skippable frames and nothing else, whatever the pieces it comes in', async () => {
    const frames = Buffer.concat(CONTENTS.map((content, i) => frame(content, i % 2 === 0)));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 200_000 }), async (size) => {
        expect((await all(zstdFrames(pieces(STREAM, size)))).equals(frames)).toBe(true);
      }),
      { numRuns: 25, examples: [[1], [3], [4], [5], [7]] },
    );
  });

  test('is decoded to its end', async () => {
    const decoded = await all(decompressed(pieces(STREAM, 1000)));
    expect(decoded.equals(Buffer.concat(CONTENTS))).toBe(true);
  });

  test('with something else between its frames is refused', async () => {
    const broken = Buffer.concat([frame(Buffer.from('a'), true), Buffer.from('garbage')]);
    await expect(all(zstdFrames(pieces(broken, 10)))).rejects.toThrow('magic number');
  });
});
