import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TarError } from '../../../src/image-content/layers/tar-header.js';
import { type TarMember, TarReader } from '../../../src/image-content/layers/tar-reader.js';
import { makeTar } from '../../support/image/image-maker.js';
import { paxRecord, TAR_END, tarData, tarHeader, tarMember } from '../../support/image/tar-blocks.js';

interface Read {
  readonly member: TarMember;
  readonly data: string;
}

function readAll(archive: Uint8Array, pieces = 64 * 1024): readonly Read[] {
  const read: Read[] = [];
  const reader = new TarReader((member) => {
    let data = '';
    return {
      write: (chunk) => {
        data += Buffer.from(chunk).toString('latin1');
      },
      end: () => {
        read.push({ member, data });
      },
    };
  });
  for (let at = 0; at < archive.length; at += pieces) reader.push(archive.subarray(at, at + pieces));
  reader.end();
  return read;
}

describe('members of an archive', () => {
  test('come with their names, modes, owners, links and bytes', async () => {
    const archive = await makeTar([
      { path: 'usr/bin/', mode: 0o755 },
      { path: 'usr/bin/tool', content: 'tool', mode: 0o4755, uid: 10, gid: 20 },
      { path: 'bin', link: 'usr/bin' },
      { path: 'usr/bin/again', link: 'usr/bin/tool', type: 'link' },
    ]);
    const members = readAll(archive).map(({ member, data }) => [
      member.type,
      member.name,
      member.mode,
      member.uid,
      member.gid,
      member.linkName,
      data,
    ]);
    expect(members).toEqual([
      ['5', 'usr/bin/', 0o755, 0, 0, '', ''],
      ['0', 'usr/bin/tool', 0o4755, 10, 20, '', 'tool'],
      ['2', 'bin', 0o644, 0, 0, 'usr/bin', ''],
      ['1', 'usr/bin/again', 0o4755, 0, 0, 'usr/bin/tool', ''],
    ]);
  });

  test('are the same whatever the chunks they come in', async () => {
    const archive = await makeTar([
      { path: 'a', content: 'x'.repeat(1500) },
      { path: `${'deep/'.repeat(60)}file`, content: 'y' },
      { path: 'empty', content: '' },
    ]);
    const whole = readAll(archive);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), (pieces) => expect(readAll(archive, pieces)).toEqual(whole)),
      { numRuns: 40 },
    );
  });

  test('take long names and links from GNU and PAX extensions, GNU last', () => {
    const long = `${'n'.repeat(150)}/file`;
    const archive = Buffer.concat([
      tarMember(
        { name: 'PaxHeader', type: 'x' },
        Buffer.concat([paxRecord('path', 'from-pax'), paxRecord('linkpath', 'pax-target'), paxRecord('uid', '70000')]),
      ),
      tarMember({ name: 'short', type: '2', link: 'x' }),
      tarMember({ name: '././@LongLink', type: 'L' }, `${long}\0`),
      tarMember({ name: '././@LongLink', type: 'K' }, 'long-target\0'),
      tarMember({ name: 'cut', type: '2', link: 'cut' }),
      TAR_END,
    ]);
    expect(readAll(archive).map(({ member }) => [member.name, member.linkName, member.uid])).toEqual([
      ['from-pax', 'pax-target', 70000],
      [long, 'long-target', 0],
    ]);
  });

  test('take their size from PAX, so that what follows is found', () => {
    const archive = Buffer.concat([
      tarMember({ name: 'x', type: 'x' }, paxRecord('size', '600')),
      tarHeader({ name: 'big', size: 0 }),
      tarData('z'.repeat(600)),
      tarMember({ name: 'next' }, 'n'),
      TAR_END,
    ]);
    expect(readAll(archive).map(({ member, data }) => [member.name, data.length])).toEqual([
      ['big', 600],
      ['next', 1],
    ]);
  });

  test('of the old v7 form are directories where their names end in a slash', () => {
    const archive = Buffer.concat([
      tarMember({ name: 'old/', type: '\0', magic: '' }),
      tarMember({ name: 'sly/', type: '0' }, 'x'),
      TAR_END,
    ]);
    expect(readAll(archive).map(({ member }) => member.type)).toEqual(['5', '0']);
  });

  test('that are sparse say so, and their maps are passed over', () => {
    const old = tarHeader({ name: 'old-sparse', type: 'S', size: 4 });
    old[482] = 1;
    old.write('00000010000', 483, 'latin1');
    old.fill(' ', 148, 156);
    old.write(
      `${old
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
      'latin1',
    );
    const archive = Buffer.concat([
      old,
      Buffer.alloc(512),
      tarData('data'),
      tarMember(
        { name: 'x', type: 'x' },
        Buffer.concat([
          paxRecord('GNU.sparse.major', '1'),
          paxRecord('GNU.sparse.minor', '0'),
          paxRecord('GNU.sparse.name', 'new-sparse'),
          paxRecord('GNU.sparse.realsize', '9999'),
        ]),
      ),
      tarMember({ name: 'GNUSparseFile.0/new-sparse' }, '1\n0\n4\n'),
      tarMember({ name: 'plain' }, 'p'),
      TAR_END,
    ]);
    expect(readAll(archive).map(({ member }) => [member.name, member.sparse, member.size])).toEqual([
      ['old-sparse', true, 4096],
      ['new-sparse', true, 9999],
      ['plain', false, 1],
    ]);
  });

  test('keep names apart that are not UTF-8', () => {
    const archive = Buffer.concat([tarMember({ name: 'caf\xe9' }), tarMember({ name: 'caf\xe8' }), TAR_END]);
    expect(readAll(archive).map(({ member }) => member.name)).toEqual(['caf\\xe9', 'caf\\xe8']);
  });

  test('hold sizes in base 256', () => {
    const sizeField = Buffer.alloc(12);
    sizeField[0] = 0x80;
    sizeField[11] = 3;
    const archive = Buffer.concat([tarHeader({ name: 'f', sizeField }), tarData('abc'), TAR_END]);
    expect(readAll(archive)[0]?.data).toBe('abc');
  });

  test('after the end mark are not read, as no runtime reads them', () => {
    const archive = Buffer.concat([tarMember({ name: 'seen' }), TAR_END, tarMember({ name: 'unseen' })]);
    expect(readAll(archive).map(({ member }) => member.name)).toEqual(['seen']);
  });
});

// Each of these once showed the gate other names, or other members, than a runtime unpacks.
describe('archives that are made to be read differently', () => {
  const names = (...parts: readonly Uint8Array[]) =>
    readAll(Buffer.concat([...parts, TAR_END])).map(({ member }) => member.name);

  test('a size may stand behind NULs', () => {
    const sizeField = Buffer.concat([Buffer.alloc(1), Buffer.from('0000001000\0')]);
    const hidden = tarHeader({ name: 'in-the-data', size: 512 });
    expect(names(tarHeader({ name: 'f', sizeField }), hidden, tarMember({ name: 'next' }))).toEqual(['f', 'next']);
  });

  test('a PAX size that is taken back leaves the header its own', () => {
    const taken = Buffer.concat([paxRecord('size', '512'), paxRecord('size', '')]);
    expect(
      names(tarMember({ name: 'x', type: 'x' }, taken), tarHeader({ name: 'f' }), tarHeader({ name: 'g' })),
    ).toEqual(['f', 'g']);
  });

  test('extensions ahead of a global header are spent on it', () => {
    const long = tarMember({ name: 'L', type: 'L' }, 'docs/harmless\0');
    const pax = tarMember({ name: 'x', type: 'x' }, paxRecord('path', 'docs/harmless'));
    const global = tarMember({ name: 'g', type: 'g' }, paxRecord('comment', 'c'));
    const sh = tarMember({ name: 'bin/sh' });
    expect([...names(long, global, sh), ...names(pax, global, sh)]).toEqual(['bin/sh', 'bin/sh']);
  });

  test('an empty long name or target leaves the header its own', () => {
    const long = [
      tarMember({ name: 'L', type: 'L' }, '\0'),
      tarMember({ name: 'K', type: 'K' }, '\0'),
      tarMember({ name: 'bin/sh', type: '1', link: 'bin/x' }),
    ];
    expect(readAll(Buffer.concat([...long, TAR_END]))[0]?.member).toMatchObject({ name: 'bin/sh', linkName: 'bin/x' });
  });

  test('the name of a sparse file counts in the versions that runtimes know, and then before a long one', () => {
    const long = tarMember({ name: 'L', type: 'L' }, 'long\0');
    const sparse = (...records: readonly [string, string][]) =>
      names(
        tarMember(
          { name: 'x', type: 'x' },
          Buffer.concat(
            [['name', 'sparse'] as const, ...records].map(([key, value]) => paxRecord(`GNU.sparse.${key}`, value)),
          ),
        ),
        long,
        tarMember({ name: 'bin/sh' }),
      )[0];
    expect([
      sparse(),
      sparse(['major', '2'], ['minor', '0']),
      sparse(['major', '1']),
      sparse(['major', '1'], ['minor', '0']),
      sparse(['major', '0'], ['minor', '1']),
      sparse(['map', '0,1']),
    ]).toEqual(['long', 'long', 'long', 'sparse', 'sparse', 'sparse']);
  });

  test('the prefix is as long as the form says', () => {
    const prefixed = (magic: string, prefix: string, trailer = '') =>
      names(tarHeader({ name: 'sh', magic, prefix, trailer }))[0];
    const whole = 'p'.repeat(155);
    expect([
      prefixed('ustar\x0000', whole),
      prefixed('ustar\x0000', whole, 'tar\0'),
      prefixed('ustar  \0', 'usr/bin'),
      prefixed('ustar  \0', '00000000000\x0000000000000\0'),
      prefixed('', 'usr/bin'),
    ]).toEqual([`${whole}/sh`, `${'p'.repeat(131)}/sh`, 'usr/bin/sh', 'sh', 'sh']);
  });
});

describe('what is no archive', () => {
  test.each<[string, Buffer, RegExp]>([
    ['a wrong checksum', Buffer.concat([tarHeader({ name: 'f', checksum: '000001\0 ' })]), /checksum/],
    ['a cut member', tarMember({ name: 'f' }, 'x'.repeat(600)).subarray(0, 800), /middle of an entry/],
    ['a cut header', tarHeader({ name: 'f' }).subarray(0, 100), /middle of an entry/],
    ['an extension without a member', tarMember({ name: 'x', type: 'L' }, 'name'), /middle of an entry/],
    ['a lone block of zeros', Buffer.concat([Buffer.alloc(512), tarMember({ name: 'f' })]), /zeros/],
    ['a negative size', tarHeader({ name: 'f', sizeField: Buffer.alloc(12, 0xff) }), /negative/],
    [
      'a size beyond what numbers hold',
      tarHeader({ name: 'f', sizeField: Buffer.concat([Buffer.from([0xbf]), Buffer.alloc(11, 0xff)]) }),
      /too large/,
    ],
    ['a size in words', tarHeader({ name: 'f', sizeField: Buffer.from('lots of it\0\0') }), /octal/],
    ['a PAX record of a wrong length', tarMember({ name: 'x', type: 'x' }, '99 path=f\n'), /wrong length/],
    ['a PAX name with a NUL', tarMember({ name: 'x', type: 'x' }, paxRecord('path', 'a\0b')), /NUL/],
    ['a PAX size that is no number', tarMember({ name: 'x', type: 'x' }, paxRecord('size', '-1')), /whole number/],
  ])('%s is refused', (_, archive, message) => {
    expect(() => readAll(archive)).toThrow(message);
  });

  test('an extended header beyond its limit is refused by name', () => {
    const header = tarHeader({ name: 'x', type: 'x', size: 2 * 1024 * 1024 });
    expect(() => readAll(header)).toThrow(expect.objectContaining({ code: 'limit', limit: 'tar-extension-bytes' }));
  });

  test('any bytes are either read or refused with a TarError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.boolean(), (noise, framed) => {
        const bytes = framed
          ? Buffer.concat([tarMember({ name: 'x', type: 'x' }, noise), tarMember({ name: 'f' }, noise)])
          : noise;
        try {
          readAll(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(TarError);
        }
      }),
      { numRuns: 200 },
    );
  });
});
