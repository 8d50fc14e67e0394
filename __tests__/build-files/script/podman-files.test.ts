import { describe, expect, test } from '@jest/globals';
import { readRepository } from '../../../src/build-files/read.js';
import type { ReadingOptions } from '../../../src/build-files/reading.js';
import { openWorkingTree } from '../../../src/build-files/working-tree.js';
import { makeRepository } from '../../support/process/scratch-repository.js';
import { READING_OPTIONS } from '../../support/reading-options.js';

async function readFiles(files: Readonly<Record<string, string>>, options: Partial<ReadingOptions> = {}) {
  const tree = openWorkingTree(makeRepository(files), { allFiles: false });
  const reading = await readRepository(tree, { ...READING_OPTIONS, ...options });
  if (!reading.ok) throw new Error(reading.error.message);
  const { uses, builds, unseen } = reading.value;
  return {
    images: uses.map(({ file, line, expanded, role }) => [file, line, expanded, role]),
    status: reading.value.files.map(({ path, status }) => `${path} ${status}`),
    builds,
    unseen,
  };
}

describe('what podman reads before it builds', () => {
  test('several files are one build, in their order', async () => {
    const found = await readFiles({
      'b.sh': 'true\npodman build -f base.df -f c/rest.df c\n',
      'base.df': 'ARG V=1\nFROM a:$V AS x\n',
      'c/rest.df': 'FROM b\nCOPY --from=x /y /y\n',
    });
    expect(found.images).toEqual([
      ['b.sh', 2, 'a:1', 'build'],
      ['b.sh', 2, 'b', 'final'],
    ]);
    expect(found.builds).toMatchObject([{ definition: 'b.sh', line: 2, context: 'c', inline: expect.any(String) }]);
    expect(found.unseen).toEqual([]);
  });

  test('a part that is nothing alone is no unreadable file', async () => {
    const files = {
      'b.sh': 'podman build -f base.df -f Dockerfile.rest .',
      'base.df': 'FROM a',
      'Dockerfile.rest': 'RUN b',
    };
    expect((await readFiles(files)).status).toEqual(['Dockerfile.rest skipped']);
    expect((await readFiles({ ...files, 'b.sh': 'true' })).status).toEqual(['Dockerfile.rest unreadable']);
  });

  test('a part that other builders take for a build file is read alone, too', async () => {
    const files = {
      'b.sh': 'podman build --build-arg A=good -f Dockerfile -f x .',
      Dockerfile: 'ARG A=bad\nFROM $A',
      x: 'RUN y',
    };
    expect((await readFiles(files)).images.map(([, , image]) => image)).toEqual(['bad', 'good']);
  });

  test('a file behind the C preprocessor is read as that passes it on', async () => {
    const files = {
      'b.sh': 'buildah bud --cpp-flag=-DTAG=3 -f Containerfile.in .',
      'Containerfile.in': '#include "base.inc"\nRUN x\n',
      'base.inc': 'FROM a:TAG\n',
    };
    const found = await readFiles(files);
    expect([found.images, found.status, found.unseen]).toEqual([
      [['b.sh', 1, 'a:3', 'final']],
      ['Containerfile.in skipped'],
      [],
    ]);
  });

  test('a part that is missing, or not literal, is named', async () => {
    const missing = await readFiles({ 'b.sh': 'podman build -f a -f b .', a: 'FROM x' });
    expect(missing.unseen).toEqual([{ path: 'b.sh', line: 1, what: 'builds b, which does not exist' }]);
    const macro = await readFiles({ 'b.sh': 'podman build -f a.in .', 'a.in': '#if X > 1\nFROM x\n#endif' });
    expect(macro.unseen).toMatchObject([{ path: 'b.sh', what: expect.stringContaining('a.in') }]);
  });

  test.each(['FROM a\nRUN x \\', 'FROM a\nRUN x \\ \n# comment\n\n', '# escape=`\nFROM a\nRUN x `\n'])(
    'a part that would go on in the next one is named: %j',
    async (a) => {
      const { images, unseen } = await readFiles({ 'b.sh': 'podman build -f a -f b .', a, b: 'FROM hidden' });
      expect([images, unseen]).toEqual([[], [{ path: 'b.sh', line: 1, what: expect.stringContaining('a and b') }]]);
    },
  );

  test('argument files give what the command line does not', async () => {
    const files = {
      'b.sh': 'podman build --build-arg-file args --build-arg B=2 .',
      args: '# comment\nA=1\nB=1\nC\n',
      Containerfile: 'ARG A\nARG B\nARG C=c\nFROM $A-$B\nFROM $C\n',
    };
    const { images, builds } = await readFiles(files);
    expect(images.map(([, , image]) => image)).toEqual(['1-2', 'c']);
    expect(builds).toMatchObject([{ args: { A: '1', B: '2', C: null }, open: [{ field: 'args.C' }] }]);
    const missing = await readFiles({ ...files, 'b.sh': 'podman build --build-arg-file none .' });
    expect(missing.builds).toMatchObject([{ open: [{ field: 'args' }] }]);
  });

  test('excluded scripts and parts show no images', async () => {
    const files = { 'b.sh': 'podman build -f a -f b .', a: 'FROM x', b: 'RUN y' };
    expect((await readFiles(files, { exclude: ['b.sh'] })).images).toEqual([]);
  });
});
