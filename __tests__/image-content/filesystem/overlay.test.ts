import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FileTree, walk } from '../../../src/image-content/filesystem/file-tree.js';
import { layOver, type Overlay } from '../../../src/image-content/filesystem/overlay.js';
import { findPrograms } from '../../../src/image-content/filesystem/programs.js';
import { newNode, nodePath } from '../../../src/image-content/filesystem/tree-node.js';
import type { LayerFacts } from '../../../src/image-content/layers/layer-facts.js';
import { readLayer } from '../../../src/image-content/layers/read-layer.js';
import { optionalField } from '../../../src/lib/collections.js';
import { digestOf } from '../../../src/references/digest.js';
import { type LayerFile, makeTar } from '../../support/image/image-maker.js';

async function overlay(...layers: (readonly LayerFile[])[]): Promise<Overlay> {
  const read: LayerFacts[] = [];
  for (const files of layers) {
    const tar = await makeTar(files);
    const layer = await readLayer(
      (async function* () {
        yield tar;
      })(),
      digestOf(tar),
    );
    if (!layer.ok) throw new Error(layer.error.message);
    read.push(layer.value);
  }
  const laid = layOver(read);
  if (!laid.ok) throw new Error(laid.error.message);
  return laid.value;
}

function paths(tree: FileTree): readonly string[] {
  return [...tree.entries()].map(({ type, path }) => (type === 'directory' ? `${path}/` : path)).sort();
}

