// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of bake and Compose files
import { describe, expect, test } from '@jest/globals';
import { readRepository } from '../../src/build-files/read.js';
import type { Reading } from '../../src/build-files/reading.js';
import { openWorkingTree } from '../../src/build-files/working-tree.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { READING_OPTIONS } from '../support/reading-options.js';

async function readFiles(files: Readonly<Record<string, string>>, exclude: readonly string[] = []): Promise<Reading> {
  const tree = openWorkingTree(makeDirectory(files), { allFiles: true });
  const reading = await readRepository(tree, { ...READING_OPTIONS, exclude, allFiles: true });
  if (!reading.ok) throw new Error(reading.error.message);
  return reading.value;
}

const COMPOSE = `services:
  one:
    build:
      args: { BASE: "alpine:3.20" }
      dockerfile_inline: |
        ARG BASE
        FROM $$BASE AS build
        FROM build
        COPY --from=copied.example/x / /
  two:
    build:
      dockerfile_inline: |
        FROM build.example/two AS build
        FROM build
        USER 1000
`;

const BAKE = `target "app" {
  dockerfile-inline = <<EOT
FROM alpine:3.21
EOT
}
variable "TAG" { default = "3.22" }
target "made" {
  dockerfile-inline = "FROM alpine:\${TAG}"
}
`;

describe('a build file that stands in a definition', () => {
  test('is read with what its build is given, and each use is placed where it stands', async () => {
    const { uses, files, unseen } = await readFiles({ 'compose.yaml': COMPOSE });
    expect(uses.map(({ expanded, line, role }) => [expanded, line, role])).toEqual([
      ['alpine:3.20', 7, 'final'],
      ['copied.example/x', 9, 'copy'],
      ['build.example/two', 13, 'final'],
    ]);
    const lines = COMPOSE.split('\n');
    const copied = uses[1];
    expect(lines[8]?.slice((copied?.column ?? 0) - 1, (copied?.endColumn ?? 0) - 1)).toBe('copied.example/x');
    expect(new Set(uses.map(({ file }) => file))).toEqual(new Set(['compose.yaml']));
    expect(new Set(uses.map(({ id }) => id)).size).toBe(3);
    expect(files).toEqual([]);
    expect(unseen).toEqual([]);
  });

  test('has stages that no other build file of the definition shares', async () => {
    const { stages, uses } = await readFiles({ 'compose.yaml': COMPOSE });
    expect(stages.map(({ index, base }) => [index, base.kind === 'stage' ? base.index : base.kind])).toEqual([
      [0, 'image'],
      [1, 0],
      [2, 'image'],
      [3, 2],
    ]);
    expect(uses.map(({ stage }) => stage?.index)).toEqual([0, 1, 2]);
    expect(stages[3]?.instructions).toMatchObject([{ keyword: 'USER', line: 15 }]);
  });

  test('is read in bake files: a heredoc, and a text that is made of variables', async () => {
    const { uses } = await readFiles({ 'docker-bake.hcl': BAKE });
    expect(uses.map(({ expanded, line }) => [expanded, line])).toEqual([
      ['alpine:3.21', 3],
      ['alpine:3.22', 7],
    ]);
  });

  test.each([
    [
      'docker-bake.hcl',
      'variable "TAG" {\n  default = "3"\n}\nvariable "TOOLS" {\n  default = "curl"\n}\ntarget "t" {\n  dockerfile-inline = <<EOT\nFROM alpine:${TAG} AS one\nRUN apk add ${TOOLS}\nFROM busybox\nCOPY --from=one / /\nEOT\n}\n',
    ],
    [
      'docker-bake.hcl',
      'variable "BIG" {\n  default = false\n}\ntarget "t" {\n  dockerfile-inline = "FROM alpine:${BIG ? "3.22" : "3"} AS a\\nFROM busybox\\nCOPY --from=a / /"\n}\n',
    ],
    [
      'compose.yaml',
      'services:\n  t:\n    build:\n      dockerfile_inline: |\n        FROM alpine:${TAG:-3} AS a\n        RUN apk add ${TOOLS:-curl}\n        FROM busybox\n        COPY --from=a / /\n',
    ],
  ])('leaves only references open that depend on a default: %s (%#)', async (path, text) => {
    const { uses } = await readFiles({ [path]: text });
    const open = uses.map((use) => [use.expanded, use.open?.map(({ argument }) => argument)]);
    expect(open).toContainEqual(['alpine:3', ['--file']]);
    expect(open).toContainEqual(['busybox', undefined]);
    expect(new Set(uses.map(({ id }) => id)).size).toBe(uses.length);
  });

  test.each([
    ['an instruction', '        ${MORE:-RUN true}'],
    ['a stage', '        FROM a AS ${NAME:-x}'],
  ])('leaves all references open where %s is a default', async (_, line) => {
    const text = `services:\n  t:\n    build:\n      dockerfile_inline: |\n        FROM z\n${line}\n        FROM busybox\n`;
    const { uses } = await readFiles({ 'compose.yaml': text });
    expect(uses.find(({ expanded }) => expanded === 'busybox')?.open).toHaveLength(1);
  });

  test('makes the definition unreadable where BuildKit would refuse it', async () => {
    const compose = 'services:\n  a:\n    build:\n      dockerfile_inline: |\n        FRM x\n';
    const { files } = await readFiles({ 'compose.yaml': compose });
    expect(files).toMatchObject([{ path: 'compose.yaml', status: 'unreadable', isDefinition: true }]);
  });

  test('is left out with its definition', async () => {
    expect((await readFiles({ 'compose.yaml': COMPOSE }, ['compose.yaml'])).uses).toEqual([]);
  });
});
