// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of bake files
import { describe, expect, test } from '@jest/globals';
import { readRepository } from '../../src/build-files/read.js';
import type { Reading, ReadingOptions } from '../../src/build-files/reading.js';
import { openWorkingTree } from '../../src/build-files/working-tree.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { READING_OPTIONS } from '../support/reading-options.js';

async function readFiles(
  files: Readonly<Record<string, string>>,
  options: Partial<ReadingOptions> = {},
): Promise<Reading> {
  const tree = openWorkingTree(makeDirectory(files), { allFiles: true });
  const reading = await readRepository(tree, { ...READING_OPTIONS, allFiles: true, ...options });
  if (!reading.ok) throw new Error(reading.error.message);
  return reading.value;
}

const images = ({ uses }: Reading) => uses.filter(({ reachable }) => reachable).map(({ expanded }) => expanded);

const DOCKERFILE = 'ARG BASE\nFROM ${BASE:-unset} AS a\nFROM from-b AS b\n';
const BAKE = `
variable "TAG" { default = "3.20" }
target "app" {
  dockerfile = "app.Dockerfile"
  target = "a"
  args = { BASE = "alpine:\${TAG}" }
  platforms = ["linux/amd64", "linux/arm64"]
}`;

describe('the builds of bake definitions', () => {
  test('a bake file gives a Dockerfile its arguments, target and platforms', async () => {
    const reading = await readFiles({ 'app.Dockerfile': DOCKERFILE, 'docker-bake.hcl': BAKE });
    expect(images(reading)).toContain('alpine:3.20');
    const use = reading.uses.find(({ expanded }) => expanded === 'alpine:3.20');
    expect(use).toMatchObject({ role: 'final', targetPlatforms: ['linux/amd64', 'linux/arm64'] });
    expect(reading.builds).toMatchObject([
      { definition: 'docker-bake.hcl', line: 3, name: 'app', dockerfile: 'app.Dockerfile', target: 'a', context: '.' },
    ]);
    expect(reading.unseen).toEqual([]);
  });

  test('a variable has the value that the caller gives it, and never that of the environment', async () => {
    process.env['TAG'] = 'hostile';
    const files = { 'app.Dockerfile': DOCKERFILE, 'docker-bake.hcl': BAKE };
    const [own, given] = [await readFiles(files), await readFiles(files, { environment: { TAG: '3.21' } })];
    delete process.env['TAG'];
    expect(images(own)).toContain('alpine:3.20');
    expect(images(given)).toContain('alpine:3.21');
  });

  test('a named context that is an image takes the place of a base', async () => {
    const reading = await readFiles({
      Dockerfile: 'FROM base\n',
      'docker-bake.hcl': 'target "app" {\n  contexts = { base = "docker-image://alpine:3.21" }\n}\n',
    });
    expect(images(reading)).toContain('alpine:3.21');
  });

  test('a definition that bake refuses is unreadable, with its line', async () => {
    const reading = await readFiles({ 'docker-bake.hcl': 'target "a" {\n  args = { A = nowhere }\n}\n' });
    expect(reading.files).toMatchObject([{ path: 'docker-bake.hcl', status: 'unreadable', line: 2 }]);
    expect(reading.builds).toEqual([]);
  });

  test('HCL and JSON of other programs is left alone', async () => {
    const reading = await readFiles({
      'main.hcl': 'resource "x" "y" {\n  a = var.b\n}\n',
      'build.json': '{"target": {"a": 1}}',
      Dockerfile: 'FROM a\n',
    });
    expect(reading.files.map(({ path }) => path)).toEqual(['Dockerfile']);
    expect(reading.unseen).toEqual([]);
  });

  test('a bake file of any name is read where it has targets, from the directory in which its Dockerfiles are', async () => {
    const reading = await readFiles({
      'app.Dockerfile': DOCKERFILE,
      'ci/images.hcl': BAKE,
    });
    expect(reading.builds?.map(({ dockerfile }) => dockerfile)).toEqual(['app.Dockerfile']);
    expect(images(reading)).toContain('alpine:3.20');
  });

  test('definitions that the caller names are joined, and no others are read', async () => {
    const reading = await readFiles(
      {
        'app.Dockerfile': DOCKERFILE,
        'docker-bake.hcl': BAKE,
        'x/a.hcl': BAKE,
        'x/b.hcl': 'target "app" {\n  target = "b"\n}\n',
      },
      { definitions: ['x/a.hcl', 'x/b.hcl'] },
    );
    expect(reading.builds).toMatchObject([{ definition: 'x/a.hcl', name: 'app', target: 'b' }]);
  });

  test('what is only known in a run is open, and is reported where it decides about an image', async () => {
    const reading = await readFiles({
      Dockerfile: 'ARG BASE\nFROM $BASE\n',
      'docker-bake.hcl': 'target "app" {\n  args = { BASE = "alpine:${timestamp()}", OTHER = "1" }\n}\n',
    });
    expect(reading.builds).toMatchObject([{ args: { OTHER: '1' }, open: [{ field: 'args.BASE', line: 2 }] }]);
    expect(reading.uses).toMatchObject([
      { open: [{ argument: 'BASE', definition: 'docker-bake.hcl', line: 1 }], unresolved: expect.any(String) },
    ]);
  });

  test('a build file within a bake file is read, and placed in it', async () => {
    const bake = 'target "app" {\n  dockerfile-inline = "FROM a"\n}\n';
    const reading = await readFiles({ 'docker-bake.hcl': bake });
    expect(reading.builds).toMatchObject([{ inline: 'FROM a' }]);
    expect(reading.uses).toMatchObject([
      { file: 'docker-bake.hcl', line: 2, column: 29, endColumn: 30, expanded: 'a' },
    ]);
    expect(reading.unseen).toEqual([]);
  });
});