describe('layers laid over each other', () => {
  test('a whiteout hides what is below and nothing of its own layer', async () => {
    const { tree } = await overlay(
      [{ path: 'a' }, { path: 'b' }, { path: 'd/' }, { path: 'd/deep' }],
      [{ path: 'a', content: 'new' }, { path: '.wh.a' }, { path: '.wh.b' }, { path: '.wh.d' }],
    );
    expect(paths(tree)).toEqual(['a']);
    expect(tree.get('a')?.size).toBe(3);
  });

  test('an opaque directory hides what is below, wherever in its layer the mark stands', async () => {
    const { tree } = await overlay(
      [{ path: 'd/' }, { path: 'd/old' }, { path: 'd/sub/' }, { path: 'd/sub/old' }],
      [{ path: 'd/new' }, { path: 'd/.wh..wh..opq' }],
    );
    expect(paths(tree)).toEqual(['d/', 'd/new']);
  });

  test('a whiteout of a whiteout is passed over, and one of nothing does nothing', async () => {
    const { tree, unread } = await overlay([{ path: 'a' }], [{ path: '.wh..wh.a' }, { path: 'x/.wh.none' }]);
    expect([paths(tree), unread]).toEqual([['a'], []]);
  });

  test('a file over a directory takes everything below it away, and a directory over a file starts empty', async () => {
    const { tree } = await overlay(
      [{ path: 'd/' }, { path: 'd/x' }, { path: 'f' }],
      [{ path: 'd', content: '' }, { path: 'f/' }, { path: 'f/y' }],
    );
    expect(paths(tree)).toEqual(['d', 'f/', 'f/y']);
  });

  test('a directory over a directory keeps its children and takes the new mode', async () => {
    const { tree } = await overlay([{ path: 'd/', mode: 0o755 }, { path: 'd/x' }], [{ path: 'd/', mode: 0o777 }]);
    expect([paths(tree), tree.get('d')?.mode]).toEqual([['d/', 'd/x'], 0o777]);
  });

  test('parents are found through the links of layers below, as after usrmerge', async () => {
    const { tree } = await overlay(
      [{ path: 'usr/lib/' }, { path: 'lib', link: 'usr/lib' }],
      [{ path: 'lib/x.so' }, { path: 'lib/.wh.none' }],
    );
    expect(paths(tree)).toEqual(['lib', 'usr/lib/', 'usr/lib/x.so']);
    expect([tree.get('lib/x.so')?.path, tree.get('/lib/x.so')?.path]).toEqual(['usr/lib/x.so', 'usr/lib/x.so']);
  });

  test('a whiteout or an opaque mark hides nothing through a link, which its own layer may replace', async () => {
    const base = [{ path: 'usr/bin/' }, { path: 'usr/bin/sh', mode: 0o755 }, { path: 'l', link: 'usr/bin' }];
    const whiteout = await overlay(base, [{ path: 'l/' }, { path: 'l/.wh.sh' }]);
    const opaque = await overlay(base, [{ path: 'l/' }, { path: 'l/.wh..wh..opq' }]);
    const link = await overlay(base, [{ path: '.wh.l' }]);
    expect([whiteout, opaque, link].map(({ tree }) => tree.get('usr/bin/sh')?.mode)).toEqual([0o755, 0o755, 0o755]);
    expect(link.tree.get('l')).toBeUndefined();
  });

  test('a file that is replaced through a link is named, since not every runtime replaces it', async () => {
    const base = [
      { path: 'usr/bin/sh', mode: 0o755 },
      { path: 'l', link: 'usr/bin' },
    ];
    const { unread } = await overlay(base, [{ path: 'l/sh', content: 'x' }]);
    expect(unread).toEqual([{ path: 'l/sh', reason: expect.stringContaining('replaces /usr/bin/sh through a link') }]);
  });

  test('hard links share what they name, in their own layer and below', async () => {
    const { tree } = await overlay(
      [
        { path: 'a', content: 'one', mode: 0o4755 },
        { path: 'b', type: 'link', link: 'a' },
      ],
      [{ path: 'c', type: 'link', link: 'b', mode: 0o4755 }],
    );
    expect(['a', 'b', 'c'].map((path) => tree.get(path)?.content?.md5)).toEqual(
      Array(3).fill('f97c5d29941bfb1b2fdab0874906ab82'),
    );
    expect(tree.get('c')).toMatchObject({ mode: 0o4755, hardLinkTo: 'b' });
  });

  test('the last header of a file with several names holds for all of them, in layers above as well', async () => {
    const base = [
      { path: 'a', content: 'one', mode: 0o755 },
      { path: 'b', type: 'link', link: 'a', mode: 0o4755, uid: 0, gid: 5 },
    ] as const;
    const modes = async (...layers: Parameters<typeof overlay>) => {
      const { tree } = await overlay(...layers);
      return ['a', 'b', 'c'].map((path) => tree.get(path)?.mode.toString(8));
    };
    expect(await modes([...base])).toEqual(['4755', '4755', undefined]);
    expect(await modes([...base], [{ path: 'c', type: 'link', link: 'a', mode: 0o666 }])).toEqual([
      '666',
      '666',
      '666',
    ]);
    expect((await overlay([...base])).tree.get('a')).toMatchObject({ uid: 0, gid: 5 });
    const replaced = [
      { path: 'c', type: 'link', link: 'a', mode: 0o6755 },
      { path: 'b', content: 'other', mode: 0o644 },
    ] as const;
    expect(await modes([...base], [...replaced])).toEqual(['6755', '644', '6755']);
  });

  test('a library that a hard link makes a program of is named, since it was not searched', async () => {
    const elf = '\x7fELF';
    const made = (path: string, mode: number) =>
      overlay([
        { path, content: elf, mode: 0o644 },
        { path: 'bin/sh', type: 'link', link: path, mode },
      ]);
    expect((await made('lib/x.so', 0o755)).unread.map(({ path }) => path)).toEqual(['lib/x.so', 'bin/sh']);
    expect((await made('lib/x.so', 0o644)).unread).toEqual([]);
    expect((await made('lib/x', 0o755)).unread).toEqual([]);
    const programs = async (mode: number) => {
      const data = { path: 'opt/data.bin', content: '\x7fELF BusyBox v1.36.1', mode: 0o644 };
      const { tree } = await overlay([data, { path: 'opt/tool', type: 'link', link: data.path, mode }]);
      return findPrograms(tree, []).map(({ path, knownBy }) => `${path} ${knownBy}`);
    };
    expect(await programs(0o755)).toEqual(['opt/data.bin content', 'opt/tool content']);
    expect(await programs(0o644)).toEqual([]);
  });

  test('what has no place is named: a hard link to nothing, a path through links that loop', async () => {
    const { unread } = await overlay([
      { path: 'h', type: 'link', link: 'nowhere' },
      { path: 'd/' },
      { path: 'g', type: 'link', link: 'd' },
      { path: 'l1', link: 'l2' },
      { path: 'l2', link: 'l1' },
      { path: 'l1/x' },
    ]);
    expect(unread.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
      'h: it is a hard link to /nowhere, which does not exist',
      'g: it is a hard link to the directory /d',
      'l1/x: the links in its path form a loop',
    ]);
  });

  test('the later of two members of one name counts', async () => {
    const { tree } = await overlay([
      { path: 'a', content: '1' },
      { path: 'a', content: '22' },
    ]);
    expect(tree.get('a')?.size).toBe(2);
  });

  test('what lies below a file counts, though runtimes refuse it', async () => {
    const { tree } = await overlay([
      { path: 'f', content: 'x' },
      { path: 'f/sh', mode: 0o755 },
    ]);
    expect(tree.get('f/sh')?.mode).toBe(0o755);
  });
});

