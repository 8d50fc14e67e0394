import { expect, test } from '@jest/globals';
import { readRepository } from '../../../src/build-files/read.js';
import { openWorkingTree } from '../../../src/build-files/working-tree.js';
import { makeDirectory } from '../../support/process/scratch-repository.js';
import { READING_OPTIONS } from '../../support/reading-options.js';

async function usesOf(files: Record<string, string>) {
  const tree = openWorkingTree(makeDirectory(files), { allFiles: true });
  const reading = await readRepository(tree, { ...READING_OPTIONS, allFiles: true });
  if (!reading.ok) throw new Error(reading.error.message);
  return reading.value.uses;
}

const skaffold = (requires: string, base = 'base') => `build:
  artifacts:
    - image: app
      context: app
      requires: [${requires}]
    - image: ${base}
      context: base
`;
const FILES = { 'app/Dockerfile': 'ARG BASE\nFROM $BASE\n', 'base/Dockerfile': 'FROM base.example/x\n' };

test('an artifact that another requires is no image from elsewhere', async () => {
  const uses = await usesOf({ ...FILES, 'skaffold.yaml': skaffold('{ image: base, alias: BASE }') });
  expect(uses.map(({ expanded }) => expanded)).toEqual(['base.example/x']);
});

test('an artifact without an alias is given by its name', async () => {
  const files = { ...FILES, 'app/Dockerfile': 'ARG base\nFROM $base\n', 'skaffold.yaml': skaffold('{ image: base }') };
  expect((await usesOf(files)).map(({ expanded }) => expanded)).toEqual(['base.example/x']);
});

test('an artifact of a registry is found by its whole name', async () => {
  const image = 'registry.example/team/base';
  const text = skaffold(`{ image: ${image}, alias: BASE }`, image);
  expect((await usesOf({ ...FILES, 'skaffold.yaml': text })).map(({ expanded }) => expanded)).toEqual([
    'base.example/x',
  ]);
});

test('an artifact of another configuration is built in this repository, unless that is in another one', async () => {
  const text = skaffold('{ image: other, alias: BASE }');
  const here = await usesOf({ ...FILES, 'skaffold.yaml': `requires: [{ path: ../other }]\n${text}` });
  expect(here.map(({ expanded }) => expanded)).toEqual(['base.example/x']);
  const remote = `requires: [{ git: { repo: "https://github.com/acme/other" } }]\n${text}`;
  const [use] = await usesOf({ ...FILES, 'skaffold.yaml': remote });
  expect(use).toMatchObject({ reference: null, unresolved: expect.stringContaining('the artifact other') });
});

test('an argument of another name is not given by an artifact', async () => {
  const uses = await usesOf({ ...FILES, 'skaffold.yaml': skaffold('{ image: base, alias: OTHER }') });
  expect(uses.map(({ unresolved }) => unresolved !== undefined)).toEqual([true, false]);
});
