import { randomBytes } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { readLayer } from '../../../src/image-content/layers/read-layer.js';
import { unzstd } from '../../../src/image-content/layers/unzstd.js';
import { digestOf } from '../../../src/references/digest.js';
import { type LayerFile, makeTar } from '../../support/image/image-maker.js';
import { fakeKey } from '../../support/image/planted-secrets.js';
import { TAR_END, tarMember } from '../../support/image/tar-blocks.js';

async function* pieces(bytes: Uint8Array, size = 700): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(tar: Uint8Array, packed: Uint8Array = gzipSync(tar)) {
  return readLayer(pieces(packed), digestOf(tar));
}

const FILES: readonly LayerFile[] = [
  { path: './usr/', mode: 0o755 },
  { path: './usr/bin/su', content: '\x7fELF', mode: 0o4755 },
  { path: '/etc/noise', content: randomBytes(200_000) },
  { path: 'etc/.wh.gone' },
  { path: 'var/.wh..wh..opq' },
  { path: 'var/.wh..wh.plnk' },
];

describe('a layer', () => {
  test('shows of its files, whiteouts and opaque directories by paths relative to the root', async () => {
    const layer = await read(await makeTar(FILES));
    if (!layer.ok) throw new Error(layer.error.message);
    expect(layer.value.entries.map((entry) => entry.path)).toEqual(['usr', 'usr/bin/su', 'etc/noise']);
    expect(layer.value.whiteouts).toEqual(['etc/gone']);
    expect(layer.value.opaque).toEqual(['var']);
  });

  test('says the same packed by gzip, by several gzips, by zstd, and not at all', async () => {
    const tar = await makeTar(FILES);
    const half = Math.floor(tar.length / 2);
    const packed = [
      gzipSync(tar),
      Buffer.concat([gzipSync(tar.subarray(0, half)), gzipSync(tar.subarray(half))]),
      Buffer.concat([zstdCompressSync(tar.subarray(0, half)), zstdCompressSync(tar.subarray(half))]),
      // zstd:chunked layers carry their index in skippable frames.
      Buffer.concat([Buffer.from('502a4d1804000000', 'hex'), Buffer.from('toc!'), zstdCompressSync(tar)]),
      tar,
    ];
    const layers = await Promise.all(packed.map((bytes) => read(tar, bytes)));
    for (const layer of layers) expect(layer).toEqual(layers[0]);
    expect(layers[0]?.ok).toBe(true);
  });

  test('says the same in whatever pieces it comes', async () => {
    const tar = await makeTar([
      {
        path: 'shell',
        content: Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(9000, 1), Buffer.from('BusyBox v1.36.1')]),
        mode: 0o755,
      },
      { path: 'script', content: `#!/usr/bin/env -S node --x\n${'//'.repeat(6000)}` },
      { path: 'key', content: `${'a line\n'.repeat(3000)}${fakeKey('EC ')}` },
      { path: 'noise', content: randomBytes(20_000) },
    ]);
    const whole = await readLayer(pieces(tar, tar.length), digestOf(tar));
    expect(whole).toMatchObject({
      ok: true,
      value: {
        entries: [
          { content: { programs: ['busybox'] } },
          { content: { interpreter: 'node' } },
          { content: { secrets: [{ line: 3001 }] } },
          { content: { form: 'binary' } },
        ],
      },
    });
    for (const size of [1, 2, 3, 511, 513, 4097])
      expect(await readLayer(pieces(tar, size), digestOf(tar))).toEqual(whole);
  });

  test('in zstd is decoded in JavaScript to the same bytes, where Node can not do it', async () => {
    const tar = await makeTar(FILES);
    const out: Uint8Array[] = [];
    for await (const chunk of unzstd(pieces(zstdCompressSync(tar)))) out.push(chunk);
    expect(Buffer.concat(out).equals(tar)).toBe(true);
  });

  test('that hashes to another diffID is refused, with both named', async () => {
    const tar = await makeTar([{ path: 'a' }]);
    const wanted = digestOf(Buffer.from('another'));
    const layer = await readLayer(pieces(gzipSync(tar)), wanted);
    expect(layer).toEqual({ ok: false, error: { code: 'malformed', message: expect.stringContaining(wanted) } });
    expect(layer.ok ? '' : layer.error.message).toContain(digestOf(tar));
  });

  test.each<[string, (tar: Buffer) => Uint8Array]>([
    ['cut gzip', (tar) => gzipSync(tar).subarray(0, 5000)],
    ['damaged gzip', (tar) => gzipSync(tar).fill(0x55, 3000, 3100)],
    ['cut zstd', (tar) => zstdCompressSync(tar).subarray(0, 5000)],
    ['damaged zstd', (tar) => zstdCompressSync(tar).fill(0x55, 3000, 3100)],
    ['a cut archive', (tar) => tar.subarray(0, 5000)],
    ['nothing', () => new Uint8Array(0)],
    ['noise', () => randomBytes(4000)],
  ])('of %s is malformed', async (_, damage) => {
    const tar = await makeTar(FILES);
    expect(await read(tar, damage(tar))).toMatchObject({ ok: false, error: { code: 'malformed' } });
  });

  test('throws on what its source throws', async () => {
    async function* failing(): AsyncIterable<Uint8Array> {
      yield gzipSync(Buffer.alloc(10_000)).subarray(0, 20);
      throw new Error('the connection was cut');
    }
    await expect(readLayer(failing(), digestOf(Buffer.alloc(0)))).rejects.toThrow('the connection was cut');
  });

  test('that unpacks to hundreds of times its size passes a limit, by name', async () => {
    const bomb = Buffer.concat([tarMember({ name: 'zeros' }, Buffer.alloc(100 * 1024 * 1024)), TAR_END]);
    expect(await read(bomb)).toMatchObject({ ok: false, error: { code: 'limit', limit: 'layer-compression-ratio' } });
  });

  test.each([
    ['a path that leaves the root', '../etc/passwd', /leaves the image's root/],
    ['a path that leaves it later', 'usr/../../etc/passwd', /leaves the image's root/],
    ['a whiteout of nothing', 'etc/.wh.', /names no file/],
    ['a whiteout of the directory above', 'etc/.wh...', /names no file/],
  ])('with %s is malformed', async (_, name, message) => {
    const layer = await read(Buffer.concat([tarMember({ name }, 'x'), TAR_END]));
    expect(layer).toMatchObject({ ok: false, error: { code: 'malformed', message: expect.stringMatching(message) } });
  });

  test('with a path longer than Linux opens passes a limit, by name', async () => {
    const layer = await read(
      Buffer.concat([tarMember({ name: 'L', type: 'L' }, 'a/'.repeat(3000)), tarMember({ name: 'f' }), TAR_END]),
    );
    expect(layer).toMatchObject({ ok: false, error: { code: 'limit', limit: 'path-bytes' } });
  });

  test('with members that no runtime unpacks names them', async () => {
    const layer = await read(
      Buffer.concat([tarMember({ name: 'volume', type: 'V' }), tarMember({ name: 'f' }), TAR_END]),
    );
    expect(layer).toMatchObject({
      ok: true,
      value: { unread: [{ path: 'volume', reason: expect.stringContaining('"V"') }] },
    });
  });
});