describe('links', () => {
  test('are followed inside the root, and never out of it', async () => {
    const { tree } = await overlay([
      { path: 'bin', link: '../../../usr/bin' },
      { path: 'usr/bin/tool' },
      { path: 'usr/bin/t2', link: '/bin/tool' },
      { path: 'usr/bin/t3', link: '../../usr/./bin/t2' },
      { path: 'loop', link: 'loop' },
      { path: 'dangling', link: 'usr/none' },
    ]);
    expect(
      ['bin/tool', 'usr/bin/t2', 'usr/bin/t3', 'loop', 'dangling', 'usr/bin/tool/x'].map(
        (path) => tree.resolve(path)?.path,
      ),
    ).toEqual(['usr/bin/tool', 'usr/bin/tool', 'usr/bin/tool', undefined, undefined, undefined]);
  });
});

describe('trees made to exhaust', () => {
  test('directories that nobody lists are counted', () => {
    const entries = Array.from({ length: 400 }, (_, i) => ({
      path: `${i}/${'d/'.repeat(2000)}f`,
      type: 'file' as const,
      mode: 0o644,
      uid: 0,
      gid: 0,
      size: 0,
    }));
    const layer = { diffId: 'sha256:', uncompressedBytes: 0, entries, whiteouts: [], opaque: [], unread: [] };
    expect(layOver([layer])).toMatchObject({ ok: false, error: { limit: 'implied-directories' } });
  });

  test('members whose directories lie on long ways are counted by their steps', () => {
    const member = (path: string, linkTarget?: string) => ({
      path,
      type: linkTarget === undefined ? ('file' as const) : ('link' as const),
      mode: 0o644,
      uid: 0,
      gid: 0,
      size: 0,
      ...optionalField('linkTarget', linkTarget),
    });
    const detour = './'.repeat(1900);
    const entries = [
      member('d/a', `${detour}b`),
      member('d/b', `${detour}c`),
      // Each in another directory than the one before.
      ...Array.from({ length: 40_000 }, (_, i) => member(`d/a/${i}`, i === 0 ? undefined : 'x')),
    ];
    const layer = { diffId: 'sha256:', uncompressedBytes: 0, entries, whiteouts: [], opaque: [], unread: [] };
    expect(layOver([layer])).toMatchObject({ ok: false, error: { limit: 'path-steps' } });
  });

  test('a directory may have more children than a call takes arguments', async () => {
    const entries = Array.from({ length: 200_000 }, (_, i) => linkTo(`l${i}`, `l${i + 1}`));
    const laid = layOver([{ diffId: 'sha256:', uncompressedBytes: 0, entries, whiteouts: [], opaque: [], unread: [] }]);
    if (!laid.ok) throw new Error(laid.error.message);
    const { tree } = laid.value;
    expect([...tree.entries()]).toHaveLength(200_000);
    // A chain that leads nowhere, asked for from every link of it.
    expect(entries.filter(({ path }) => tree.resolve(path) !== undefined)).toEqual([]);
  });

  test('links on long ways lead where Linux would end up, and no further than forty of them', async () => {
    const detour = '../d/'.repeat(700);
    const links = Array.from({ length: 41 }, (_, i) => ({ path: `d/l${i}`, link: `${detour}l${i + 1}` }));
    const { tree } = await overlay([{ path: 'd/' }, ...links, { path: 'd/l41' }]);
    expect(tree.resolve('d/l0')).toBeUndefined();
    expect(tree.resolve('d/l1')?.path).toBe('d/l41');
    expect(tree.resolve('d/l40')?.path).toBe('d/l41');
  });

  test('what is remembered of links is what walking each path by itself finds', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const target = fc
      .array(fc.constantFrom('a', 'b', 'c', '..', '.'), { minLength: 1, maxLength: 4 })
      .chain((parts) => fc.constantFrom(parts.join('/'), `/${parts.join('/')}`));
    const members = fc.array(
      fc.tuple(fc.array(name, { minLength: 1, maxLength: 3 }), fc.option(target, { nil: undefined })),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(members, (made) => {
        const root = newNode(null, '');
        for (const [parts, link] of made) {
          let at = root;
          for (const part of parts) {
            at.children ??= new Map();
            const child = at.children.get(part) ?? newNode(at, part);
            at.children.set(part, child);
            at = child;
          }
          if (at.children === null) at.entry = linkTo(parts.join('/'), link ?? '/');
        }
        const tree = new FileTree(root);
        for (const [parts] of made)
          for (const path of [parts.join('/'), `${parts.join('/')}/a`, `${parts.join('/')}/../b`]) {
            const found = walk(root, root, path, true);
            expect(tree.realPath(path)).toBe(found === null ? undefined : nodePath(found));
            expect(tree.get(path)).toBe(walk(root, root, path, false)?.entry ?? undefined);
          }
      }),
    );
  });
});

function linkTo(path: string, linkTarget: string) {
  return { path, type: 'link' as const, mode: 0o777, uid: 0, gid: 0, size: 0, linkTarget };
}
