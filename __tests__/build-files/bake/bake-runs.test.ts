import { expect, test } from '@jest/globals';
import { readRepository } from '../../../src/build-files/read.js';
import { openWorkingTree } from '../../../src/build-files/working-tree.js';
import { makeDirectory } from '../../support/process/scratch-repository.js';
import { READING_OPTIONS } from '../../support/reading-options.js';

const BAKE = `variable "V" { default = "1" }\ntarget "app" {\n  args = { BASE = "a:\${V}" }\n}\n`;

async function run(command: string, files: Readonly<Record<string, string>> = {}) {
  const tree = openWorkingTree(
    makeDirectory({ Dockerfile: 'ARG BASE=x\nFROM $BASE\n', 'docker-bake.hcl': BAKE, 'b.sh': command, ...files }),
    { allFiles: true },
  );
  const reading = await readRepository(tree, { ...READING_OPTIONS, allFiles: true });
  if (!reading.ok) throw new Error(reading.error.message);
  const { uses, unseen } = reading.value;
  return {
    images: uses.map(({ expanded }) => expanded).sort(),
    unseen: unseen.map(({ what }) => what),
    open: [
      ...new Set(uses.flatMap(({ open = [] }) => open).map(({ argument, decidedBy }) => `${argument}: ${decidedBy}`)),
    ],
  };
}

test('a run of bake without more builds what the file says', async () => {
  expect(await run('docker buildx bake app')).toEqual({
    images: ['a:1', 'x'],
    unseen: [],
    open: ['BASE: the variable V'],
  });
});

test.each([
  ['docker buildx bake --set app.args.BASE=evil', 'evil'],
  ['docker buildx bake --set "*.args.BASE=evil"', 'evil'],
  ['docker buildx bake --set "a*p.args.BASE=evil"', 'evil'],
  ['docker buildx bake --var V=2', 'a:2'],
  ['docker bake -f docker-bake.hcl -f more.hcl', 'c'],
])('%s sets an argument', async (command, image) => {
  expect((await run(command, { 'more.hcl': 'target "app" {\n  args = { BASE = "c" }\n}\n' })).images).toContain(image);
});

test('a pattern that matches no target sets nothing', async () => {
  expect((await run('docker buildx bake --set other.args.BASE=evil')).images).toEqual(['a:1', 'x']);
});

test('what is set to a value that only a run knows is open', async () => {
  const { open } = await run('docker buildx bake --set app.args.BASE=$B');
  expect(open).toContain('BASE: --set');
});

test('what is set takes the place of a default, which other runs may still have', async () => {
  const alone = { 'docker-bake.hcl': 'target "app" {\n  args = { BASE = "a:1" }\n}\n' };
  expect((await run('docker buildx bake --set app.args.BASE=evil', alone)).open).toEqual([]);
});

test('a file that is not here is named', async () => {
  expect((await run('docker buildx bake -f gone.hcl')).unseen).toEqual([
    'runs docker buildx bake on gone.hcl, which does not exist',
  ]);
});
